"""Takes secrets out of what the Management API says, leaving only whether they are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from securemode.observations.configuration import SecretState

if TYPE_CHECKING:
    from securemode.infinity.client import Row

TOKEN = "$~!"
"""Begins every encrypted secret that the product gives out."""

FACTORY_COMMUNITY = "public"
"""The community that is no secret, which is what is wrong with it."""

_SECRETS: dict[str, frozenset[str]] = {
    "global": frozenset(
        {"aws_secret_key", "azure_client_id", "azure_secret", "gcp_private_key"}
        | {"legacy_api_password", "pss_token"}
    ),
    "management_vm": frozenset(
        {"snmp_authentication_password", "snmp_privacy_password", "secondary_config_passphrase"}
    ),
    "worker_vm": frozenset({"snmp_authentication_password", "snmp_privacy_password", "password"}),
    "authentication": frozenset({"ldap_bind_password", "oidc_client_secret", "oidc_private_key"}),
    "autobackup": frozenset({"autobackup_passphrase", "autobackup_upload_password"}),
    "certificate_signing_request": frozenset({"private_key", "private_key_passphrase"}),
    "licence": frozenset({"entitlement_id"}),
    "ntp_server": frozenset({"key"}),
    "oauth2_client": frozenset({"private_key_jwt"}),
    "tls_certificate": frozenset({"private_key", "private_key_passphrase"}),
}
_TELLING_NAMES = ("password", "passphrase", "secret", "private_key", "token", "pin")
_COMMUNITIES = frozenset({"snmp_community", "snmp_trap_community"})
_EMBEDDED = {"ntp_servers": "ntp_server"}


def masked(resource: str, row: Row) -> Row:
    """The row with every secret replaced by its state, embedded objects included.

    A secret that this resource has, and that the product left out, is added as *absent*.
    """
    absent = {name: SecretState.ABSENT.value for name in secrets_of(resource) if name not in row}
    return {name: _value(resource, name, value) for name, value in row.items()} | absent


def secrets_of(resource: str) -> frozenset[str]:
    """Fields of a resource that hold secrets."""
    return _SECRETS.get(resource, frozenset())


def state(value: object) -> SecretState:
    """What can be said of a secret: set (in clear or as a token) or blank."""
    return SecretState.SET if value not in (None, "") else SecretState.BLANK


def _value(resource: str, name: str, value: Any) -> Any:
    if name in _COMMUNITIES:
        return value if value == FACTORY_COMMUNITY else state(value).value
    if _is_secret(resource, name, value):
        return state(value).value
    if isinstance(value, list):
        return [_value(resource, name, inner) for inner in value]
    if isinstance(value, dict):
        inside = _EMBEDDED.get(name, "")
        return {key: _value(inside, key, inner) for key, inner in value.items()}
    return value


def _is_secret(resource: str, name: str, value: object) -> bool:
    """By the facts, by its form, or by its name: rather one too many than one too few."""
    if name in secrets_of(resource) or (isinstance(value, str) and value.startswith(TOKEN)):
        return True
    words = name.lower()
    telling = any(words.endswith(word) for word in _TELLING_NAMES)
    return telling and isinstance(value, str | None)
