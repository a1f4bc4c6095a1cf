"""Reads everything of one host that the controls of a STIG ask about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pyVmomi import vim

from securemode.errors import (
    AuthenticationRejected,
    Interrupted,
    UnexpectedAnswer,
    Unreachable,
    Unsupported,
)
from securemode.observations.stig import BaselineSeen
from securemode.vsphere import host_commands, host_networks, host_settings

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Collection

    from securemode.vsphere.session import VSphereSession

_MANAGERS = ("imageConfigManager", "hostAccessManager", "snmpSystem")
_PATHS = (
    "runtime.connectionState",
    *(f"configManager.{name}" for name in _MANAGERS),
    *host_settings.PATHS,
    *host_networks.PATHS,
)

_REFUSED = (AuthenticationRejected, UnexpectedAnswer, Unsupported)
"""Errors that say something of one question, not of vCenter altogether."""


class HostReading:
    """One reading of one host.

    Args:
        session: with vCenter.
        name: of the host in vCenter.
        sources: what the controls ask for.
        cancelled: looked at between commands.
    """

    def __init__(
        self,
        session: VSphereSession,
        name: str,
        sources: Collection[str],
        cancelled: threading.Event,
    ) -> None:
        self._session = session
        self._sources = sources
        self._cancelled = cancelled
        self._moid = _moid_of(session, name)
        self._host: dict[str, Any] = {}
        self._values: dict[str, Any] = {}
        self._refused: dict[str, str] = {}

    def seen(self) -> BaselineSeen:
        """Read everything, once.

        Raises:
            CannotLook: vCenter does not answer, or does not reach the host.
        """
        self._read_properties()
        self._read_networks()
        self._attempt("fact nfs_datastores", self._read_datastores)
        self._attempt("fact certificate.", self._read_certificate)
        self._attempt("fact acceptance_level", self._read_acceptance_level)
        self._attempt("fact lockdown_exceptions", self._read_lockdown_exceptions)
        self._attempt("fact host_profile.", self._read_host_profiles)
        for command in host_commands.commands(self._sources):
            self._attempt(f"esxcli {command}", lambda command=command: self._run(command))  # type: ignore[misc]
        self._attempt("fact snmp.", self._read_snmp)
        return BaselineSeen(subject=self._host["name"], values=self._values, refused=self._refused)

    def _attempt(self, beginning: str, read: Callable[[], None]) -> None:
        """Read some sources, or note why they cannot be read; the others are not concerned."""
        if self._cancelled.is_set():
            raise Interrupted("the run was stopped before", remedy="run it again.")
        try:
            read()
        except _REFUSED as refusal:
            self._refused[beginning] = str(refusal)

    def _read_properties(self) -> None:
        host = self._session.managed(vim.HostSystem, self._moid)
        self._host = self._session.properties(vim.HostSystem, _PATHS, objects=[host])[self._moid]
        state = self._host.get("runtime.connectionState", "connected")
        if state != "connected":
            raise Unreachable(
                f"vCenter does not reach the host {self._host['name']} ({state}).",
                remedy="connect the host in vCenter.",
            )
        content = self._session.content
        self._values["fact managed_by_vcenter"] = content.about.apiType == "VirtualCenter"
        self._values.update(host_settings.settings(self._host, self._sources))
        self._refused.update(host_settings.unsent(self._host))

    def _read_networks(self) -> None:
        read = self._session.properties
        distributed = read(vim.dvs.DistributedVirtualPortgroup, host_networks.DISTRIBUTED_PATHS)
        here = self._host.get("vm", ())
        machines = read(vim.VirtualMachine, host_networks.MACHINE_PATHS, objects=here)
        network = host_networks.Network(self._host, distributed.values(), machines.values())
        self._values.update(network.values())

    def _read_datastores(self) -> None:
        if "datastore" not in self._host:
            raise UnexpectedAnswer("vCenter names no datastores of the host.")
        found = self._session.properties(
            vim.Datastore, host_settings.DATASTORE_PATHS, objects=self._host["datastore"]
        )
        self._values["fact nfs_datastores"] = host_settings.nfs_datastores(found.values())

    def _read_certificate(self) -> None:
        try:
            found = host_settings.issuer_organizations(self._host)
        except (ValueError, TypeError):
            raise UnexpectedAnswer("vCenter tells no certificate of the host.") from None
        self._values["fact certificate.issuer_organizations"] = found

    def _read_acceptance_level(self) -> None:
        self._values["fact acceptance_level"] = self._ask(
            "reading the acceptance level",
            lambda: self._manager("imageConfigManager").QueryHostAcceptanceLevel(),
        )

    def _read_lockdown_exceptions(self) -> None:
        found = self._ask(
            "reading the exceptions of lockdown mode",
            lambda: self._manager("hostAccessManager").QueryLockdownExceptions(),
        )
        self._values["fact lockdown_exceptions"] = list(found or ())

    def _read_host_profiles(self) -> None:
        """How the host profiles attached to the host join Active Directory."""
        manager = self._session.content.hostProfileManager
        host = self._session.managed(vim.HostSystem, self._moid)
        attached = manager and self._ask(
            "reading the attached host profiles", lambda: manager.FindAssociatedProfile(host)
        )
        path = "config.applyProfile.authentication"
        found = self._session.properties(
            vim.profile.host.HostProfile, ["name", path], objects=attached or ()
        )
        joining = {
            profile["name"]: profile[path].activeDirectory
            for profile in found.values()
            if path in profile and profile[path].activeDirectory
        }
        self._values["fact host_profile.join_methods"] = {
            name: _join_method(directory)
            for name, directory in joining.items()
            if directory.enabled
        }

    def _read_snmp(self) -> None:
        system = self._manager("snmpSystem")
        found = self._session.properties(vim.host.SnmpSystem, ["configuration"], objects=[system])
        said = next(iter(found.values()), {}).get("configuration")
        if said is None:
            raise UnexpectedAnswer("vCenter tells no SNMP configuration of the host.")
        self._values["fact snmp.enabled"] = bool(said.enabled)
        communities = said.readOnlyCommunities or ()
        self._values["fact snmp.communities"] = host_settings.masked_communities(communities)
        if said.enabled:
            rows = self._session.esxcli(self._moid, "system.snmp.get")
            self._values["fact snmp.v3_targets"] = host_commands.secured_targets(rows)

    def _run(self, command: str) -> None:
        arguments = host_commands.arguments(command)
        rows = self._session.esxcli(self._moid, command, **arguments)
        self._values.update(host_commands.values(command, rows))

    def _manager(self, name: str) -> Any:
        reference = self._host.get(f"configManager.{name}")
        if reference is None:
            raise Unsupported(f"vCenter names no {name} of the host.")
        return reference

    def _ask(self, doing: str, work: Callable[[], Any]) -> Any:
        return self._session.ask(f"{doing} of {self._host['name']}", work)


def _moid_of(session: VSphereSession, name: str) -> str:
    """The managed object id of the host of this name.

    Raises:
        UnexpectedAnswer: there is none, or more than one.
    """
    hosts = session.properties(vim.HostSystem, ["name"])
    found = [moid for moid, host in hosts.items() if host["name"].lower() == name.lower()]
    if len(found) != 1:
        known = ", ".join(sorted(host["name"] for host in hosts.values())) or "none"
        raise UnexpectedAnswer(
            f"vCenter lists {len(found) or 'no'} hosts of the name {name}; it knows: {known}.",
            remedy="correct vsphere.hosts in the environment.",
        )
    return found[0]


def _join_method(directory: Any) -> str:
    """The option that a host profile takes to join Active Directory."""
    chosen = [one.policyOption.id for one in directory.policy if one.id == "JoinDomainMethodPolicy"]
    return str(chosen[0]) if chosen else "none"
