"""From the properties of a host to the plain values that the controls of a STIG are judged by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.x509.oid import NameOID
from pyVmomi import vim

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

Properties = Mapping[str, Any]
"""What the property collector sent of one object: path to value, unset ones absent."""

PATHS = (
    "name",
    "capability",
    "config.authenticationManagerInfo",
    "config.certificate",
    "config.dateTimeInfo",
    "config.firewall",
    "config.lockdownMode",
    "config.option",
    "config.product",
    "config.service",
    "config.storageDevice.hostBusAdapter",
    "datastore",
    "runtime.stateEncryption",
)
"""What is read of a host for its settings, networks aside."""

DATASTORE_PATHS = ("name", "summary.type")

NFS = frozenset({"NFS", "NFS41"})
ISCSI = ("chapAuthEnabled", "chapAuthenticationType", "mutualChapAuthenticationType")


def settings(host: Properties, sources: Collection[str]) -> Iterator[tuple[str, Any]]:
    """Every value that one pass over a host's properties gives.

    Args:
        host: its properties.
        sources: what the controls ask for; of options and services, only these are kept.
    """
    for option in host.get("config.option", ()):
        if (source := f"option {option.key}") in sources:
            yield source, option.value
    for service in _services(host):
        if (source := f"service {service.key}") in sources:
            yield source, {"running": service.running, "policy": service.policy}
    yield from _stated(host)
    yield from _clock(host)
    yield from _directory(host)
    yield from _storage(host)
    yield from _firewall(host)


def unsent(host: Properties) -> dict[str, str]:
    """Whole kinds of sources that vCenter sent nothing of, each with the reason."""
    kinds = {"option ": "config.option", "service ": "config.service"}
    return {
        kind: f"vCenter does not tell {path} of this host"
        for kind, path in kinds.items()
        if path not in host
    }


def _services(host: Properties) -> tuple[Any, ...]:
    return tuple(host["config.service"].service) if "config.service" in host else ()


def _stated(host: Properties) -> Iterator[tuple[str, Any]]:
    """Properties that are values already."""
    capability = host.get("capability")
    encryption = host.get("runtime.stateEncryption")
    values = {
        "property config.lockdownMode": host.get("config.lockdownMode"),
        "property config.product.build": getattr(host.get("config.product"), "build", None),
        "property capability.uefiSecureBoot": getattr(capability, "uefiSecureBoot", None),
        "property runtime.stateEncryption.requireSecureBoot": getattr(
            encryption, "requireSecureBoot", None
        ),
        "property runtime.stateEncryption.protectionMode": getattr(
            encryption, "protectionMode", None
        ),
        "fact tpm": _has_tpm(capability, encryption),
    }
    yield from ((source, value) for source, value in values.items() if value is not None)


def _has_tpm(capability: Any, encryption: Any) -> bool | None:
    """Whether the host has a usable TPM; None where it does not tell what it is capable of."""
    if getattr(encryption, "protectionMode", None) == "tpm":
        return True
    if capability is None:
        return None
    return bool(capability.tpmSupported or getattr(capability, "tpmVersion", None))


def _clock(host: Properties) -> Iterator[tuple[str, Any]]:
    clock = host.get("config.dateTimeInfo")
    if clock is None:
        return
    yield "fact clock.ntp_servers", list(clock.ntpConfig.server) if clock.ntpConfig else []
    if protocol := getattr(clock, "systemClockProtocol", None):
        yield "fact clock.protocol", protocol


def _directory(host: Properties) -> Iterator[tuple[str, Any]]:
    """Whether the host is joined to Active Directory, and how well it is."""
    stores = host.get("config.authenticationManagerInfo")
    if stores is None:
        return
    directories = [s for s in stores.authConfig if isinstance(s, vim.host.ActiveDirectoryInfo)]
    yield "fact directory.joined", any(one.enabled and one.joinedDomain for one in directories)
    for one in directories:
        yield "fact directory.status", one.domainMembershipStatus or ""


def _storage(host: Properties) -> Iterator[tuple[str, Any]]:
    """How each iSCSI adapter authenticates itself and its targets."""
    if "config.storageDevice.hostBusAdapter" not in host:
        return
    adapters = [
        adapter
        for adapter in host["config.storageDevice.hostBusAdapter"]
        if isinstance(adapter, vim.host.InternetScsiHba)
    ]
    for name in ISCSI:
        said = {one.device: getattr(one.authenticationProperties, name) for one in adapters}
        yield f"fact iscsi.{name}", said


def nfs_datastores(datastores: Iterable[Properties]) -> list[str]:
    """The names of those of a host's datastores that are reached over NFS."""
    return [
        one.get("name", "?")
        for one in datastores
        if str(one.get("summary.type", "")).upper() in NFS
    ]


def _firewall(host: Properties) -> Iterator[tuple[str, Any]]:
    """Of each enabled rule set with addresses of the operator's choice, whether it takes all."""
    if "config.firewall" not in host:
        return
    yield (
        "fact firewall.open_rulesets",
        {
            one.label or one.key: one.allowedHosts.allIp if one.allowedHosts else True
            for one in host["config.firewall"].ruleset
            if one.enabled and getattr(one, "ipListUserConfigurable", None) is not False
        },
    )


def masked_communities(communities: Iterable[str]) -> list[str]:
    """SNMP communities without what they are: they are passwords, but for the one all know."""
    return [one if one == "public" else "one that is not shown" for one in communities]


def issuer_organizations(host: Properties) -> list[str]:
    """The organizations that the issuer of the host's certificate names.

    Raises:
        ValueError, TypeError: the host states no certificate, or none that can be read.
    """
    given = host.get("config.certificate") or b""
    pem = given.encode() if isinstance(given, str) else bytes(byte & 0xFF for byte in given)
    issuer = x509.load_pem_x509_certificate(pem).issuer
    return [str(one.value) for one in issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
