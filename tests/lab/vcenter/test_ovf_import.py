"""An OVA becomes a virtual machine, with pyVmomi and requests as the client."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from pyVmomi import vim, vmodl

from lab.vcenter.importer import switched_on
from lab.vcenter.importing import ADMINISTRATOR, READER, Site, served
from securemode_lab.vcenter import ova

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.vcenter.importer import Importer

DESCRIPTOR, DATA = ova.MANAGEMENT.descriptor, ova.MANAGEMENT.disk
GRAINS_BYTES = 5 * 65536
"""What the disk holds, in whole grains."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    yield from served(tmp_path_factory.mktemp("site"))


@pytest.fixture
def importer(site: Site) -> Iterator[Importer]:
    before = site.run(site.vcenter.saved)
    yield site.importer()
    site.run(lambda: site.vcenter.restore(before))


def begun(importer: Importer) -> Any:
    return importer.begin(importer.spec(DESCRIPTOR).importSpec)


def uploaded(importer: Importer) -> Any:
    lease = begun(importer)
    assert importer.upload(lease.info.deviceUrl[0].url, DATA).status_code == 200
    return lease


def devices(machine: Any, kind: Any) -> list[Any]:
    return [device for device in machine.config.hardware.device if isinstance(device, kind)]


def test_a_whole_import(importer: Importer) -> None:
    answer = importer.spec(DESCRIPTOR)
    assert (list(answer.error), list(answer.warning)) == ([], [])
    (item,) = answer.fileItem
    assert (item.path, item.size) == (ova.MANAGEMENT.disk_name, len(DATA))

    lease = importer.begin(answer.importSpec)
    assert (str(lease.state), lease.info.leaseTimeout) == ("ready", 300)
    (url,) = lease.info.deviceUrl
    assert url.importKey == item.deviceId
    assert url.url.startswith("https://*")
    assert importer.upload(url.url, DATA).status_code == 200
    lease.HttpNfcLeaseProgress(100)
    assert lease.transferProgress == 100
    (entry,) = lease.HttpNfcLeaseGetManifest()
    assert (entry.key, entry.size, entry.disk) == (url.key, len(DATA), True)
    assert entry.sha1 == hashlib.sha1(DATA, usedforsecurity=False).hexdigest()

    machine = lease.info.entity
    lease.HttpNfcLeaseComplete()
    assert str(lease.state) == "done"
    assert str(switched_on(machine).runtime.powerState) == "poweredOn"


def test_the_machine_is_as_the_package_says(importer: Importer) -> None:
    machine = begun(importer).info.entity
    config = machine.config
    assert (machine.name, config.hardware.numCPU, config.hardware.memoryMB) == ("mgmt", 4, 4096)
    for allocation in (config.cpuAllocation, config.memoryAllocation):
        assert (allocation.reservation, allocation.limit) == (0, -1)
        assert str(allocation.shares.level) == "normal"
    (disk,) = devices(machine, vim.vm.device.VirtualDisk)
    assert disk.backing.thinProvisioned
    assert disk.backing.fileName == "[datastore1] mgmt/mgmt.vmdk"
    assert disk.capacityInBytes == 100 << 30
    (controller,) = devices(machine, vim.vm.device.VirtualSCSIController)
    assert disk.controllerKey == controller.key
    (card,) = devices(machine, vim.vm.device.VirtualEthernetCard)
    assert card.backing.deviceName == "VM Management"
    assert card.macAddress.startswith("00:50:56:")


def test_the_machine_has_the_settings_of_the_package(importer: Importer) -> None:
    config = begun(importer).info.entity.config
    found = {option.key: option.value for option in config.extraConfig}
    assert ova.SETTINGS.items() <= found.items()
    assert "bios.bootDeviceClasses" not in found


def test_everybody_who_lists_it_lists_it(importer: Importer) -> None:
    machine = begun(importer).info.entity
    for holder in (importer.host, importer.datastore, importer.pool, importer.networks[0][1]):
        assert machine in holder.vm
    assert machine in importer.folder.childEntity


def test_a_card_can_be_on_a_distributed_port_group(importer: Importer) -> None:
    importer.place("esxi2.lab.example", "datastore2", "dvs-conferencing-nodes")
    (card,) = devices(begun(importer).info.entity, vim.vm.device.VirtualEthernetCard)
    group = importer.networks[0][1]
    assert card.backing.port.portgroupKey == group.key
    assert card.backing.port.switchUuid == group.config.distributedVirtualSwitch.uuid


def test_a_checksum_of_another_kind_can_be_asked_for(importer: Importer) -> None:
    lease = begun(importer)
    (url,) = lease.info.deviceUrl
    wanted = [vim.KeyValue(key=url.key, value="sha256")]
    lease.HttpNfcLeaseSetManifestChecksumType(wanted)
    importer.upload(url.url, DATA)
    (entry,) = lease.HttpNfcLeaseGetManifest()
    assert (entry.checksumType, entry.checksum) == ("sha256", ova.MANAGEMENT.disk_sha256)


def test_a_machine_is_locked_while_it_is_imported(importer: Importer) -> None:
    machine = begun(importer).info.entity
    for method in ("PowerOn", "Destroy"):
        with pytest.raises(vim.fault.InvalidState):
            getattr(machine, method)()


def test_a_machine_can_be_removed_again(importer: Importer) -> None:
    lease = uploaded(importer)
    machine = lease.info.entity
    lease.HttpNfcLeaseComplete()
    importer.wait(machine.Destroy())
    assert machine not in importer.folder.childEntity
    assert begun(importer).info.entity != machine


@pytest.mark.parametrize(("provisioning", "taken"), [("thin", GRAINS_BYTES), ("thick", 100 << 30)])
def test_room_is_taken_on_the_datastore(importer: Importer, provisioning: str, taken: int) -> None:
    before = importer.datastore.summary.freeSpace
    importer.provisioning = provisioning
    uploaded(importer).HttpNfcLeaseComplete()
    assert importer.datastore.summary.freeSpace == before - taken


def test_a_lease_that_has_ended_can_do_nothing(importer: Importer) -> None:
    lease = uploaded(importer)
    url = lease.info.deviceUrl[0].url
    lease.HttpNfcLeaseComplete()
    for again in (
        lease.HttpNfcLeaseComplete,
        lease.HttpNfcLeaseAbort,
        lease.HttpNfcLeaseGetManifest,
        partial(lease.HttpNfcLeaseProgress, 100),
    ):
        with pytest.raises(vim.fault.InvalidState):
            again()
    assert importer.upload(url, DATA).status_code == 404


def test_a_file_may_be_put_too(importer: Importer) -> None:
    url = begun(importer).info.deviceUrl[0].url
    assert importer.upload(url, DATA, "PUT").status_code == 201


def test_an_upload_needs_its_ticket(importer: Importer) -> None:
    url = begun(importer).info.deviceUrl[0].url
    ticket = url.split("/")[-2]
    assert importer.upload(url.replace(ticket, "0" * 32), DATA).status_code == 404
    assert importer.upload(url.replace("disk-0", "disk-9"), DATA).status_code == 404


def test_the_log_says_who_uploaded_what(importer: Importer, site: Site) -> None:
    uploaded(importer)
    entry = site.vcenter.log.entries()[-1]
    assert (entry["method"], entry["wrote"]) == ("POST", True)
    assert entry["user"] == ADMINISTRATOR.username


def test_progress_is_a_percentage(importer: Importer) -> None:
    with pytest.raises(vmodl.fault.InvalidArgument):
        begun(importer).HttpNfcLeaseProgress(101)


def test_a_package_can_be_looked_at_first(importer: Importer) -> None:
    parameters = vim.OvfManager.ParseDescriptorParams(locale="", deploymentOption="")
    found = importer.content.ovfManager.ParseDescriptor(DESCRIPTOR, parameters)
    assert found.defaultEntityName == ova.MANAGEMENT.stem
    assert [network.name for network in found.network] == ["VM Network"]
    assert found.approximateFlatDeploymentSize == 100 << 30


def test_a_reader_may_import_nothing(importer: Importer, site: Site) -> None:
    spec = importer.spec(DESCRIPTOR).importSpec
    reader = site.importer(READER)
    with pytest.raises(vim.fault.NoPermission) as refused:
        reader.begin(spec)
    assert refused.value.privilegeId == "VApp.Import"
