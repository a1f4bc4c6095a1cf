from __future__ import annotations

import time
from typing import Any

import pytest

from securemode.environment.site import DscpMarks, Protocols, Site
from securemode.errors import AuthenticationRejected, SetupFailed, UnexpectedAnswer
from securemode.setups.configure_application import ConfigureApplication
from securemode.setups.roles import ACCESS, SENSITIVE
from setups.product import PASSWORDS, Product
from setups.surroundings import SNMP, environment

SITE = Site(login_banner="Keep out", ocsp_responder_url="http://ocsp.example.com/")


def configured(product: Any, site: Site = SITE, **more: Any) -> ConfigureApplication:
    return ConfigureApplication(environment(site, **more), product, propagation_s=0)


def quietly(_: str) -> None:
    """Nobody waits."""


def test_a_factory_fresh_product_is_brought_to_the_guides_values() -> None:
    product = Product()
    configured(product).run(quietly)
    settings = product.rows["global"][0]
    assert settings["enable_ssh"] is False
    assert settings["crypto_mode"] == "on"
    assert settings["ocsp_state"] == "OVERRIDE"
    assert settings["logon_banner"] == "Keep out"
    assert settings["management_session_timeout"] == 10
    for node in (*product.rows["management_vm"], *product.rows["worker_vm"]):
        assert node["snmp_mode"] == "AUTHPRIV"
        assert node["snmp_username"] == "station"
        assert node["snmp_privacy_password"] == SNMP.privacy_password.reveal()
        assert node["snmp_community"] == "canary-community"
    assert product.rows["system_location"][0]["mtu"] == 1400


def test_only_differences_are_written() -> None:
    product = Product()
    configured(product).run(quietly)
    written = {name for resource, _, values in product.writes for name in values}
    assert "enable_sip" not in written
    assert "signalling_ports_start" not in written
    locations = [(key, values) for resource, key, values in product.writes if "mtu" in values]
    assert locations == [("1", {"media_qos": 51, "signalling_qos": 40, "mtu": 1400})]


def test_a_second_run_changes_nothing() -> None:
    product = Product()
    configured(product).run(quietly)
    product.writes.clear()
    said: list[str] = []
    assert configured(product).run(said.append) == []
    assert product.writes == []
    assert said[-1] == "configure_application: nothing to change"


def test_passwords_that_are_never_shown_are_the_only_thing_written_again() -> None:
    product = Product(hidden=("management_vm",))
    configured(product).run(quietly)
    product.writes.clear()
    changes = configured(product).run(quietly)
    assert [(resource, sorted(values)) for resource, _, values in product.writes] == [
        ("management_vm", sorted(PASSWORDS))
    ]
    assert {(change.now, change.wanted) for change in changes} == {
        ("not shown by the product", "****")
    }


def test_passwords_go_along_with_another_snmp_setting() -> None:
    product = Product()
    configured(product).run(quietly)
    product.rows["worker_vm"][1]["snmp_username"] = "somebody"
    product.writes.clear()
    configured(product).run(quietly)
    (write,) = product.writes
    assert write[:2] == ("worker_vm", "2")
    assert set(write[2]) == {"snmp_username", *PASSWORDS}


def test_ssh_goes_off_last() -> None:
    product = Product()
    product.rows["worker_vm"][0]["enable_ssh"] = "ON"
    configured(product).run(quietly)
    with_ssh = [number for number, write in enumerate(product.writes) if "enable_ssh" in write[2]]
    assert with_ssh == [len(product.writes) - 2, len(product.writes) - 1]
    assert all(set(product.writes[number][2]) == {"enable_ssh"} for number in with_ssh)


@pytest.mark.parametrize("value", ["GLOBAL", "OFF"])
def test_a_node_without_ssh_of_its_own_is_left_alone(value: str) -> None:
    product = Product()
    product.rows["management_vm"][0]["enable_ssh"] = value
    configured(product).run(quietly)
    assert product.rows["management_vm"][0]["enable_ssh"] == value


def test_the_sites_values_are_used() -> None:
    site = Site(protocols=Protocols(sip=False, h323=True), dscp=DscpMarks(management=8, media=9))
    product = Product()
    configured(product, site).run(quietly)
    settings = product.rows["global"][0]
    assert (settings["enable_sip"], settings["enable_h323"]) == (False, True)
    assert settings["management_qos"] == 8
    assert product.rows["system_location"][1]["media_qos"] == 9


def test_nodes_are_given_time_to_take_what_was_written() -> None:
    product = Product()
    began = time.monotonic()
    waiting = ConfigureApplication(environment(SITE), product, propagation_s=0.1)  # type: ignore[arg-type]
    waiting.run(quietly)
    assert time.monotonic() - began >= 0.1


def test_what_the_environment_leaves_open_is_left_alone_and_said() -> None:
    product = Product()
    setup = configured(product, Site(), snmp=None)
    said: list[str] = []
    setup.run(said.append)
    assert product.rows["global"][0]["ocsp_state"] == "OFF"
    assert product.rows["worker_vm"][0]["snmp_mode"] == "DISABLED"
    left = [line.partition(" is not stated")[0] for line in said]
    assert [line for line in left if line.endswith(("_url", "banner", ".snmp"))] == [
        "configure_application: site.ocsp_responder_url",
        "configure_application: site.login_banner",
        "configure_application: credentials.snmp",
    ]


def test_a_field_that_this_version_lacks_is_left_alone() -> None:
    product = Product()
    del product.rows["global"][0]["legacy_api_http"]
    configured(product).run(quietly)
    assert "legacy_api_http" not in product.rows["global"][0]


def test_roles_lose_the_six_permissions_and_the_auditor_has_nine() -> None:
    product = Product()
    configured(product).run(quietly)
    names = {row["resource_uri"]: row["name"] for row in product.rows["permission"]}
    held = {
        role["name"]: {names[uri] for uri in role["permissions"]} for role in product.rows["role"]
    }
    assert held == {
        "Read-only": {"Other permission", *ACCESS},
        "Read-write": {"Other permission", *ACCESS},
        "Auditor": {*ACCESS, *SENSITIVE},
    }


def test_a_role_that_the_site_removed_stays_removed() -> None:
    product = Product()
    del product.rows["role"][0]
    configured(product).run(quietly)
    assert [role["name"] for role in product.rows["role"]] == ["Read-write", "Auditor"]


def test_a_permission_that_the_product_does_not_know_stops_everything() -> None:
    product = Product()
    del product.rows["permission"][-1]
    with pytest.raises(SetupFailed, match="no permission called May download system backup"):
        configured(product).run(quietly)
    assert product.writes == []


def test_a_product_that_does_not_keep_what_is_written_is_told_of() -> None:
    product = Product()
    product.ignores = {"crypto_mode"}
    with pytest.raises(SetupFailed) as caught:
        configured(product).run(quietly)
    assert caught.value.message == (
        "The product does not have what was written: "
        "global settings: Media encryption is besteffort."
    )


def test_a_write_that_is_refused_says_what_is_done_and_what_is_not() -> None:
    class Refusing(Product):
        def patch(self, resource: str, key: str, values: dict[str, Any]) -> None:
            if resource == "worker_vm":
                raise UnexpectedAnswer("PATCH /x/ answers 400: worker_vm: no.")
            super().patch(resource, key, values)

    product = Refusing()
    with pytest.raises(SetupFailed) as caught:
        configured(product).run(quietly)
    assert caught.value.message.startswith("conf1 (snmp_mode, snmp_username,")
    assert "was not written: PATCH /x/ answers 400: worker_vm: no. 5 changes made:" in str(
        caught.value
    )


def test_a_configuration_that_cannot_be_read() -> None:
    class Closed(Product):
        def list(self, _: str) -> Any:
            raise AuthenticationRejected("GET /x/ answers 401.", remedy="check it.")

    with pytest.raises(SetupFailed, match="cannot be read: GET /x/ answers 401") as caught:
        configured(Closed()).plan()
    assert caught.value.remedy == "check it."


def test_no_secret_is_said() -> None:
    product = Product()
    setup = configured(product)
    said: list[str] = []
    redacted: list[str] = []
    changes = setup.run(said.append, lambda *secrets: redacted.extend(secrets))
    assert "canary" not in "\n".join([setup.transcript, *said, *map(str, changes)])
    assert set(setup.secrets()) == set(redacted)
    assert "canary-privacy" in redacted
