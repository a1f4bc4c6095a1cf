from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pyVmomi import vim

from peers.vcsim import Simulated, vcsim
from securemode.environment.placement import NodePlacement, Placement
from securemode.errors import SetupFailed
from securemode.setups.deploy_management_node import DeployManagementNode
from setups.ovas import DISK, NAME, archive, descriptor, manifest, ova
from setups.vcenter import (
    PLACE,
    Killed,
    Told,
    deploying,
    dying_at,
    machines,
    placement,
    reaching,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from securemode.environment.models import Environment
    from securemode.setups.setup import Change
    from securemode.vsphere.access import VSphereAccess

PATHS = "runtime.powerState", "config.extraConfig", "runtime.host", "config.hardware.device"


@pytest.fixture(scope="module")
def vcenter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    with vcsim(tmp_path_factory.mktemp("vcsim")) as simulated:
        yield simulated


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return ova(tmp_path / "management.ova")


def nobody() -> bool:
    return False


def run(of: Environment, **more: Any) -> tuple[list[Change], Told, DeployManagementNode]:
    told = Told()
    with reaching(of) as access:
        setup = DeployManagementNode(of, access, **({"answers": nobody} | more))
        return setup.run(told), told, setup


def seen(access: VSphereAccess, name: str) -> dict[str, Any] | None:
    return machines(access.session(), *PATHS).get(name)


def test_the_machine_is_imported_placed_and_switched_on(vcenter: Simulated, image: Path) -> None:
    of = deploying(vcenter, placement(image), virtual_machines={"mgmt": "imported"})
    changes, told, setup = run(of)
    assert [str(change) for change in changes] == [
        "mgmt: virtual machine: none → imported on DC0_C0_H0, LocalDS_0, DC0_DVPG0 (DEPLOY-01)",
        "mgmt: power: off → on (DEPLOY-01)",
    ]
    assert told.lines[-3:] == [
        "deploy_management_node: mgmt: virtual machine imported",
        "deploy_management_node: mgmt: switched on",
        "deploy_management_node: done and verified",
    ]
    assert "mgmt: virtual machine imported" in setup.transcript
    with reaching(of) as access:
        found = seen(access, "imported")
        assert found is not None
        assert found["runtime.powerState"] == "poweredOn"
        assert not [one for one in found["config.extraConfig"] if "securemode" in one.key]
        host = access.session().properties(
            vim.HostSystem, ["name"], objects=[found["runtime.host"]]
        )
        assert [each["name"] for each in host.values()] == ["DC0_C0_H0"]


def test_a_second_run_changes_nothing(vcenter: Simulated, image: Path) -> None:
    of = deploying(vcenter, placement(image), virtual_machines={"mgmt": "twice"})
    run(of)
    with reaching(of) as access:
        before = len(machines(access.session()))
    changes, told, _ = run(of)
    assert changes == []
    assert told.lines == ["deploy_management_node: nothing to change"]
    with reaching(of) as access:
        assert len(machines(access.session())) == before


def test_a_machine_is_left_off_where_the_environment_says_so(
    vcenter: Simulated, image: Path
) -> None:
    of = deploying(vcenter, placement(image, power_on=False), virtual_machines={"mgmt": "left-off"})
    (change,) = run(of)[0]
    assert change.setting == "virtual machine"
    with reaching(of) as access:
        found = seen(access, "left-off")
    assert found
    assert found["runtime.powerState"] == "poweredOff"


def test_whatever_moment_a_run_is_killed_at_the_next_one_completes(
    vcenter: Simulated, image: Path
) -> None:
    marked, call = 0, 2
    while True:
        of = deploying(vcenter, placement(image), virtual_machines={"mgmt": f"killed{call}"})
        with reaching(of) as access, dying_at(access, call):
            setup = DeployManagementNode(of, access, answers=nobody)
            try:
                setup.run(Told())
            except Killed:
                pass
            else:
                break
        with reaching(of) as access:
            left = seen(access, f"killed{call}")
        marked += bool(
            left and [one for one in left["config.extraConfig"] if one.value == "unfinished"]
        )
        run(of)
        assert run(of)[0] == []
        call += 1
    assert call > 15
    assert marked > 3


def test_what_a_killed_run_left_is_removed_and_that_is_said(
    vcenter: Simulated, image: Path
) -> None:
    of = deploying(vcenter, placement(image), virtual_machines={"mgmt": "leftover"})
    with reaching(of) as access:
        session = access.session()
        (folder,) = session.properties(vim.Datacenter, ["vmFolder"]).values()
        host = next(iter(session.properties(vim.HostSystem, ["parent"]).values()))["parent"]
        spec = vim.vm.ConfigSpec(
            name="leftover",
            files=vim.vm.FileInfo(vmPathName="[LocalDS_0]"),
            extraConfig=[vim.option.OptionValue(key="securemode.import", value="unfinished")],
        )
        task = folder["vmFolder"].CreateVM_Task(spec, host.resourcePool)
        while task.info.state not in {"success", "error"}:
            pass
    changes, told, _ = run(of)
    assert changes[0].now == "an import that was cut off"
    assert "deploy_management_node: mgmt: removed an import that was cut off" in told.lines


def refused(of: Environment, **more: Any) -> SetupFailed:
    with pytest.raises(SetupFailed) as stopped:
        run(of, **more)
    return stopped.value


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"host": "esxi9"}, "There is no host of mgmt named 'esxi9'; there are: DC0_C0_H0, "),
        ({"datastore": "none"}, "There is no datastore of DC0_C0_H0 named 'none'; there are: "),
        ({"network": "gone"}, "There is no network of DC0_C0_H0 named 'gone'; there are: "),
        ({"networks": {"LAN": "x"}}, "The OVA of mgmt has no network 'LAN'; it has: VM Network."),
    ],
)
def test_names_that_lead_nowhere_are_refused_with_those_that_do(
    vcenter: Simulated, image: Path, own: dict[str, Any], said: str
) -> None:
    at = placement(image, nodes={"mgmt": NodePlacement(**own)})
    error = refused(deploying(vcenter, at))
    assert said in error.message
    assert "Nothing was changed." in error.message
    assert "vsphere.deploy.nodes.mgmt" in error.remedy


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"folder": "no/such"}, "There is no folder of virtual machines named 'no'"),
        ({"datacenter": "DC9"}, "There is no datacenter named 'DC9'; there are: DC0."),
        ({"resource_pool": "gold"}, "There is no resource pool of the host named 'gold'"),
        ({"all_nodes": NodePlacement()}, "No host of mgmt is stated"),
    ],
)
def test_so_are_those_of_all_nodes(
    vcenter: Simulated, image: Path, more: dict[str, Any], said: str
) -> None:
    assert said in refused(deploying(vcenter, placement(image, **more))).message


def test_a_damaged_ova_is_refused_before_anything_is_sent(
    vcenter: Simulated, tmp_path: Path
) -> None:
    whole = {NAME[0]: descriptor(), NAME[2]: DISK}
    path = archive(
        tmp_path / "bad.ova",
        {NAME[0]: whole[NAME[0]], NAME[1]: manifest(whole), NAME[2]: DISK[::-1]},
    )
    error = refused(deploying(vcenter, placement(path), virtual_machines={"mgmt": "damaged"}))
    assert "bad.ova is damaged: node-disk1.vmdk does not match its manifest." in error.message
    assert "Nothing was changed." in error.message


def test_a_wrong_password_is_told_and_not_repeated(vcenter: Simulated, image: Path) -> None:
    error = refused(deploying(vcenter, placement(image), password="wrong"))
    assert "vCenter does not accept the account" in error.message
    assert "Nothing was changed." in error.message
    assert "credentials.vsphere" in error.remedy
    assert "wrong" not in str(error)


def test_a_management_node_that_answers_is_not_deployed_once_more(
    vcenter: Simulated, image: Path
) -> None:
    of = deploying(vcenter, placement(image), virtual_machines={"mgmt": "renamed"})
    error = refused(of, answers=lambda: True)
    assert "The Management Node answers at its address, and vCenter has no machine" in error.message
    assert "vsphere.virtual_machines.mgmt" in error.remedy


@pytest.mark.parametrize("gone", ["vm-99999", "01234567-89ab-cdef-0123-456789abcdef"])
def test_a_machine_that_is_stated_by_id_and_gone_is_not_made_anew(
    vcenter: Simulated, image: Path, gone: str
) -> None:
    error = refused(deploying(vcenter, placement(image), virtual_machines={"mgmt": gone}))
    assert f"vCenter has no virtual machine {gone}" in error.message


def test_an_environment_that_says_too_little_is_told_what_it_lacks(vcenter: Simulated) -> None:
    assert "state vsphere.deploy" in refused(deploying(vcenter, None)).remedy
    without = deploying(vcenter, None).model_copy(update={"vsphere": None})
    assert refused(without).remedy == "state vsphere: and credentials.vsphere."


def test_without_an_ova_of_the_management_node_that_is_said(
    vcenter: Simulated, image: Path
) -> None:
    at = Placement(conferencing_ova=placement(image).conferencing_ova, all_nodes=PLACE)
    of = deploying(vcenter, at, virtual_machines={"mgmt": "no-ova"})
    assert "the environment names no OVA of it" in refused(of).message
