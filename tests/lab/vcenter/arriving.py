"""Runs where the lab's operator stands: python arriving.py, the lab's document as the first line.

Every further line is a list of steps, each a function's name and its arguments; the results are
printed as JSON, a line for a line.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import time
from pathlib import Path
from typing import Any

import paramiko
import requests
import urllib3
from pyVmomi import vim

sys.path.insert(0, str(Path(__file__).parents[2]))

from lab.vcenter.importer import PLACE, Importer, switched_on

LIMIT_S = 40
PROMPT = re.compile(r"(?:[^\r\n]*: |\$ )\Z")
API = "api/admin/{}/v1/{}/"


class Operator:
    """Somebody with a browser, an SSH client and a client of vCenter."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.vsphere = document["vsphere"]
        self._importer: Importer | None = None

    @property
    def importer(self) -> Importer:
        if self._importer is None:
            said = self.vsphere
            login = said["username"], said["password"]
            self._importer = Importer(said["address"], said["port"], login, said["ca_file"])
        return self._importer

    def bring(self, kind: str, name: str, *place: str) -> str:
        """Import a package and switch the machine on; its state then."""
        self.importer.place(*(place or PLACE))
        return self.bring_file(self.vsphere["ova"][kind], name)

    def bring_file(self, path: str, name: str) -> str:
        machine = switched_on(self.importer.imported(path, name))
        return str(machine.runtime.powerState)

    def switch_off(self, name: str) -> None:
        self.importer.wait(self.importer.found(vim.VirtualMachine, name).PowerOff())

    def destroy(self, name: str) -> None:
        self.importer.wait(self.importer.found(vim.VirtualMachine, name).Destroy())

    def switch_on(self, name: str) -> None:
        switched_on(self.importer.found(vim.VirtualMachine, name))

    def picture(self, name: str) -> str:
        """Where the picture of a machine's screen is."""
        machine = self.importer.found(vim.VirtualMachine, name)
        task = machine.CreateScreenshot()
        self.importer.wait(task)
        return str(task.info.result)

    def set_up(self, name: str) -> bool:
        """Switch a machine on into its firmware; whether it is still asked to enter it."""
        machine = self.importer.found(vim.VirtualMachine, name)
        options = vim.vm.BootOptions(enterBIOSSetup=True)
        self.importer.wait(machine.Reconfigure(vim.vm.ConfigSpec(bootOptions=options)))
        switched_on(machine)
        return bool(machine.config.bootOptions.enterBIOSSetup)

    def told(self, name: str) -> str | None:
        """The address that VMware Tools tell."""
        address: str | None = self.importer.found(vim.VirtualMachine, name).guest.ipAddress
        return address

    def machines(self) -> list[str]:
        view = self.importer.content.viewManager.CreateContainerView(
            self.importer.content.rootFolder, [vim.VirtualMachine], recursive=True
        )
        return sorted(machine.name for machine in view.view)

    def open_ports(self, address: str, *ports: int) -> list[int]:
        found = []
        for port in ports:
            try:
                number = port + self.document["port_offset"]
                socket.create_connection((address, number), 0.2).close()
                found.append(port)
            except OSError:
                continue
        return found

    def until_open(self, address: str, port: int, limit_s: float = LIMIT_S) -> bool:
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            if self.open_ports(address, port):
                return True
            time.sleep(0.05)
        return False

    def until_closed(self, address: str, port: int) -> bool:
        deadline = time.monotonic() + LIMIT_S
        while time.monotonic() < deadline:
            if not self.open_ports(address, port):
                return True
            time.sleep(0.05)
        return False

    def install(self, *lines: str) -> None:
        """Go through first login and installation wizard of the Management Node."""
        node = self.document["management_node"]
        port = 22 + self.document["port_offset"]
        with socket.create_connection((node["ipv4"], port), timeout=LIMIT_S) as connection:
            transport = paramiko.Transport(connection)
            transport.start_client(timeout=LIMIT_S)
            transport.auth_none("admin")
            channel = transport.open_session(timeout=LIMIT_S)
            channel.settimeout(LIMIT_S)
            channel.get_pty()
            channel.invoke_shell()
            screen = ""
            for line in lines:
                while not PROMPT.search(screen):
                    screen += channel.recv(4096).decode()
                channel.sendall(f"{line}\r".encode())
                screen = ""
            while channel.recv(4096):
                pass
            transport.close()

    def logs_in(self, address: str, password: str) -> bool:
        """Whether the system administrator gets into a node by SSH."""
        port = 22 + self.document["port_offset"]
        with socket.create_connection((address, port), timeout=LIMIT_S) as connection:
            transport = paramiko.Transport(connection)
            try:
                transport.start_client(timeout=LIMIT_S)
                transport.auth_password("admin", password)
            except paramiko.AuthenticationException:
                return False
            finally:
                transport.close()
        return True

    def api(self, method: str, kind: str, path: str, body: Any = None) -> list[Any]:
        """Status and text of an answer of the Management Node."""
        login = self.document["credentials"]["web"]
        node = self.document["management_node"]
        answer = self.web(
            method,
            f"https://{node['ipv4']}:{443 + self.document['port_offset']}/"
            + API.format(kind, path),
            auth=(login["username"], login["password"]),
            json=body,
        )
        return [answer.status_code, answer.text]

    def page(self, address: str, content: str | None = None) -> list[Any]:
        """Status and text of a provisioning page, to which a file may be uploaded."""
        url = f"https://{address}:{8443 + self.document['port_offset']}/"
        if content is None:
            answer = self.web("GET", url)
        else:
            answer = self.web("POST", url, files={"file": ("node.xml", content, "text/xml")})
        return [answer.status_code, answer.text]

    def web(self, method: str, url: str, **more: Any) -> requests.Response:
        with requests.Session() as session:
            session.trust_env = False
            session.verify = False
            return session.request(method, url, timeout=LIMIT_S, **more)


def main() -> None:
    urllib3.disable_warnings()
    operator = Operator(json.loads(sys.stdin.readline()))
    for line in sys.stdin:
        results = [getattr(operator, name)(*given) for name, *given in json.loads(line)]
        print(json.dumps(results), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
