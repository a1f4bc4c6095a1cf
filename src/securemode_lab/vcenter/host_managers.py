"""The managers of an ESXi host: each shows a part of its configuration, and changes it.

Privileges are those that pyVmomi's own tables name. Whoever may only read cannot ask for the users
whom lockdown excepts, nor for the packages of the image: vCenter wants more for both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pyVmomi import vim

from securemode_lab.vcenter import host_edits as edits
from securemode_lab.vcenter.host_certificate import certificate_manager
from securemode_lab.vcenter.host_network_managers import adapter_manager, network_system
from securemode_lab.vcenter.host_parts import manager, shown
from securemode_lab.vcenter.objects import READ, VIEW, Managed, Method
from securemode_lab.vcenter.required import filled

if TYPE_CHECKING:
    from securemode_lab.vcenter.host_parts import Placed
    from securemode_lab.vcenter.objects import Call

_SERVICE: Final = "Host.Config.NetService"
_SETTINGS: Final = "Global.Settings"
_IMAGE: Final = "Host.Config.Image"
_POLICIES: Final = frozenset({"on", "off", "automatic"})


def managers(host: Managed) -> dict[str, Managed]:
    """Every manager of a host, by its place in `configManager`."""
    made = (
        _options(host),
        _services(host),
        _firewall(host),
        _access(host),
        _time(host),
        network_system(host),
        adapter_manager(host),
        _image(host),
        _snmp(host),
        _authentication(host),
        _storage(host),
        certificate_manager(host),
        _auto_start(host),
    )
    return dict(made)


def _options(host: Managed) -> Placed:
    def query(_call: Call, name: str | None = None) -> list[Any]:
        options = host.properties["config"].option
        found = [o for o in options if not name or o.key.startswith(name)]
        if name and not found:
            raise vim.fault.InvalidName(name=name, entity=host.ref)
        return found

    def update(_call: Call, changedValue: list[Any]) -> None:  # noqa: N803 (pyVmomi's name)
        for option in changedValue:
            edits.set_option(host, option.key, option.value)

    methods = {
        "QueryOptions": Method(query, VIEW),
        "UpdateOptions": Method(update, "Host.Config.AdvancedConfig"),
    }
    properties = {"setting": shown(host, "option")}
    return manager(host, "advancedOption", vim.option.OptionManager, properties, methods)


def _services(host: Managed) -> Placed:
    def update(_call: Call, id: str, policy: str) -> None:  # noqa: A002 (pyVmomi's name)
        if policy not in _POLICIES:
            raise vim.fault.InvalidState(msg=f"no policy is called {policy}")
        edits.service(host, id).policy = policy

    def start(_call: Call, id: str) -> None:  # noqa: A002
        edits.service(host, id).running = True

    def stop(_call: Call, id: str) -> None:  # noqa: A002
        edits.service(host, id).running = False

    methods = {
        "UpdateServicePolicy": Method(update, _SERVICE),
        "StartService": Method(start, _SERVICE),
        "RestartService": Method(start, _SERVICE),
        "StopService": Method(stop, _SERVICE),
    }
    properties = {"serviceInfo": shown(host, "service")}
    return manager(host, "serviceSystem", vim.host.ServiceSystem, properties, methods)


def _firewall(host: Managed) -> Placed:
    def policy(_call: Call, defaultPolicy: Any) -> None:  # noqa: N803
        host.properties["config"].firewall.defaultPolicy = defaultPolicy

    def enable(_call: Call, id: str) -> None:  # noqa: A002
        edits.rule_set(host, id).enabled = True

    def disable(_call: Call, id: str) -> None:  # noqa: A002
        edits.rule_set(host, id).enabled = False

    def update(_call: Call, id: str, spec: Any) -> None:  # noqa: A002
        edits.rule_set(host, id).allowedHosts = spec.allowedHosts

    methods = {
        "UpdateDefaultPolicy": Method(policy, _SERVICE),
        "EnableRuleset": Method(enable, _SERVICE),
        "DisableRuleset": Method(disable, _SERVICE),
        "UpdateRuleset": Method(update, _SERVICE),
    }
    properties = {"firewallInfo": shown(host, "firewall")}
    return manager(host, "firewallSystem", vim.host.FirewallSystem, properties, methods)


def _access(host: Managed) -> Placed:
    def exceptions(_call: Call) -> list[str]:
        return list(host.kept["exceptions"])

    def except_users(_call: Call, users: list[str] | None = None) -> None:
        host.kept["exceptions"] = list(users or [])

    def change(_call: Call, mode: str) -> None:
        edits.lock_down(host, mode)

    methods = {
        "QueryLockdownExceptions": Method(exceptions, _SETTINGS, only_looks=True),
        "UpdateLockdownExceptions": Method(except_users, _SETTINGS),
        "ChangeLockdownMode": Method(change, "Host.Config.Settings"),
    }
    properties = {"lockdownMode": shown(host, "lockdownMode")}
    return manager(host, "hostAccessManager", vim.host.HostAccessManager, properties, methods)


def _time(host: Managed) -> Placed:
    def update(_call: Call, config: Any) -> None:
        shown = host.properties["config"].dateTimeInfo
        for member in ("ntpConfig", "ptpConfig", "enabled"):
            value = getattr(config, member, None)
            if value is not None:
                setattr(shown, member, value)

    methods = {"UpdateDateTimeConfig": Method(update, "Host.Config.DateTime")}
    properties = {"dateTimeInfo": shown(host, "dateTimeInfo")}
    return manager(host, "dateTimeSystem", vim.host.DateTimeSystem, properties, methods)


def _image(host: Managed) -> Placed:
    def acceptance(_call: Call) -> str:
        return str(host.kept["acceptance"])

    def accept(_call: Call, newAcceptanceLevel: str) -> None:  # noqa: N803
        host.kept["acceptance"] = newAcceptanceLevel

    def packages(_call: Call) -> list[Any]:
        return list(host.kept["packages"])

    methods = {
        "HostImageConfigGetAcceptance": Method(acceptance, READ),
        "UpdateHostImageAcceptanceLevel": Method(accept, _IMAGE),
        "fetchSoftwarePackages": Method(packages, _IMAGE, only_looks=True),
    }
    return manager(host, "imageConfigManager", vim.host.ImageConfigManager, methods=methods)


def _snmp(host: Managed) -> Placed:
    def reconfigure(_call: Call, spec: Any) -> None:
        agent = host.kept["snmp"]
        for member in ("enabled", "port", "readOnlyCommunities", "trapTargets", "option"):
            value = getattr(spec, member)
            if value is not None:
                setattr(agent, member, value)

    properties = {
        "configuration": lambda: host.kept["snmp"],
        "limits": filled(vim.host.SnmpSystem.AgentLimits),
    }
    methods = {"ReconfigureSnmpAgent": Method(reconfigure, _SETTINGS)}
    return manager(host, "snmpSystem", vim.host.SnmpSystem, properties, methods)


def _authentication(host: Managed) -> Placed:
    properties = {"info": shown(host, "authenticationManagerInfo")}
    return manager(host, "authenticationManager", vim.host.AuthenticationManager, properties)


def _storage(host: Managed) -> Placed:
    properties = {"storageDeviceInfo": shown(host, "storageDevice")}
    return manager(host, "storageSystem", vim.host.StorageSystem, properties)


def _auto_start(host: Managed) -> Placed:
    def reconfigure(_call: Call, spec: Any) -> None:
        shown = host.properties["config"].autoStart
        if spec.defaults is not None:
            shown.defaults = spec.defaults
        changed = {entry.key._moId for entry in spec.powerInfo or []}  # noqa: SLF001
        kept = [entry for entry in shown.powerInfo if entry.key._moId not in changed]  # noqa: SLF001
        shown.powerInfo = [*kept, *(spec.powerInfo or [])]

    methods = {"ReconfigureAutostart": Method(reconfigure, "Host.Config.AutoStart")}
    properties = {"config": shown(host, "autoStart")}
    return manager(host, "autoStartManager", vim.host.AutoStartManager, properties, methods)
