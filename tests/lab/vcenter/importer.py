"""What an operator's client does to import an OVA into vCenter, step by step."""

from __future__ import annotations

import ssl
import tarfile
import time
from typing import TYPE_CHECKING, Any

import requests
from pyVim.connect import SmartConnect
from pyVim.task import WaitForTask
from pyVmomi import vim

if TYPE_CHECKING:
    from collections.abc import Callable

VMDK = "application/x-vnd.vmware-streamVmdk"
PATIENCE_S = 30
PLACE = ("esxi1.lab.example", "datastore1", "VM Management")


class Importer:
    """A session, and where to import to.

    Attributes:
        host, datastore, networks, provisioning: what `spec` asks for.
    """

    def __init__(self, address: str, port: int, login: tuple[str, str], ca_file: str) -> None:
        context = ssl.create_default_context(cafile=ca_file)
        user, password = login
        self.instance = SmartConnect(
            host=address, port=port, user=user, pwd=password, sslContext=context
        )
        self.content = self.instance.RetrieveContent()
        self.address = address
        self.ca_file = ca_file
        self.center = self.content.rootFolder.childEntity[0]
        self.pool = self.found(vim.ClusterComputeResource).resourcePool
        self.folder = self.center.vmFolder
        self.provisioning = "thin"
        self.place(*PLACE)

    def found(self, kind: Any, name: str | None = None) -> Any:
        """The first object of a kind, or that of a name."""
        view = self.content.viewManager.CreateContainerView(
            self.content.rootFolder, [kind], recursive=True
        )
        objects = [one for one in view.view if name is None or one.name == name]
        view.DestroyView()
        return objects[0]

    def place(self, host: str, datastore: str, network: str) -> None:
        self.host = self.found(vim.HostSystem, host)
        self.datastore = self.found(vim.Datastore, datastore)
        self.networks = [("VM Network", self.found(vim.Network, network))]

    def spec(self, descriptor: str, name: str = "mgmt") -> Any:
        """What `CreateImportSpec` answers."""
        wishes = vim.OvfManager.CreateImportSpecParams(
            entityName=name,
            locale="",
            deploymentOption="",
            hostSystem=self.host,
            diskProvisioning=self.provisioning,
            networkMapping=[
                vim.OvfManager.NetworkMapping(name=known, network=network)
                for known, network in self.networks
            ],
        )
        manager = self.content.ovfManager
        return manager.CreateImportSpec(descriptor, self.pool, self.datastore, wishes)

    def begin(self, spec: Any) -> Any:
        """A lease, as soon as it is no longer initializing."""
        lease = self.pool.ImportVApp(spec, self.folder, self.host)
        return self.until(lease, lambda state: state != "initializing")

    def until(self, lease: Any, reached: Callable[[str], bool]) -> Any:
        deadline = time.monotonic() + PATIENCE_S
        while not reached(str(lease.state)):
            assert time.monotonic() < deadline, f"the lease stays {lease.state}"
            time.sleep(0.02)
        return lease

    def upload(self, url: str, data: bytes, method: str = "POST") -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            session.verify = self.ca_file
            return session.request(
                method,
                url.replace("*", self.address),
                data=data,
                headers={"Content-Type": VMDK},
                timeout=PATIENCE_S,
            )

    def wait(self, task: Any) -> None:
        WaitForTask(task)

    def imported(self, path: str, name: str) -> Any:
        """The virtual machine that an OVA file becomes."""
        files = members(path)
        (descriptor,) = [data.decode() for file, data in files.items() if file.endswith(".ovf")]
        answer = self.spec(descriptor, name)
        assert not answer.error, answer.error
        lease = self.begin(answer.importSpec)
        for url in lease.info.deviceUrl:
            (item,) = [item for item in answer.fileItem if item.deviceId == url.importKey]
            assert self.upload(url.url, files[item.path]).ok
        machine = lease.info.entity
        lease.HttpNfcLeaseComplete()
        return machine


def switched_on(machine: Any) -> Any:
    WaitForTask(machine.PowerOn())
    return machine


def members(path: str) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        files = {member.name: archive.extractfile(member) for member in archive}
        return {name: file.read() for name, file in files.items() if file}
