"""What a control finds on its target, and whether it applies there at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from securemode.judges.stig_operations import items, plain
from securemode.stig.models import Condition, input_named

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.environment.stig import StigInputs
    from securemode.observations.stig import BaselineSeen

_TOLD = frozenset({"property", "fact"})
"""Kinds of sources that are always told: where one is absent, nobody has looked."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Said instead of a value: it could not be read, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class Unstated:
    """Said instead of an expectation: the environment does not state this value of the site."""

    name: str


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything that the controls of one target are judged by.

    Attributes:
        seen: what the target says.
        inputs: what the site decides.
    """

    seen: BaselineSeen
    inputs: StigInputs

    def found(self, source: str) -> Any:
        """The value of a source; None where it is not set, `Unread` where nobody could tell."""
        kind, _, name = source.partition(" ")
        if kind == "site":
            return getattr(self.inputs, name)
        if source in self.seen.values:
            return self.seen.values[source]
        if (reason := self.seen.refusal(source)) is not None:
            return Unread(reason)
        return Unread("vCenter does not tell it") if kind in _TOLD else None

    def expected(self, stated: Any) -> Any:
        """An expectation with the values of the site in their places; `Unstated` without one."""
        if isinstance(stated, dict):
            filled = {name: self.expected(value) for name, value in stated.items()}
            missing = [value for value in filled.values() if isinstance(value, Unstated)]
            return missing[0] if missing else filled
        if (named := input_named(stated)) is None:
            return stated
        value = getattr(self.inputs, named[0])
        return Unstated(named[0]) if value is None else value

    def excepted(self, name: str | None) -> frozenset[str]:
        """What the site approves of although a control does not."""
        return frozenset(plain(one) for one in getattr(self.inputs, name)) if name else frozenset()


def not_applying(condition: Condition | None, reading: Reading) -> str | Unread:
    """Why a control does not apply; an empty text where it does."""
    return "" if condition is None else _CONDITIONS[condition](reading)


def _unless(source: str, otherwise: str) -> Callable[[Reading], str | Unread]:
    """It applies where the source holds anything."""

    def reason(reading: Reading) -> str | Unread:
        found = reading.found(source)
        if isinstance(found, Unread):
            return found
        return "" if found is True or (found is not False and items(found)) else otherwise

    return reason


def _directory_or_more_users(reading: Reading) -> str | Unread:
    accounts = reading.found("esxcli system.account.list")
    if not _joined(reading):
        return ""
    if isinstance(accounts, Unread):
        return accounts
    allowed = {plain(name) for name in reading.inputs.allowed_local_accounts}
    if {plain(name) for name in items(accounts)} - allowed:
        return ""
    return "Active Directory is not used, and there are service accounts only"


def _joined(reading: Reading) -> str | Unread:
    if reading.inputs.ad_joined or reading.found("fact directory.joined") is True:
        return ""
    return "the host is not joined to Active Directory"


def _storage_over_ip(reading: Reading) -> str | Unread:
    sources = ("fact vsan.vlans", "fact iscsi.chapAuthEnabled", "fact nfs_datastores")
    found = [reading.found(source) for source in sources]
    if any(not isinstance(each, Unread) and items(each) for each in found):
        return ""
    unread = [each for each in found if isinstance(each, Unread)]
    return unread[0] if unread else "the host uses no storage over IP"


def _syslog_over_tls(reading: Reading) -> str | Unread:
    found = reading.found("option Syslog.global.logHost")
    if isinstance(found, Unread):
        return found
    over_tls = any(plain(target).startswith("ssl://") for target in items(found))
    return "" if over_tls else "no syslog target begins with ssl://"


def _reached_directly(reading: Reading) -> str | Unread:
    return "" if reading.inputs.hosts_reached_directly else "nobody connects to the host itself"


def _usable_tpm(reading: Reading) -> str | Unread:
    """Where the host does not tell, it applies."""
    return "the host has no usable TPM" if reading.found("fact tpm") is False else ""


_CONDITIONS: dict[Condition, Callable[[Reading], str | Unread]] = {
    Condition.MANAGED_BY_VCENTER: _unless("fact managed_by_vcenter", "no vCenter manages the host"),
    Condition.DIRECTORY_OR_MORE_USERS: _directory_or_more_users,
    Condition.ISCSI_ADAPTER: _unless("fact iscsi.chapAuthEnabled", "the host has no iSCSI adapter"),
    Condition.VMOTION_ADAPTER: _unless("fact vmotion.vlans", "no adapter is selected for vMotion"),
    Condition.IP_STORAGE: _storage_over_ip,
    Condition.STANDARD_SWITCH: _unless("fact standard_switches", "the host has no standard switch"),
    Condition.REACHED_DIRECTLY: _reached_directly,
    Condition.SYSLOG_OVER_TLS: _syslog_over_tls,
    Condition.TPM: _usable_tpm,
    Condition.HOST_PROFILE_JOINS: _unless(
        "fact host_profile.join_methods", "no host profile joins the host to Active Directory"
    ),
    Condition.JOINED_TO_DIRECTORY: _joined,
    Condition.FAULT_TOLERANCE: _unless("fact fault_tolerance", "Fault Tolerance is off"),
}
