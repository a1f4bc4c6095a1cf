"""The example of an environment: it loads, and explains every key."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel

from securemode.documents import read
from securemode.environment.loading import load
from securemode.environment.means import PeerCertificates, Trap
from securemode.environment.models import Environment, Permission, RoleLogins
from securemode.environment.placement import Image, NodePlacement, Placement

if TYPE_CHECKING:
    import pytest

ENVIRONMENTS = Path(__file__).parents[2] / "environments"

EXAMPLE_SECRETS = (
    "ACCEPT_WEB_PASSWORD",
    "ACCEPT_AUDITOR_PASSWORD",
    "ACCEPT_OS_PASSWORD",
    "ACCEPT_SNMP_AUTHENTICATION_PASSWORD",
    "ACCEPT_SNMP_PRIVACY_PASSWORD",
    "ACCEPT_SNMP_COMMUNITY",
    "ACCEPT_READ_ONLY_PASSWORD",
    "ACCEPT_READ_WRITE_PASSWORD",
    "ACCEPT_LDAP_PASSWORD",
    "ACCEPT_NTP_KEY_10",
    "ACCEPT_VSPHERE_PASSWORD",
    "ACCEPT_BIOS_PASSWORD",
    "ACCEPT_BACKUP_PASSPHRASE",
    "ACCEPT_SNAPSHOT_PASSWORD",
)


def test_the_example_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in EXAMPLE_SECRETS:
        monkeypatch.setenv(name, f"value of {name}")
    environment = load("example", ENVIRONMENTS, resolve=True)
    assert set(environment.secret_values()) == {f"value of {name}" for name in EXAMPLE_SECRETS}
    assert len(environment.deployment().nodes) == 3


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]


def _keys(model: type[BaseModel], where: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    found = set()
    for name, field in model.model_fields.items():
        here = (*where, field.alias or name)
        found.add(here)
        for part in _models(field.annotation):
            found |= _keys(part, (*here, "*") if get_origin(field.annotation) is dict else here)
    return found


LOGINS = (
    "web",
    "more_web",
    "os_admin",
    "vsphere",
    *(f"roles.{role}" for role in RoleLogins.model_fields),
)

OVAS = "management_ova", "conferencing_ova"
PLACES = "all_nodes", "nodes.*"
COMMENTED = {
    "lab",
    "lab.conferencing_nodes",
    *(f"credentials.{login}.certificate" for login in LOGINS),
    *(
        f"{key}.{file}"
        for file in ("certificate", "key")
        for key in (
            "certificates.*",
            "credentials.client_certificate",
            "credentials.last_resort",
            "credentials.refused_certificates.unknown",
            "credentials.refused_certificates.expired",
            "credentials.refused_certificates.other_ca",
            *(f"credentials.{login}.certificate" for login in LOGINS),
            *(f"trap.certificates.{sort}" for sort in PeerCertificates.model_fields),
        )
    ),
    *(f"trap.{key}" for key in Trap.model_fields),
    *(f"trap.certificates.{sort}" for sort in PeerCertificates.model_fields),
    *(f"vsphere.deploy.{key}" for key in Placement.model_fields),
    *(f"vsphere.deploy.{ova}.{key}" for ova in OVAS for key in Image.model_fields),
    *(f"vsphere.deploy.{of}.{key}" for of in PLACES for key in NodePlacement.model_fields),
}
"""What the example cannot state without the files to it, and shows in a comment."""


def test_the_example_explains_every_key() -> None:
    document = read(ENVIRONMENTS / "example.yaml")
    stated = {tuple(step for step in where if isinstance(step, str)) for where in document.lines}
    text = document.path.read_text(encoding="utf-8")
    assert "\n# lab:\n#   conferencing_nodes: 2 " in text
    assert "\n#   certificates:\n#     mgmt: {certificate: certificates/mgmt.pem, key: " in text
    assert "\n  #   client_certificate: {certificate: certificates/admin.pem, key: " in text
    assert "\n  #   certificate: {certificate: certificates/auditor.pem, key: " in text
    assert "\n#   trap:\n#     name: acceptance.example.com " in text
    assert {".".join(where) for where in _keys(Environment) - stated} == COMMENTED
    for permission in Permission:
        assert f"#   {permission} " in text, permission
