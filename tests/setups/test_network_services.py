from __future__ import annotations

from typing import Any

import pytest

from securemode.environment.secret import Secret
from securemode.environment.site import NtpServer, Site, SyslogServer
from securemode.errors import SetupFailed
from securemode.setups.network_services import network_services
from setups.product import ROOT, Product
from setups.surroundings import environment
from setups.test_configure_application import configured, quietly

SITE = Site(
    login_banner="Keep out",
    ocsp_responder_url="http://ocsp.example.com/",
    dns_servers=("192.0.2.53", "2001:db8::53"),
    ntp_servers=(
        NtpServer(address="192.0.2.123", key_id=10),
        NtpServer(address="ntp.example.com", key_id=11),
    ),
    syslog_servers=(SyslogServer(address="192.0.2.14", port=6514, transport="tls"),),
)
KEYS: dict[str, Any] = {"ntp_keys": {"10": Secret("canary-ten"), "11": Secret("canary-eleven")}}
SERVER_RESOURCES = ("dns_server", "ntp_server", "syslog_server")


def server_writes(product: Product) -> list[tuple[str, str, dict[str, Any]]]:
    return [write for write in product.writes if write[0] in SERVER_RESOURCES]


def uri(resource: str, number: int) -> str:
    return f"{ROOT}/{resource}/{number}/"


def test_missing_servers_are_made_and_existing_ones_kept() -> None:
    product = Product()
    configured(product, SITE, **KEYS).run(quietly)
    assert server_writes(product) == [
        ("dns_server", "", {"address": "2001:db8::53"}),
        ("ntp_server", "1", {"key_id": 10, "key": "canary-ten"}),
        ("ntp_server", "", {"address": "ntp.example.com", "key_id": 11, "key": "canary-eleven"}),
        ("syslog_server", "", {"address": "192.0.2.14", "port": 6514, "transport": "tls"}),
    ]


def test_everybody_uses_the_sites_servers() -> None:
    product = Product()
    configured(product, SITE, **KEYS).run(quietly)
    for user in (*product.rows["management_vm"], *product.rows["system_location"]):
        assert user["dns_servers"] == [uri("dns_server", 1), uri("dns_server", 2)]
        assert user["ntp_servers"] == [uri("ntp_server", 1), uri("ntp_server", 2)]
        assert user["syslog_servers"] == [uri("syslog_server", 1)]


def test_a_second_run_changes_nothing() -> None:
    product = Product()
    configured(product, SITE, **KEYS).run(quietly)
    product.writes.clear()
    assert configured(product, SITE, **KEYS).run(quietly) == []
    assert product.writes == []


def test_only_the_location_that_differs_is_written() -> None:
    product = Product()
    configured(product, SITE, **KEYS).run(quietly)
    product.rows["system_location"][1]["ntp_servers"].pop()
    product.writes.clear()
    (change,) = configured(product, SITE, **KEYS).run(quietly)
    assert str(change) == (
        "location b: NTP servers: 192.0.2.123 → 192.0.2.123, ntp.example.com (NTP-01)"
    )
    servers = [uri("ntp_server", 1), uri("ntp_server", 2)]
    assert product.writes == [("system_location", "2", {"ntp_servers": servers})]


def test_the_order_of_servers_and_the_spelling_of_addresses_do_not_matter() -> None:
    product = Product()
    configured(product, SITE, **KEYS).run(quietly)
    product.rows["dns_server"][1]["address"] = "2001:0DB8::0053"
    product.rows["management_vm"][0]["dns_servers"].reverse()
    product.writes.clear()
    assert configured(product, SITE, **KEYS).run(quietly) == []


@pytest.mark.parametrize("shape", ["uri", "without uri", "address alone"])
def test_lists_in_other_shapes_are_understood(shape: str) -> None:
    class Other(Product):
        def object_at(self, uri: str) -> Any:
            row = super().object_at(uri)
            number = int(uri.split("/")[-2])
            plain = {name: value for name, value in row.items() if name != "resource_uri"}
            return {"uri": uri, "without uri": {**plain, "id": number}}.get(shape, plain)

    product = Other()
    configured(product, SITE, **KEYS).run(quietly)
    product.writes.clear()
    assert configured(product, SITE, **KEYS).run(quietly) == []


@pytest.mark.parametrize(
    ("change", "is_written"),
    [
        ({"key_id": 99}, True),
        ({"key_id": None}, True),
        ({"key": ""}, True),
        ({"key": "another"}, False),
    ],
)
def test_a_key_is_written_where_its_id_differs_or_none_is_shown(
    change: dict[str, Any], *, is_written: bool
) -> None:
    product = Product()
    configured(product, SITE, **KEYS).run(quietly)
    product.rows["ntp_server"][0].update(change)
    product.writes.clear()
    configured(product, SITE, **KEYS).run(quietly)
    keys = [write for write in server_writes(product) if write[2].get("key") == "canary-ten"]
    assert bool(keys) is is_written
    assert all(write[:2] == ("ntp_server", "1") for write in server_writes(product))


def test_a_key_that_is_never_shown_is_the_only_thing_written_again() -> None:
    product = Product(hidden=("ntp_server",))
    configured(product, SITE, **KEYS).run(quietly)
    product.writes.clear()
    configured(product, SITE, **KEYS).run(quietly)
    assert product.writes == [
        ("ntp_server", "1", {"key": "canary-ten"}),
        ("ntp_server", "2", {"key": "canary-eleven"}),
    ]


def test_a_key_that_the_environment_does_not_say_is_left_with_its_id() -> None:
    site = Site(
        ntp_servers=(
            NtpServer(address="192.0.2.123", key_id=10),
            NtpServer(address="192.0.2.124"),
        )
    )
    product = Product()
    setup = configured(product, site)
    setup.run(quietly)
    assert product.rows["ntp_server"][0]["key_id"] is None
    assert product.rows["ntp_server"][1]["address"] == "192.0.2.124"
    said = "\n".join(setup.notes)
    assert "credentials.ntp_keys has no key 10: the key of NTP server 192.0.2.123 is left" in said
    assert "site.ntp_servers states no key_id for 192.0.2.124: the key" in said


def test_a_syslog_server_on_another_port_is_put_right() -> None:
    product = Product()
    product.post("syslog_server", {"address": "192.0.2.14", "port": 514, "transport": "udp"})
    product.writes.clear()
    configured(product, SITE, **KEYS).run(quietly)
    writes = [write for write in product.writes if write[0] == "syslog_server"]
    assert writes == [("syslog_server", "1", {"port": 6514, "transport": "tls"})]


def test_of_two_syslog_servers_at_one_address_each_is_known_again() -> None:
    both = (
        SyslogServer(address="192.0.2.14"),
        SyslogServer(address="192.0.2.14", port=6514, transport="tls"),
    )
    product = Product()
    product.post("syslog_server", {"address": "192.0.2.14", "port": 6514, "transport": "tls"})
    product.post("syslog_server", {"address": "192.0.2.14", "port": 514, "transport": "udp"})
    product.writes.clear()
    configured(product, Site(syslog_servers=both)).run(quietly)
    assert not [write for write in product.writes if write[0] == "syslog_server"]
    assert len(product.rows["system_location"][0]["syslog_servers"]) == 2


def test_a_version_whose_locations_name_no_syslog_servers() -> None:
    product = Product()
    for location in product.rows["system_location"]:
        del location["syslog_servers"]
    configured(product, SITE, **KEYS).run(quietly)
    assert product.rows["management_vm"][0]["syslog_servers"] == [uri("syslog_server", 1)]
    assert "syslog_servers" not in product.rows["system_location"][0]


def test_a_server_that_the_site_does_not_state_stays_and_is_told_of() -> None:
    site = SITE.model_copy(update={"dns_servers": ("192.0.2.54",)})
    product = Product()
    setup = configured(product, site, **KEYS)
    setup.run(quietly)
    assert [row["address"] for row in product.rows["dns_server"]] == ["192.0.2.53", "192.0.2.54"]
    assert product.rows["management_vm"][0]["dns_servers"] == [uri("dns_server", 2)]
    assert (
        "DNS server 192.0.2.53 is none of site.dns_servers: it stays configured, for nobody to use."
        in setup.notes
    )


def test_what_is_not_stated_is_left_alone() -> None:
    product = Product()
    plan = network_services(environment(Site()), product)  # type: ignore[arg-type]
    assert (plan.edits, plan.closing) == ((), ())
    assert plan.notes == (
        "site.dns_servers is not stated: DNS servers are left as they are.",
        "site.ntp_servers is not stated: NTP servers are left as they are.",
        "site.syslog_servers is not stated: syslog servers are left as they are.",
    )


def test_a_site_without_dns_is_given_none() -> None:
    site = Site(uses_dns=False, dns_servers=("192.0.2.54",))
    plan = network_services(environment(site), Product())  # type: ignore[arg-type]
    assert plan.edits == ()
    assert not [note for note in plan.notes if "DNS" in note]


def test_a_server_that_is_not_kept_is_told_of() -> None:
    class Forgetful(Product):
        def post(self, resource: str, values: dict[str, Any]) -> str:
            return "7" if resource == "dns_server" else super().post(resource, values)

    with pytest.raises(SetupFailed, match="dns_server does not list what was made"):
        configured(Forgetful(), SITE, **KEYS).run(quietly)


def test_an_assignment_that_is_not_kept_is_told_of() -> None:
    product = Product()
    product.ignores = {"syslog_servers"}
    with pytest.raises(SetupFailed, match=r"mgmt: syslog servers: none → 192.0.2.14 .6514/tls."):
        configured(product, SITE, **KEYS).run(quietly)


def test_no_key_is_said() -> None:
    product = Product()
    setup = configured(product, SITE, **KEYS)
    said: list[str] = []
    changes = setup.run(said.append)
    assert "canary" not in "\n".join([setup.transcript, *setup.notes, *said, *map(str, changes)])
    assert "NTP server ntp.example.com: key: nothing → **** (NTP-02)" in map(str, changes)
    assert {"canary-ten", "canary-eleven"} <= set(setup.secrets())
