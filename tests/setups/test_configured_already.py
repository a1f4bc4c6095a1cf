"""What counts as configured before the security wizard, change by change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from securemode.environment.models import KeyPair, PeerCertificates, Trap
from securemode.setups.configured_already import COUNTED, FACTORY, beforehand
from setups.product import Product
from setups.surroundings import environment

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MANAGEMENT = "management_vm"


def new_product() -> Product:
    product = Product()
    product.rows["system_location"] = product.rows["system_location"][:1]
    return product


def said(product: Any, **more: Any) -> tuple[str, ...]:
    return beforehand(environment().model_copy(update=more), product).configured


def added(resource: str, **row: Any) -> Callable[[Product], None]:
    def add(product: Product) -> None:
        rows = product.rows.setdefault(resource, [])
        rows.append({**row, "resource_uri": f"/api/admin/configuration/v1/{resource}/99/"})

    return add


def changed(resource: str, **values: Any) -> Callable[[Product], None]:
    return lambda product: product.rows[resource][0].update(values)


def test_a_new_product_has_nothing() -> None:
    assert said(new_product()) == ()


def test_the_installation_has_a_name() -> None:
    product = new_product()
    assert beforehand(environment(), product).deployment == ""  # type: ignore[arg-type]
    changed("global", deployment_uuid="5f0c")(product)
    assert beforehand(environment(), product).deployment == "5f0c"  # type: ignore[arg-type]


def test_conferencing_nodes_are_not_counted() -> None:
    product = new_product()
    added("worker_vm", name="conf9", snmp_mode="AUTHPRIV", enable_ssh="OFF")(product)
    added("system_location", name="c", mtu=1500)(product)
    assert said(product) == ()


@pytest.mark.parametrize(
    ("change", "phrase"),
    [
        (added("conference", name="Meeting"), "services: 1"),
        (added("ca_certificate"), "trusted CA certificates: 1"),
        (added("syslog_server", address="192.0.2.5"), "syslog servers: 1"),
        (added("role_mapping", name="x"), "role mappings: 1"),
        (added("ldap_role", name="x"), "LDAP roles: 1"),
        (added("licence"), "licences: 1"),
        (added("tls_certificate"), "uploaded TLS certificates: 0"),
        (added("role", name="Auditor"), "administrator roles: Auditor, Read-only, Read-write"),
        (added("dns_server", address="192.0.2.99"), "further DNS servers: 1"),
        (added("ntp_server", address="192.0.2.99"), "further NTP servers: 1"),
        (changed("ntp_server", key_id=7), "a key of an NTP server"),
        (changed("global", enable_ssh=False), "global settings: enable_ssh"),
        (changed("global", logon_banner="Keep out"), "global settings: logon_banner"),
        (changed("authentication", source="LDAP"), "administrator authentication: source"),
        (changed(MANAGEMENT, snmp_mode="STANDARD"), "Management Node: snmp_mode"),
        (changed(MANAGEMENT, enable_ssh="OFF"), "Management Node: enable_ssh"),
        (changed("system_location", mtu=1400), "location a: mtu"),
    ],
)
def test_every_change_is_named(change: Callable[[Product], None], phrase: str) -> None:
    product = new_product()
    change(product)
    if phrase.startswith("uploaded"):
        change(product)
        phrase = "uploaded TLS certificates: 1"
    assert said(product) == (phrase,)


@pytest.mark.parametrize("field", ["management_qos", "logon_banner"])
def test_null_is_no_change(field: str) -> None:
    product = new_product()
    changed("global", **{field: None})(product)
    assert said(product) == ()


def test_mappings_are_counted_once() -> None:
    product = new_product()
    added("role_mapping", name="x")(product)
    added("ldap_role", name="x")(product)
    assert said(product) == ("role mappings: 1",)


def test_the_service_of_the_acceptance_itself_is_not_counted(tmp_path: Path) -> None:
    pair = KeyPair(certificate=tmp_path / "c", key=tmp_path / "k")
    trap = Trap(
        name="trap.example.com",
        ipv4="192.0.2.99",
        service_alias="acceptance",
        certificates=PeerCertificates(proper=pair),
    )
    product = new_product()
    added("conference", name="Acceptance", aliases=[{"alias": "acceptance"}])(product)
    assert said(product, trap=trap) == ()
    assert said(product) == ("services: 1",)
    changed("conference", aliases=[{"alias": "Acceptance"}])(product)
    assert said(product, trap=trap) == ()
    added("conference", name="Other", aliases=[{"alias": "other"}])(product)
    assert said(product, trap=trap) == ("services: 1",)


def test_what_the_installation_wizard_asks_is_not_counted() -> None:
    assert not {"error_reporting_enabled", "enable_analytics", "contact_email_address"} & set(
        FACTORY["global"]
    )
    assert "worker_vm" not in {*FACTORY, *COUNTED}
