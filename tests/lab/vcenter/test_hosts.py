from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from pyVmomi import vim, vmodl

from lab.vcenter import control_rules
from lab.vcenter.control_values import OPTIONS
from lab.vcenter.lab_inventory import lab_vcenter
from lab.vcenter.serving import READER, Served, serving
from securemode_lab.faults import vsphere_stig
from securemode_lab.vcenter.host_certificate import installers_certificate
from securemode_lab.vcenter.host_network import DistributedUplinks, Networking
from securemode_lab.vcenter.hosts import hardened_host
from securemode_lab.vcenter.objects import Inventory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode_lab.vcenter.objects import Managed

PATHS = ["name", "config", "configManager", "capability", "runtime", "hardware", "summary"]
RIGHT_BY_DEFAULT = {
    "000010", "000014", "000015", "000047", "000052", "000111", "000133", "000145", "000160",
    "000189", "000192", "000193", "000194", "000196", "000198", "000199", "000201", "000202",
    "000204", "000207", "000210", "000212", "000213", "000214", "000218", "000219", "000220",
    "000222", "000223", "000224", "000226", "000240", "000245", "000246", "000248",
}  # fmt: skip
"""Controls that a host keeps as it comes out of the box; its VLANs are the lab's all the same."""


@pytest.fixture(scope="module")
def vcenter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from serving(lab_vcenter(), tmp_path_factory.mktemp("vcenter"))


@pytest.fixture
def content(vcenter: Served) -> Iterator[Any]:
    before = vcenter.vcenter.saved()
    yield vcenter.connect().RetrieveContent()
    vcenter.vcenter.restore(before)


@pytest.fixture
def host(content: Any) -> Any:
    return _first_host(content)


def _first_host(content: Any) -> Any:
    return content.searchIndex.FindByInventoryPath("Lab/host/Conferencing/esxi1.lab.example")


def _read(content: Any) -> dict[str, dict[str, Any]]:
    """Hosts by their names, in one pass of the property collector."""
    view = content.viewManager.CreateContainerView(
        content.rootFolder, [vim.HostSystem], recursive=True
    )
    spec = vmodl.query.PropertyCollector
    asked = spec.FilterSpec(
        objectSet=[
            spec.ObjectSpec(
                obj=view,
                skip=True,
                selectSet=[
                    spec.TraversalSpec(
                        name="all", type=vim.view.ContainerView, path="view", skip=False
                    )
                ],
            )
        ],
        propSet=[spec.PropertySpec(type=vim.HostSystem, pathSet=PATHS)],
    )
    found = content.propertyCollector.RetrieveContents([asked])
    view.DestroyView()
    read = [{p.name: p.val for p in one.propSet} for one in found]
    return {one["name"]: one for one in read}


def test_one_pass_reads_all_of_every_host(content: Any) -> None:
    hosts = _read(content)
    assert list(hosts) == ["esxi1.lab.example", "esxi2.lab.example"]
    for seen in hosts.values():
        assert set(seen) == set(PATHS)
        options = {o.key: o.value for o in seen["config"].option}
        for key, is_good in OPTIONS.values():
            assert is_good(options[key]), key
        assert seen["config"].product.version == "8.0.3"
        assert seen["runtime"].stateEncryption.protectionMode == "tpm"
        assert seen["capability"].uefiSecureBoot is True
        assert seen["summary"].hardware.cpuMhz * 1_000_000 == seen["hardware"].cpuInfo.hz
        shown = x509.load_pem_x509_certificate(bytes(b & 0xFF for b in seen["config"].certificate))
        assert "Lab Example" in shown.issuer.rfc4514_string()


def test_numbers_are_longs_and_flags_are_flags(content: Any) -> None:
    options = {o.key: o.value for o in _read(content)["esxi1.lab.example"]["config"].option}
    assert type(options["Security.AccountLockFailures"]).__name__ == "long"
    assert options["Config.HostAgent.plugins.solo.enableMob"] is False
    assert options["Net.DVFilterBindIpAddress"] == ""


def test_the_network_is_as_the_lab_says(content: Any) -> None:
    first, second = (one["config"].network for one in _read(content).values())
    assert [nic.device for nic in first.pnic] == ["vmnic0", "vmnic1", "vmnic2", "vmnic3"]
    assert all(nic.linkSpeed for nic in first.pnic)
    assert {s.name: list(s.spec.bridge.nicDevice) for s in first.vswitch} == {
        "vSwitch0": ["vmnic0", "vmnic1"],
        "vSwitch1": ["vmnic2", "vmnic3"],
    }
    assert {g.spec.name: g.spec.vlanId for g in first.portgroup} == {
        "Management Network": 10,
        "vMotion": 20,
        "VM Management": 110,
        "VM Conferencing": 120,
    }
    assert [s.name for s in second.vswitch] == ["vSwitch0"]
    (proxy,) = second.proxySwitch
    assert proxy.dvsName == "dvs-conferencing"
    assert [p.pnicDevice for p in proxy.spec.backing.pnicSpec] == ["vmnic2", "vmnic3"]
    (switch,) = _of(content, vim.DistributedVirtualSwitch)
    assert proxy.dvsUuid == switch.uuid


def _of(content: Any, kind: Any) -> list[Any]:
    view = content.viewManager.CreateContainerView(content.rootFolder, [kind], recursive=True)
    return list(view.view)


def test_every_manager_is_there_and_shows_what_the_host_shows(host: Any) -> None:
    places = {
        "firewallSystem": ("firewallInfo", "firewall"),
        "serviceSystem": ("serviceInfo", "service"),
        "hostAccessManager": ("lockdownMode", "lockdownMode"),
        "dateTimeSystem": ("dateTimeInfo", "dateTimeInfo"),
        "networkSystem": ("networkInfo", "network"),
        "virtualNicManager": ("info", "virtualNicManagerInfo"),
        "authenticationManager": ("info", "authenticationManagerInfo"),
        "storageSystem": ("storageDeviceInfo", "storageDevice"),
        "autoStartManager": ("config", "autoStart"),
        "advancedOption": ("setting", "option"),
    }
    managers, config = host.configManager, host.config
    for place, (shown, member) in places.items():
        manager = getattr(managers, place)
        assert repr(getattr(manager, shown)) == repr(getattr(config, member)), place
    issuer = managers.certificateManager.certificateInfo.issuer
    assert issuer == "CN=Lab Root CA,O=Lab Example"
    assert managers.imageConfigManager.QueryHostAcceptanceLevel() == "partner"
    assert len(managers.imageConfigManager.FetchSoftwarePackages()) == 2
    assert managers.hostAccessManager.QueryLockdownExceptions() == []
    assert managers.snmpSystem.configuration.enabled is False


def test_options_are_asked_for_by_how_they_begin(host: Any) -> None:
    options = host.configManager.advancedOption
    found = options.QueryView(name="Security.")
    assert {o.key.split(".")[0] for o in found} == {"Security"}
    assert len(found) == 5
    with pytest.raises(vim.fault.InvalidName):
        options.QueryView(name="Nothing.")


def test_what_a_manager_changes_the_host_shows(host: Any) -> None:
    managers = host.configManager
    change = vim.option.OptionValue(key="Security.PasswordHistory", value=7)
    managers.advancedOption.UpdateValues([change])
    managers.serviceSystem.Start("TSM-SSH")
    managers.serviceSystem.UpdatePolicy("TSM-SSH", "on")
    managers.hostAccessManager.ChangeLockdownMode("lockdownDisabled")
    managers.hostAccessManager.UpdateLockdownExceptions(["operator"])
    managers.firewallSystem.DisableRuleset("ntpClient")
    managers.imageConfigManager.UpdateAcceptanceLevel("community")
    managers.virtualNicManager.SelectVnic("vsan", "vmk1")
    managers.snmpSystem.ReconfigureSnmpAgent(
        vim.host.SnmpSystem.SnmpConfigSpec(enabled=True, readOnlyCommunities=["public"])
    )
    config = host.config
    assert {o.key: o.value for o in config.option}["Security.PasswordHistory"] == 7
    (ssh,) = [s for s in config.service.service if s.key == "TSM-SSH"]
    assert (ssh.running, ssh.policy) == (True, "on")
    assert config.lockdownMode == "lockdownDisabled"
    assert managers.hostAccessManager.QueryLockdownExceptions() == ["operator"]
    assert [r.key for r in config.firewall.ruleset if r.key == "ntpClient" and r.enabled] == []
    assert managers.imageConfigManager.QueryHostAcceptanceLevel() == "community"
    assert managers.snmpSystem.configuration.readOnlyCommunities == ["public"]
    (storage,) = [s for s in config.virtualNicManagerInfo.netConfig if s.nicType == "vsan"]
    assert storage.selectedVnic == ["vsan.key-vim.host.VirtualNic-vmk1"]


def test_a_port_group_takes_what_it_is_given(host: Any) -> None:
    network = host.configManager.networkSystem
    wanted = vim.host.PortGroup.Specification(
        name="vMotion",
        vlanId=21,
        vswitchName="vSwitch0",
        policy=vim.host.NetworkPolicy(
            security=vim.host.NetworkPolicy.SecurityPolicy(forgedTransmits=True)
        ),
    )
    network.UpdatePortGroup("vMotion", wanted)
    (group,) = [g for g in host.config.network.portgroup if g.spec.name == "vMotion"]
    assert group.spec.vlanId == 21
    assert group.computedPolicy.security.forgedTransmits is True
    assert group.computedPolicy.security.macChanges is False
    with pytest.raises(vim.fault.NotFound):
        network.UpdatePortGroup("nothing", wanted)


@pytest.mark.parametrize(
    "write",
    [
        lambda m: m.serviceSystem.Start("TSM-SSH"),
        lambda m: m.hostAccessManager.ChangeLockdownMode("lockdownDisabled"),
        lambda m: m.firewallSystem.EnableRuleset("snmp"),
        lambda m: m.advancedOption.UpdateValues(
            [vim.option.OptionValue(key="DCUI.Access", value="")]
        ),
        lambda m: m.networkSystem.UpdateVirtualSwitch(
            "vSwitch0", vim.host.VirtualSwitch.Specification(numPorts=8)
        ),
    ],
    ids=["service", "lockdown", "firewall", "options", "switch"],
)
def test_who_may_only_read_changes_nothing(vcenter: Served, write: Any) -> None:
    host = _first_host(vcenter.connect(READER).RetrieveContent())
    before = repr(host.config)
    with pytest.raises(vim.fault.NoPermission):
        write(host.configManager)
    assert repr(host.config) == before
    assert host.configManager.imageConfigManager.QueryHostAcceptanceLevel() == "partner"


def test_lockdown_exceptions_take_more_than_reading(vcenter: Served) -> None:
    host = _first_host(vcenter.connect(READER).RetrieveContent())
    with pytest.raises(vim.fault.NoPermission) as refused:
        host.configManager.hostAccessManager.QueryLockdownExceptions()
    assert refused.value.privilegeId == "Global.Settings"


def test_asking_for_lockdown_exceptions_writes_nothing(vcenter: Served, host: Any) -> None:
    assert host.configManager.hostAccessManager.QueryLockdownExceptions() == []
    asked = vcenter.vcenter.log.entries()[-1]
    assert (asked["method"], asked["wrote"]) == ("QueryLockdownExceptions", False)


def test_a_silent_host_answers_nobody(vcenter: Served, host: Any) -> None:
    vcenter.vcenter.trouble.silent_hosts = {"esxi1.lab.example"}
    try:
        with pytest.raises(vmodl.fault.HostNotConnected):
            host.configManager.hostAccessManager.QueryLockdownExceptions()
    finally:
        vcenter.vcenter.trouble.silent_hosts = set()


def test_profiles_are_found_by_their_host(vcenter: Served, content: Any, host: Any) -> None:
    assert content.hostProfileManager.FindAssociatedProfile(host) == []
    (fault,) = [f for f in vsphere_stig.FAULTS if f.controls == ("ESXI-80-000240",)]
    fault.change(vcenter.vcenter, None)  # type: ignore[arg-type]
    (profile,) = content.hostProfileManager.FindAssociatedProfile(host)
    domain = profile.config.applyProfile.authentication.activeDirectory
    assert domain.enabled
    assert [p.policyOption.id for p in domain.policy] != ["FixedCAMConfigOption"]


def _host(*, hardened: bool, distributed: DistributedUplinks | None = None) -> Managed:
    made, *_ = hardened_host(
        "esxi9.example",
        moid="host-9",
        number=9,
        networking=Networking(
            address="192.0.2.19",
            groups={} if distributed else {"VMs": 110},
            distributed=distributed,
        ),
        certificate=installers_certificate("esxi9.example"),
        hardened=hardened,
    )
    return made


def test_a_host_out_of_the_box_keeps_what_is_right_by_default() -> None:
    found = control_rules.open_on_host(_host(hardened=False), Inventory())
    every = {control for control in control_rules.CONTROLS if control.startswith("ESXI")}
    assert every - found == {f"ESXI-80-{number}" for number in RIGHT_BY_DEFAULT}


def test_a_hardened_host_with_its_own_certificate_fails_for_that_alone() -> None:
    assert control_rules.open_on_host(_host(hardened=True), Inventory()) == {"ESXI-80-000229"}
