"""One session with vCenter: everything that is read of it in a run, or written by a set-up."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeVar

from pyVmomi import vim, vmodl

from securemode.errors import SecureModeError, UnexpectedAnswer, Unsupported
from securemode.vsphere import esxcli, faults
from securemode.vsphere.connection import connected
from securemode.vsphere.faults import told
from securemode.vsphere.references import moid_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from securemode.environment.models import Environment
    from securemode.environment.parts import Login

Said = TypeVar("Said")
Properties = dict[str, dict[str, Any]]

OBJECTS_A_PAGE = 1000
"""So that one answer of a large vCenter stays within its time."""

_MALFORMED = (KeyError, TypeError, ValueError, AttributeError)
"""What pyVmomi raises at an answer that does not fit its types."""


class VSphereSession:
    """A session that logs in by itself, again where it has ended, and may be shared by threads.

    Attributes:
        service: pyVmomi's ServiceInstance. What is called on it directly raises pyVmomi's faults:
            `ask` turns them into ours.
    """

    def __init__(self, stub: Any, login: Login) -> None:
        self._stub = stub
        self._login = login
        self._lock = threading.Lock()
        self._logins = 0
        self.service = vim.ServiceInstance("ServiceInstance", stub)
        self.content = self.service.RetrieveContent()

    @classmethod
    def open(cls, environment: Environment) -> VSphereSession:
        """Log in to the vCenter that the environment names.

        Raises:
            CannotLook: there is none, it can't be reached or trusted, or rejects the account.
        """
        vcenter = environment.vsphere
        login = environment.credentials.vsphere
        if vcenter is None or login is None:
            raise Unsupported(
                "the environment names no vCenter, or no account of it.",
                remedy="state vsphere: and credentials.vsphere.",
            )
        with told(f"logging in to {vcenter.address}"):
            session = cls(connected(environment, vcenter), login)
            try:
                session._log_in(0)
            except BaseException:
                session._stub.DropConnections()
                raise
        return session

    def close(self) -> None:
        """Log out; a vCenter that is gone by now is no matter."""
        try:
            with told("logging out"):
                self.content.sessionManager.Logout()
        except SecureModeError:
            pass
        finally:
            self._stub.DropConnections()

    def ask(self, doing: str, work: Callable[[], Said]) -> Said:
        """Have calls made; once more after a new login where the session has ended meanwhile.

        Args:
            doing: what is being done, for the message: "reading the hosts".
            work: calls pyVmomi's objects, and can be called again.

        Raises:
            CannotLook: no usable answer, as one of its subclasses.
        """
        with told(doing):
            logins = self._logins
            try:
                return work()
            except vim.fault.NotAuthenticated:
                self._log_in(logins)
                return work()

    def _log_in(self, logins: int) -> None:
        """Log in, unless another thread has done so since there were `logins`."""
        with self._lock:
            if self._logins == logins:
                self.content.sessionManager.Login(
                    self._login.username, self._login.password.reveal()
                )
                self._logins += 1

    def managed(self, kind: type, moid: str) -> Any:
        """The managed object of this id; nothing is asked for."""
        return kind(moid, self._stub)

    def properties(
        self, kind: type, paths: Sequence[str], *, objects: Iterable[Any] | None = None
    ) -> Properties:
        """Properties of all objects of a kind, in one pass of the property collector.

        Args:
            kind: such as vim.VirtualMachine.
            paths: as precise as can be: "config.hardware", never "runtime" or "summary" whole.
            objects: those to read; None reads all below the root folder.

        Returns:
            Managed object id to path to value; a path that the server does not send is absent.

        Raises:
            CannotLook: no usable answer; also where the account may not read one of the paths.
        """
        return self.properties_of({kind: paths}, objects=objects)[kind]

    def properties_of(
        self, wanted: Mapping[type, Sequence[str]], *, objects: Iterable[Any] | None = None
    ) -> dict[type, Properties]:
        """The same for several kinds, all in one pass.

        Args:
            wanted: the paths to read, by kind.
            objects: as above, of any of the kinds.
        """
        doing = f"reading {' and '.join(map(_name, wanted))} objects"
        given = None if objects is None else tuple(objects)
        try:
            found = self.ask(doing, lambda: list(self._pass(wanted, given)))
        except _MALFORMED as error:
            raise UnexpectedAnswer(f"{doing}: the answer fits no type of the API.") from error
        for seen in found:
            _refuse_denied(doing, seen)
        return {
            kind: {moid_of(seen.obj): _values(seen) for seen in found if isinstance(seen.obj, kind)}
            for kind in wanted
        }

    def _pass(
        self, wanted: Mapping[type, Sequence[str]], objects: tuple[Any, ...] | None
    ) -> Iterator[Any]:
        """Every object with its properties, page by page."""
        collecting = vmodl.query.PropertyCollector
        if objects is not None:
            starts = [collecting.ObjectSpec(obj=each) for each in objects]
            if starts:
                yield from self._pages(collecting, wanted, starts)
            return
        content = self.content
        view = content.viewManager.CreateContainerView(
            content.rootFolder, type=list(wanted), recursive=True
        )
        through = collecting.TraversalSpec(
            name="view", path="view", skip=False, type=vim.view.ContainerView
        )
        try:
            start = collecting.ObjectSpec(obj=view, skip=True, selectSet=[through])
            yield from self._pages(collecting, wanted, [start])
        finally:
            view.DestroyView()

    def _pages(
        self, collecting: Any, wanted: Mapping[type, Sequence[str]], starts: list[Any]
    ) -> Iterator[Any]:
        specs = [
            collecting.PropertySpec(type=kind, pathSet=list(paths), all=False)
            for kind, paths in wanted.items()
        ]
        spec = collecting.FilterSpec(objectSet=starts, propSet=specs)
        collector = self.content.propertyCollector
        page = collector.RetrievePropertiesEx(
            [spec], collecting.RetrieveOptions(maxObjects=OBJECTS_A_PAGE)
        )
        while page is not None:
            yield from page.objects
            page = collector.ContinueRetrievePropertiesEx(page.token) if page.token else None

    def esxcli(self, host: str, command: str, **arguments: str) -> list[dict[str, str]]:
        """What a command of esxcli answers on a host, asked through vCenter.

        Args:
            host: managed object id of the host.
            command: with its name space: "system.ssh.server.config.list".
            **arguments: of the command, by name.

        Returns:
            One mapping a structure of the answer; a plain value is under the key "value".

        Raises:
            CannotLook: the command is refused (the message says by what), or no usable answer.
        """
        return self.ask(
            f"asking {host} for {command}",
            lambda: esxcli.run(self._stub, host, command, arguments),
        )


def _refuse_denied(doing: str, seen: Any) -> None:
    """A property that exists and may not be read is not absent."""
    for missing in seen.missingSet or ():
        if isinstance(missing.fault, vmodl.fault.SecurityError):
            raise faults.of_fault(f"{doing} ({missing.path})", missing.fault)


def _values(seen: Any) -> dict[str, Any]:
    return {each.name: each.val for each in seen.propSet}


def _name(kind: type) -> str:
    return kind.__name__.rpartition(".")[2]
