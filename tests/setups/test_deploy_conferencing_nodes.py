from __future__ import annotations

import stat
from typing import TYPE_CHECKING, Any

import pytest

from peers.vcsim import Simulated, vcsim
from securemode.errors import SetupFailed, UnexpectedAnswer
from securemode.setups.kept_bootstrap import Bootstrap, KeptBootstraps
from setups.conferencing import DNS, NTP, ROOT, Site, deployment
from setups.vcenter import Killed, dying_at, machines, placement, reaching

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from securemode.targets import Node


@pytest.fixture(scope="module")
def vcenter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulated]:
    with vcsim(tmp_path_factory.mktemp("vcsim")) as simulated:
        yield simulated


def test_nodes_are_deployed_made_known_configured_and_in_sync(
    vcenter: Simulated, tmp_path: Path
) -> None:
    site = Site(vcenter, tmp_path, "a1", "a2")
    assert [str(change) for change in site.run()] == [
        "Oslo: system location: none → made (DEPLOY-02)",
        *(
            f"{name}: {line} (DEPLOY-02)"
            for name in ("a1", "a2")
            for line in (
                f"virtual machine: none → {name} on DC0_C0_H0, LocalDS_0, DC0_DVPG0",
                "power: off → on",
                "Conferencing Node: unknown to the Management Node → made known",
                "configuration: not in sync → in sync",
            )
        ),
    ]
    (first, _) = site.product.rows["worker_vm"]
    password = first.pop("password")
    assert password.startswith("$6$rounds=5000$")
    assert "correct horse" not in password
    assert first == {
        "name": "a1",
        "hostname": "a1",
        "domain": "example.com",
        "alternative_fqdn": "a1.example.com",
        "address": "192.0.2.21",
        "netmask": "255.255.255.0",
        "gateway": "192.0.2.1",
        "system_location": f"{ROOT}/system_location/1/",
        "node_type": "CONFERENCING",
        "deployment_type": "MANUAL-PROVISION-ONLY",
        "resource_uri": f"{ROOT}/worker_vm/2/",
    }
    (location,) = site.product.rows["system_location"]
    assert location["dns_servers"] == [DNS]
    assert location["ntp_servers"] == [NTP]
    assert sorted(name for name, _ in site.product.handed) == ["a1", "a2"]
    with reaching(site.environment) as access:
        found = machines(access.session(), "runtime.powerState")
    assert {found[name]["runtime.powerState"] for name in ("a1", "a2")} == {"poweredOn"}


def test_no_configuration_is_kept_and_none_is_said(vcenter: Simulated, tmp_path: Path) -> None:
    site = Site(vcenter, tmp_path, "b1")
    with reaching(site.environment) as access:
        setup = site.setup(access)
        setup.run(site.told)
    assert not (tmp_path / "bootstrap").exists()
    assert "<config" not in "\n".join([setup.transcript, *site.told.lines, *setup.notes])


def test_a_second_run_changes_nothing(vcenter: Simulated, tmp_path: Path) -> None:
    site = Site(vcenter, tmp_path, "c1")
    site.run()
    made = site.product.made
    assert site.run() == []
    assert site.told.lines[-1] == "deploy_conferencing_nodes: nothing to change"
    assert (site.product.made, len(site.product.handed)) == (made, 1)


def test_whatever_moment_a_run_is_killed_at_the_next_one_completes(
    vcenter: Simulated, tmp_path: Path
) -> None:
    call = 2
    while True:
        (tmp_path / f"{call}").mkdir()
        site = Site(vcenter, tmp_path / f"{call}", f"killed{call}")
        with reaching(site.environment) as access, dying_at(access, call):
            try:
                site.setup(access).run(site.told)
            except Killed:
                pass
            else:
                break
        site.run()
        assert site.run() == []
        assert site.product.synced == {f"killed{call}"}
        call += 1
    assert call > 15


@pytest.mark.parametrize("moment", ["asks", "create_node", "write", "hand_over", "forget"])
def test_so_it_does_where_the_product_is_concerned(
    vcenter: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Killed just after each of these, which is also just before whatever follows."""
    site = Site(vcenter, tmp_path, f"d-{moment.replace('_', '-')}")
    owner: Any = site.kept if hasattr(site.kept, moment) else site.product
    does = getattr(owner, moment)

    def dies(*given: Any) -> None:
        does(*given)
        if moment != "write" or given[1].xml:
            raise Killed

    site.product.pages = 2
    with monkeypatch.context() as patched:
        patched.setattr(owner, moment, dies)
        with pytest.raises(Killed):
            site.run()
    site.run()
    assert site.run() == []
    assert len(site.product.rows["worker_vm"]) == 1
    assert not (tmp_path / "bootstrap").exists()


def test_a_configuration_whose_answer_was_lost_is_made_anew(
    vcenter: Simulated, tmp_path: Path
) -> None:
    site = Site(vcenter, tmp_path, "e1")
    site.product.loses_answers = True
    error = site.refused()
    assert "POST worker_vm has no answer within 10 s." in error.message
    assert "Done: location Oslo made; e1: virtual machine imported; e1: switched on." in str(error)
    assert "Not done: e1: made known to the Management Node; e1: bootstrap" in error.message
    site.product.loses_answers = False
    assert "e1: Conferencing Node: known, secrets lost → made known (DEPLOY-02)" in [
        str(change) for change in site.run()
    ]
    assert len(site.product.rows["worker_vm"]) == 1


def test_a_kept_configuration_is_for_its_owner_alone(tmp_path: Path) -> None:
    kept = KeptBootstraps(tmp_path / "deep" / "bootstrap")
    kept.write("conf1", Bootstrap("7", "<secret/>"))
    path = kept.path("conf1")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert kept.read("conf1") == Bootstrap("7", "<secret/>")
    path.write_text("{")
    with pytest.raises(SetupFailed, match="cannot be read"):
        kept.read("conf1")


def test_a_node_that_somebody_else_made_is_not_touched(vcenter: Simulated, tmp_path: Path) -> None:
    site = Site(vcenter, tmp_path, "f1")
    site.product.post("worker_vm", {"name": "f1", "address": "192.0.2.21"})
    error = site.refused()
    assert "which can be had only once, is not held here" in error.message
    assert "Nothing was changed." in error.message
    assert len(site.product.rows["worker_vm"]) == 1


def test_a_stale_configuration_is_never_handed_over(vcenter: Simulated, tmp_path: Path) -> None:
    site = Site(vcenter, tmp_path, "g1")
    key = site.product.post("worker_vm", {"name": "g1", "address": "192.0.2.21"})
    site.kept.write("g1", Bootstrap(f"{key}9", "<of another/>"))
    assert "is not held here" in site.refused().message
    assert site.product.handed == []


def test_a_node_with_another_address_is_another(vcenter: Simulated, tmp_path: Path) -> None:
    site = Site(vcenter, tmp_path, "h1")
    site.product.post("worker_vm", {"name": "h1", "address": "192.0.2.99"})
    assert "has a h1 with the address 192.0.2.99" in site.refused().message


def test_a_node_in_sync_without_a_machine_is_left_and_that_is_said(
    vcenter: Simulated, tmp_path: Path
) -> None:
    site = Site(vcenter, tmp_path, "i1")
    site.product.post("worker_vm", {"name": "i1", "address": "192.0.2.21"})
    site.product.post("system_location", {"name": "Oslo"})
    site.product.synced.add("i1")
    assert site.run() == []
    assert "i1 is in sync, but vCenter has no machine" in site.told.lines[0]


def test_a_node_that_shows_no_page_is_named_with_what_is_kept(
    vcenter: Simulated, tmp_path: Path
) -> None:
    site = Site(vcenter, tmp_path, "j1")
    site.product.pages = -10_000
    error = site.refused()
    assert "no provisioning page has been seen of j1" in error.message
    assert str(site.kept.path("j1")) in error.message
    assert "Done: location Oslo made; j1: virtual machine imported; j1: switched on; j1: made" in (
        error.message
    )
    site.product.pages = 2
    site.run()
    assert site.product.synced == {"j1"}
    assert len(site.product.rows["worker_vm"]) == 1


def test_a_node_that_never_comes_into_sync_is_named(vcenter: Simulated, tmp_path: Path) -> None:
    site = Site(vcenter, tmp_path, "k1")
    site.product.never_syncs = True
    error = site.refused()
    assert "not in sync, though configured: k1." in error.message
    assert error.message.endswith("Not done: k1: in sync.")


def test_a_page_that_refuses_ends_it(
    vcenter: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(vcenter, tmp_path, "l1")

    def refuses(node: Node, _: str) -> None:
        raise UnexpectedAnswer(f"{node.name} does not take its bootstrap configuration.")

    monkeypatch.setattr(site.product, "hand_over", refuses)
    assert "l1 does not take its bootstrap configuration." in site.refused().message


def test_a_node_without_a_location_is_refused(vcenter: Simulated, tmp_path: Path) -> None:
    site = Site(vcenter, tmp_path, "m1")
    site.nodes = deployment("m1", location="")
    assert "m1 has no location" in site.refused().message


def test_what_the_environment_lacks_is_named_before_the_node_is_made_known(
    vcenter: Simulated, tmp_path: Path
) -> None:
    site = Site(vcenter, tmp_path, "n1")
    own = placement(tmp_path / "node.ova")
    bare = own.model_copy(
        update={"all_nodes": own.all_nodes.model_copy(update={"netmask": None, "gateway": None})}
    )
    assert site.environment.vsphere
    site.environment = site.environment.with_deployment(
        vsphere=site.environment.vsphere.model_copy(update={"deploy": bare})
    )
    error = site.refused()
    assert "Nothing was changed." in error.message
    assert error.remedy == (
        "state vsphere.deploy.nodes.n1.netmask and vsphere.deploy.nodes.n1.gateway."
    )
    assert site.product.rows["worker_vm"] == []
