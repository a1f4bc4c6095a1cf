"""Takes pictures of a console: vCenter writes them beside the machine, from where they are read."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode

from pyVmomi import vim

from securemode.errors import CannotLook, UnexpectedAnswer
from securemode.vsphere.connection import timeout_s
from securemode.vsphere.tasks import carried_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode.environment.models import Environment
    from securemode.vsphere.session import VSphereSession

LARGEST_BYTES = 32 * 2**20
_PATH = re.compile(r"\[(?P<datastore>[^\]]+)\]\s*(?P<path>.+)")


@dataclass(slots=True)
class Camera:
    """Takes pictures of one machine's console, over one connection of its own.

    Attributes:
        session: with vCenter; its cookie opens datastore files too.
        environment: where vCenter is, and who vouches for it.
        machine: the vim.VirtualMachine.
        name: of the machine, for messages.
        pause: waits between looks at a task; takes seconds.
    """

    session: VSphereSession
    environment: Environment
    machine: Any
    name: str
    pause: Callable[[float], object]
    _connection: HTTPSConnection | None = None
    _datacenters: dict[str, tuple[Any, str]] = field(default_factory=dict)
    _taken: list[str] = field(default_factory=list)

    def picture(self) -> bytes:
        """What the console shows now, as a PNG.

        Raises:
            CannotLook: vCenter makes no picture, or does not hand it out.
        """
        doing = f"taking a picture of the console of {self.name}"
        path = carried_out(
            self.session, doing, self.machine.CreateScreenshot_Task, pause=self.pause
        )
        place = _PATH.fullmatch(str(path))
        if place is None:
            raise UnexpectedAnswer(f"{doing}: vCenter names no file of a datastore.")
        self._taken.append(str(path))
        query = {"dcPath": self._datacenter(place["datastore"])[1], "dsName": place["datastore"]}
        url = f"/folder/{quote(place['path'])}?{urlencode(query, quote_via=quote)}"
        return self.session.ask(f"{doing}: reading it", lambda: self._read(url))

    def close(self) -> None:
        """Close the connection, and remove the pictures from the datastore where that may be done.

        They show nothing that the console did not; who may not remove files leaves them there.
        """
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        while self._taken:
            try:
                self._remove(self._taken.pop())
            except CannotLook:
                self._taken.clear()

    def _remove(self, path: str) -> None:
        place = _PATH.fullmatch(path)
        assert place is not None
        datacenter, _ = self._datacenter(place["datastore"])
        files = self.session.content.fileManager
        carried_out(
            self.session,
            f"removing {path}",
            lambda: files.DeleteDatastoreFile_Task(path, datacenter),
            pause=self.pause,
        )

    def _read(self, url: str) -> bytes:
        """One datastore file; over a new connection where the old one has ended meanwhile.

        Raises:
            NotAuthenticated: the session has ended.
        """
        if self._connection is not None:
            try:
                return self._got(self._connection, url)
            except (HTTPException, OSError):
                self._connection.close()
        self._connection = self._connected()
        return self._got(self._connection, url)

    def _got(self, connection: HTTPSConnection, url: str) -> bytes:
        cookie = self.session.service._stub.cookie.partition(";")[0]  # noqa: SLF001 - pyVmomi has no other name for it
        connection.request("GET", url, headers={"Cookie": cookie})
        answer = connection.getresponse()
        body = answer.read(LARGEST_BYTES)
        if answer.status == HTTPStatus.UNAUTHORIZED:
            raise vim.fault.NotAuthenticated
        if answer.status != HTTPStatus.OK:
            raise UnexpectedAnswer(
                f"reading a picture of the console of {self.name}: vCenter answers "
                f"{answer.status} {answer.reason}.",
                remedy="give the account of credentials.vsphere the privilege Datastore.Browse.",
            )
        return body

    def _connected(self) -> HTTPSConnection:
        vcenter = self.environment.vsphere
        assert vcenter is not None  # or there was no session
        trusted = vcenter.ca_file or self.environment.trust.ca_file
        context = ssl.create_default_context(cafile=str(trusted) if trusted else None)
        return HTTPSConnection(
            vcenter.address, vcenter.port, timeout=timeout_s(self.environment), context=context
        )

    def _datacenter(self, datastore: str) -> tuple[Any, str]:
        """The datacenter of a datastore of the machine, and its path in the inventory."""
        if datastore not in self._datacenters:
            self._datacenters[datastore] = self._found_datacenter(datastore)
        return self._datacenters[datastore]

    def _found_datacenter(self, datastore: str) -> tuple[Any, str]:
        seen = self.session.properties(vim.VirtualMachine, ["datastore"], objects=[self.machine])
        stores = [store for properties in seen.values() for store in properties["datastore"]]
        above = self.session.properties(vim.Datastore, ["name", "parent"], objects=stores)
        at = next((each["parent"] for each in above.values() if each["name"] == datastore), None)
        datacenter, names = None, []
        while at is not None:
            found = self.session.properties(type(at), ["name", "parent"], objects=[at])
            properties = next(iter(found.values()))
            if isinstance(at, vim.Datacenter):
                datacenter = at
            if datacenter is not None and properties.get("parent") is not None:
                names.append(unquote(properties["name"]))
            at = properties.get("parent")
        if datacenter is None:
            raise UnexpectedAnswer(f"the datastore {datastore} of {self.name} is in no datacenter.")
        return datacenter, "/".join(reversed(names))
