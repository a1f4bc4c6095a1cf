"""ESXi 8.0 hosts under vCenter: what they say of themselves, hardened or out of the box."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from pyVmomi import VmomiSupport, vim, vmodl

from securemode_lab.vcenter import hardened_values as values
from securemode_lab.vcenter import host_services as services
from securemode_lab.vcenter.esxcli import executer
from securemode_lab.vcenter.esxcli_commands import COMMANDS, first_answers
from securemode_lab.vcenter.host_certificate import as_bytes
from securemode_lab.vcenter.host_managers import managers
from securemode_lab.vcenter.host_network import MANAGEMENT_GROUP, VMOTION_GROUP, network_info
from securemode_lab.vcenter.host_storage import storage
from securemode_lab.vcenter.kernel_adapters import add_kernel_adapter, services_of_adapters
from securemode_lab.vcenter.objects import Managed
from securemode_lab.vcenter.required import filled

if TYPE_CHECKING:
    from securemode_lab.vcenter.host_network import Networking

_MHZ: Final = 1_000_000
_PACKAGES: Final = 2
_MIB: Final = 1024 * 1024
_UUID: Final = "4c4c4544-0031-4810-8052-{:012x}"
_FULL_NAME: Final = f"VMware ESXi {values.VERSION} build-{values.BUILD}"
_CPU: Final = "Intel(R) Xeon(R) Gold 6342 CPU @ 2.40GHz"
_STARTED: Final = datetime(2026, 9, 1, 6, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The machine on which a host runs.

    Attributes:
        cores: of all its processors; each has two threads.
        core_mhz: clock of one.
        memory_mb: of all its memory.
    """

    cores: int = 32
    core_mhz: int = 2400
    memory_mb: int = 512 * 1024


_USUAL: Final = Server()


def hardened_host(
    name: str,
    *,
    moid: str,
    number: int,
    networking: Networking,
    certificate: str,
    server: Server = _USUAL,
    hardened: bool = True,
) -> list[Managed]:
    """An ESXi host and the managers behind its `configManager`, the `HostSystem` first.

    Whoever puts it into an inventory says where it is: `parent`, `vm`, `datastore`, `network` and
    `datastoreBrowser` are not among its properties yet.

    Args:
        name: by which vCenter lists it.
        moid: of the `HostSystem`; those of the managers follow from it.
        number: from 1, for what has to differ between hosts.
        networking: how it is connected.
        certificate: its own, PEM.
        server: the machine on which it runs.
        hardened: whether the STIG has been applied; else it is as it comes out of the box.
    """
    host = Managed(vim.HostSystem, moid)
    host.kept = _kept(hardened=hardened)
    others = managers(host)
    host.properties |= {
        "name": name,
        "overallStatus": "green",
        "configStatus": "green",
        "licensableResource": _licensable(),
        "hardware": _hardware(server, number),
        "capability": _capability(hardened=hardened),
        "runtime": _runtime(hardened=hardened),
        "config": _config(host, networking, number, certificate, hardened=hardened),
        "configManager": vim.host.ConfigManager(**{at: one.ref for at, one in others.items()}),
        "summary": lambda: _summary(host),
    }
    return [host, *others.values(), executer(host, COMMANDS)]


def _kept(*, hardened: bool) -> dict[str, Any]:
    """What a host knows beside its properties."""
    return {
        "acceptance": "partner",
        "esxcli": first_answers(hardened=hardened),
        "exceptions": [],
        "packages": [_package("esx-base", "VMware"), _package("ixgben", "INT")],
        "snmp": services.snmp_agent(),
    }


def _config(
    host: Managed, networking: Networking, number: int, certificate: str, *, hardened: bool
) -> Any:
    network = network_info(networking, number, hardened=hardened)
    adapters = {
        "management": [add_kernel_adapter(network, networking.address, MANAGEMENT_GROUP)],
        "vmotion": [add_kernel_adapter(network, f"198.51.100.{number % 250}", VMOTION_GROUP)],
    }
    options = values.OPTIONS if hardened else values.FACTORY_OPTIONS
    return vim.host.ConfigInfo(
        host=host.ref,
        product=product(values.BUILD if hardened else values.OLD_BUILD),
        network=network,
        virtualNicManagerInfo=services_of_adapters(network, adapters),
        storageDevice=storage(),
        service=services.services(hardened=hardened),
        firewall=services.firewall(hardened=hardened),
        autoStart=vim.host.AutoStartManager.Config(
            defaults=vim.host.AutoStartManager.SystemDefaults(
                enabled=True, startDelay=120, stopDelay=120, stopAction="PowerOff"
            ),
            powerInfo=[],
        ),
        option=[option(key, value) for key, value in options.items()],
        dateTimeInfo=services.time_settings(hardened=hardened),
        lockdownMode="lockdownNormal" if hardened else "lockdownDisabled",
        adminDisabled=hardened,
        certificate=as_bytes(certificate),
        authenticationManagerInfo=services.authentication(hardened=hardened),
    )


def option(key: str, value: values.Value) -> Any:
    """An advanced option; whole numbers are 64 bits wide, as hosts send them."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return vim.option.OptionValue(key=key, value=VmomiSupport.long(value) if is_number else value)


def product(build: str) -> Any:
    """Which ESXi this is."""
    return vim.AboutInfo(
        name="VMware ESXi",
        fullName=_FULL_NAME.replace(values.BUILD, build),
        vendor="VMware, Inc.",
        version=values.VERSION,
        patchLevel="80",
        build=build,
        localeVersion="INTL",
        localeBuild="000",
        osType="vmnix-x86",
        productLineId="embeddedEsx",
        apiType="HostAgent",
        apiVersion="8.0.3.0",
        licenseProductName="VMware ESX Server",
        licenseProductVersion="8.0",
    )


def _hardware(server: Server, number: int) -> Any:
    hz = server.core_mhz * _MHZ
    return vim.host.HardwareInfo(
        systemInfo=filled(
            vim.host.SystemInfo,
            vendor="Lab Example",
            model="Rack Server",
            uuid=_UUID.format(number),
        ),
        cpuInfo=vim.host.CpuInfo(
            numCpuPackages=_PACKAGES,
            numCpuCores=server.cores,
            numCpuThreads=2 * server.cores,
            hz=hz,
        ),
        cpuPkg=[
            filled(
                vim.host.CpuPackage,
                index=index,
                vendor="intel",
                hz=hz,
                description=_CPU,
                threadId=list(range(index * server.cores, (index + 1) * server.cores)),
            )
            for index in range(_PACKAGES)
        ],
        memorySize=server.memory_mb * _MIB,
        smcPresent=False,
    )


def _licensable() -> Any:
    processors = vmodl.KeyAnyValue(key="numCpuPackages", value=_PACKAGES)
    return vim.LicenseManager.LicensableResourceInfo(resource=[processors])


def _capability(*, hardened: bool) -> Any:
    return filled(
        vim.host.Capability,
        rebootSupported=True,
        shutdownSupported=True,
        vmotionSupported=True,
        vlanTaggingSupported=True,
        nicTeamingSupported=True,
        maintenanceModeSupported=True,
        screenshotSupported=True,
        storageIORMSupported=True,
        tpmSupported=hardened,
        tpmVersion="2.0" if hardened else None,
        uefiSecureBoot=hardened,
    )


def _runtime(*, hardened: bool) -> Any:
    return vim.host.RuntimeInfo(
        connectionState="connected",
        powerState="poweredOn",
        inMaintenanceMode=False,
        bootTime=_STARTED,
        stateEncryption=services.state_encryption(hardened=hardened),
    )


def _summary(host: Managed) -> Any:
    """What follows from the rest."""
    config, hardware = host.properties["config"], host.properties["hardware"]
    return vim.host.Summary(
        host=host.ref,
        hardware=vim.host.Summary.HardwareSummary(
            vendor=hardware.systemInfo.vendor,
            model=hardware.systemInfo.model,
            uuid=hardware.systemInfo.uuid,
            memorySize=hardware.memorySize,
            cpuModel=_CPU,
            cpuMhz=hardware.cpuInfo.hz // _MHZ,
            numCpuPkgs=hardware.cpuInfo.numCpuPackages,
            numCpuCores=hardware.cpuInfo.numCpuCores,
            numCpuThreads=hardware.cpuInfo.numCpuThreads,
            numNics=len(config.network.pnic),
            numHBAs=len(config.storageDevice.hostBusAdapter),
        ),
        runtime=host.properties["runtime"],
        config=vim.host.Summary.ConfigSummary(
            name=host.properties["name"],
            port=443,
            product=config.product,
            vmotionEnabled=True,
            faultToleranceEnabled=False,
        ),
        quickStats=vim.host.Summary.QuickStats(),
        overallStatus=host.properties["overallStatus"],
        rebootRequired=False,
    )


def _package(name: str, vendor: str) -> Any:
    return filled(
        vim.host.SoftwarePackage,
        name=name,
        vendor=vendor,
        version=f"{values.VERSION}-0.73.{values.BUILD}",
        type="vib",
        acceptanceLevel="vmware_certified" if vendor == "VMware" else "partner",
        summary=f"{name} of {vendor}",
    )
