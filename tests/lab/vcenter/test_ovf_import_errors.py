"""What goes wrong with an import, and how the client hears of it."""

from __future__ import annotations

import socket
import ssl
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests
from pyVmomi import vim, vmodl

from lab.vcenter.importing import Site, served
from securemode_lab.vcenter import ova

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.vcenter.importer import Importer

DESCRIPTOR, DATA = ova.MANAGEMENT.descriptor, ova.MANAGEMENT.disk


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    yield from served(tmp_path_factory.mktemp("site"))


@pytest.fixture(scope="module")
def hasty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A vCenter whose leases end after a second of silence."""
    yield from served(tmp_path_factory.mktemp("hasty"), timeout_s=1)


@pytest.fixture
def importer(site: Site) -> Iterator[Importer]:
    before = site.run(site.vcenter.saved)
    yield site.importer()
    site.run(lambda: site.vcenter.restore(before))
    site.vcenter.trouble.failing_tasks.clear()
    site.vcenter.trouble.silent_hosts.clear()


def begun(importer: Importer) -> Any:
    return importer.begin(importer.spec(DESCRIPTOR).importSpec)


def has_failed(importer: Importer, lease: Any, fault: type[Exception], said: str) -> None:
    """The lease says why, and the machine is gone."""
    importer.until(lease, lambda state: state == "error")
    assert isinstance(lease.error, fault)
    assert said in str(lease.error)
    deadline = time.monotonic() + 20
    while "mgmt" in _names(importer) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert "mgmt" not in _names(importer)


def _names(importer: Importer) -> list[str]:
    return [entity.name for entity in importer.folder.childEntity]


@pytest.mark.parametrize("size", [0, 600, 70_000, len(DATA) - 512])
def test_a_truncated_upload_ends_the_lease(importer: Importer, size: int) -> None:
    lease = begun(importer)
    answer = importer.upload(lease.info.deviceUrl[0].url, DATA[:size])
    assert answer.status_code == 500
    assert f"after {size} bytes" in answer.text
    has_failed(importer, lease, vim.fault.InvalidDiskFormat, "disk-0.vmdk")


def test_a_disk_in_another_format_ends_the_lease(importer: Importer) -> None:
    lease = begun(importer)
    importer.upload(lease.info.deviceUrl[0].url, b"QFI\xfb" + bytes(5000))
    has_failed(importer, lease, vim.fault.InvalidDiskFormat, "no VMDK begins")


def test_a_lost_connection_ends_the_lease(importer: Importer, site: Site) -> None:
    lease = begun(importer)
    path = lease.info.deviceUrl[0].url.partition("*")[2].partition("/")[2]
    context = ssl.create_default_context(cafile=site.ca_file)
    with (
        socket.create_connection(("127.0.0.1", site.port), 5) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        head = f"POST /{path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(DATA)}\r\n\r\n"
        connection.sendall(head.encode() + DATA[:100_000])
        time.sleep(0.1)
    has_failed(importer, lease, vim.fault.HttpFault, "connection was lost")


def test_a_connection_can_be_made_to_break(importer: Importer, site: Site) -> None:
    site.vcenter.trouble.become({"lost_uploads": 1})
    lease = begun(importer)
    with pytest.raises(requests.ConnectionError):
        importer.upload(lease.info.deviceUrl[0].url, DATA)
    has_failed(importer, lease, vim.fault.HttpFault, "connection was lost")
    again = begun(importer)
    assert importer.upload(again.info.deviceUrl[0].url, DATA).ok


def test_after_a_failure_another_lease_succeeds(importer: Importer) -> None:
    lease = begun(importer)
    importer.upload(lease.info.deviceUrl[0].url, DATA[:1000])
    has_failed(importer, lease, vim.fault.InvalidDiskFormat, "after 1000 bytes")
    again = begun(importer)
    assert importer.upload(again.info.deviceUrl[0].url, DATA).ok
    again.HttpNfcLeaseComplete()
    assert str(again.state) == "done"


def test_a_lease_without_progress_ends_by_itself(hasty_site: Site) -> None:
    importer = hasty_site.importer()
    lease = begun(importer)
    for _ in range(3):
        time.sleep(0.6)
        lease.HttpNfcLeaseProgress(10)
    assert str(lease.state) == "ready"
    has_failed(importer, lease, vim.fault.Timedout, "no progress for 1 seconds")
    with pytest.raises(vim.fault.Timedout):
        lease.HttpNfcLeaseProgress(20)


def test_an_aborted_lease_says_what_the_client_said(importer: Importer) -> None:
    lease = begun(importer)
    lease.HttpNfcLeaseAbort(vim.fault.OvfImportFailed(msg="checksum differs"))
    has_failed(importer, lease, vim.fault.OvfImportFailed, "checksum differs")


def test_a_full_datastore_refuses_a_thick_disk(importer: Importer, site: Site) -> None:
    leave(site, 1 << 30)
    importer.provisioning = "eagerZeroedThick"
    lease = begun(importer)
    has_failed(importer, lease, vim.fault.NoDiskSpace, "'datastore1'")
    assert lease.error.datastore == "datastore1"


def test_a_datastore_that_fills_up_ends_the_lease(importer: Importer, site: Site) -> None:
    leave(site, 100_000)
    lease = begun(importer)
    importer.upload(lease.info.deviceUrl[0].url, DATA)
    has_failed(importer, lease, vim.fault.NoDiskSpace, "'datastore1'")


def leave(site: Site, size_bytes: int) -> None:
    store = site.vcenter.inventory.named(vim.Datastore, "datastore1")
    store.properties["summary"].freeSpace = size_bytes


def test_a_task_can_be_made_to_fail(importer: Importer, site: Site) -> None:
    site.vcenter.trouble.failing_tasks["ResourcePool.importVApp"] = "no luck today"
    has_failed(importer, begun(importer), vim.fault.OvfImportFailed, "no luck today")


def test_a_host_that_does_not_respond_takes_no_machine(importer: Importer, site: Site) -> None:
    site.vcenter.trouble.silent_hosts.add("esxi1.lab.example")
    has_failed(importer, begun(importer), vmodl.fault.HostNotConnected, "does not respond")


def test_a_name_is_there_once(importer: Importer) -> None:
    spec = importer.spec(DESCRIPTOR).importSpec
    importer.begin(spec)
    with pytest.raises(vim.fault.DuplicateName) as refused:
        importer.begin(spec)
    assert refused.value.name == "mgmt"


def test_an_unmapped_network_is_an_error(importer: Importer) -> None:
    importer.networks = []
    answer = importer.spec(DESCRIPTOR)
    (error,) = answer.error
    assert isinstance(error, vim.fault.OvfNetworkMappingNotSupported)
    assert "'VM Network'" in error.msg
    assert answer.importSpec is None


def test_a_network_has_to_be_on_the_host(importer: Importer) -> None:
    group = importer.found(vim.Network, "dvs-conferencing-nodes")
    importer.networks = [("VM Network", group)]
    (error,) = importer.spec(DESCRIPTOR).error
    assert "not connected to the network 'dvs-conferencing-nodes'" in error.msg


def test_a_network_has_to_be_there(importer: Importer) -> None:
    importer.networks = [("VM Network", vim.Network("network-99"))]
    with pytest.raises(vmodl.fault.ManagedObjectNotFound):
        importer.spec(DESCRIPTOR)


def test_a_datastore_has_to_be_there(importer: Importer) -> None:
    importer.datastore = vim.Datastore("datastore-99")
    with pytest.raises(vmodl.fault.ManagedObjectNotFound):
        importer.spec(DESCRIPTOR)


def test_a_datastore_has_to_be_on_the_host(importer: Importer) -> None:
    importer.datastore = importer.found(vim.Datastore, "datastore2")
    with pytest.raises(vim.fault.InvalidDatastore) as refused:
        importer.spec(DESCRIPTOR)
    assert refused.value.name == "datastore2"


def test_an_unknown_way_of_provisioning_is_an_error(importer: Importer) -> None:
    importer.provisioning = "paper-thin"
    (error,) = importer.spec(DESCRIPTOR).error
    assert isinstance(error, vim.fault.OvfUnsupportedDiskProvisioning)
    assert "thin" in error.supportedDiskProvisioning


def test_what_is_wrong_with_a_package_is_in_the_answer(importer: Importer) -> None:
    (error,) = importer.spec(DESCRIPTOR[:-20]).error
    assert isinstance(error, vim.fault.OvfXmlFormat)
    odd = DESCRIPTOR.replace("<NetworkSection>", '<Odd ovf:required="false"/><NetworkSection>')
    answer = importer.spec(odd)
    assert [warning.name for warning in answer.warning] == ["Odd"]
    assert answer.importSpec is not None


def test_the_time_of_a_lease_can_be_shortened(site: Site, importer: Importer) -> None:
    site.vcenter.trouble.become({"lease_timeout_s": 0.5})
    try:
        lease = begun(importer)
        importer.until(lease, lambda state: state in {"ready", "error"})
        has_failed(importer, lease, vim.fault.Timedout, "heard of no progress for 1 seconds")
    finally:
        site.vcenter.trouble.become({"lease_timeout_s": None})
    lease = begun(importer)
    importer.until(lease, lambda state: state == "ready")
    assert lease.info.leaseTimeout == 300
