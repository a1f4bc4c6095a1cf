"""Managed objects of the lab's vCenter, and the inventory that holds them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyVmomi import vmodl
from pyVmomi.VmomiSupport import DataObject

from securemode_lab.vcenter.trouble import Trouble

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator, Mapping

    from securemode_lab.vcenter.sessions import Session

Handler = Callable[..., Any]
"""What does a method's work: `handler(call, **arguments)`, the arguments by pyVmomi's names.

It raises a fault of vim or vmodl, or returns the result; it may be a coroutine function.
"""
VIEW = "System.View"
READ = "System.Read"


@dataclass(frozen=True, slots=True)
class Method:
    """A method that a managed object has.

    Attributes:
        handler: what does its work.
        privilege: which the caller must have.
        info: pyVmomi's description of parameters and result, for methods that pyVmomi lacks.
        only_looks: whether it changes nothing, though looking is not privilege enough.
    """

    handler: Handler
    privilege: str = VIEW
    info: Any = None
    only_looks: bool = False


class Managed:
    """A managed object: its properties and methods.

    Args:
        kind: pyVmomi's class of it.
        moid: its managed object id.
        properties: values by the name of a top-level property: data objects of pyVmomi,
            primitives, lists, or a callable without arguments that is asked at every reading.
            A property that is not among them is unset.
        methods: by their names in the WSDL.

    Attributes:
        kept: what else it remembers; saved and restored with the properties.
        transient: whether it belongs to a session, so that no saved state brings it back.
    """

    def __init__(
        self,
        kind: Any,
        moid: str,
        properties: Mapping[str, Any] | None = None,
        methods: Mapping[str, Method] | None = None,
    ) -> None:
        self.kind = kind
        self.moid = moid
        self.properties: dict[str, Any] = dict(properties or {})
        self.methods: dict[str, Method] = dict(methods or {})
        self.kept: dict[str, Any] = {}
        self.transient = False

    @property
    def ref(self) -> Any:
        """The reference by which others point at it."""
        return self.kind(self.moid)

    def read(self, name: str, session: Session | None = None) -> Any:
        """What a top-level property is now, None where it is unset."""
        del session
        value = self.properties.get(name)
        return value() if callable(value) else value


@dataclass(frozen=True, slots=True)
class Call:
    """In whose name a method is called, and on what.

    Attributes:
        inventory: to which the object belongs.
        session: of the caller.
        managed: the object.
    """

    inventory: Inventory
    session: Session
    managed: Managed


@dataclass(frozen=True, slots=True)
class SavedObject:
    """One object as it was."""

    managed: Managed
    properties: dict[str, Any]
    kept: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Saved:
    """A whole inventory as it was."""

    objects: tuple[SavedObject, ...]
    counters: Counter[str] = field(default_factory=Counter)


class Inventory:
    """Every managed object of a vCenter, by its id.

    Attributes:
        trouble: what goes wrong at present.
        running: tasks that have not ended.
    """

    def __init__(self) -> None:
        self.trouble = Trouble()
        self.running: set[asyncio.Task[None]] = set()
        self._objects: dict[str, Managed] = {}
        self._counters: Counter[str] = Counter()

    def __iter__(self) -> Iterator[Managed]:
        return iter(list(self._objects.values()))

    def __contains__(self, moid: str) -> bool:
        return moid in self._objects

    def new_moid(self, prefix: str) -> str:
        """An id that nothing has had: `vm-1`, `vm-2` and so on."""
        while True:
            self._counters[prefix] += 1
            moid = f"{prefix}-{self._counters[prefix]}"
            if moid not in self._objects:
                return moid

    def add(self, managed: Managed) -> Managed:
        """Take an object in, and return it."""
        self._objects[managed.moid] = managed
        return managed

    def remove(self, moid: str) -> None:
        """Forget an object, where it is there."""
        self._objects.pop(moid, None)

    def get(self, moid: str) -> Managed:
        """The object with that id.

        Raises:
            vmodl.fault.ManagedObjectNotFound: there is none.
        """
        if moid not in self._objects:
            raise vmodl.fault.ManagedObjectNotFound(
                msg=f"The object {moid} has already been deleted or has not been completely created"
            )
        return self._objects[moid]

    def of(self, kind: Any) -> list[Managed]:
        """Objects of that kind and those derived from it, in the order in which they came."""
        return [managed for managed in self if issubclass(managed.kind, kind)]

    def named(self, kind: Any, name: str) -> Managed:
        """The first object of a kind that has that name.

        Raises:
            LookupError: there is none.
        """
        for managed in self.of(kind):
            if managed.read("name") == name:
                return managed
        raise LookupError(f"the lab's vCenter has no {kind.__name__} called {name!r}")

    def saved(self) -> Saved:
        """Everything as it is now, but what belongs to sessions."""
        objects = tuple(
            SavedObject(managed, copied(managed.properties), copied(managed.kept))
            for managed in self
            if not managed.transient
        )
        return Saved(objects, self._counters.copy())

    def restore(self, saved: Saved) -> None:
        """Return to that state; sessions and what belongs to them stay."""
        sessions = [managed for managed in self if managed.transient]
        self._objects = {}
        for entry in saved.objects:
            _put_back(entry.managed.properties, entry.properties)
            _put_back(entry.managed.kept, entry.kept)
            self.add(entry.managed)
        for managed in sessions:
            self.add(managed)
        self._counters |= saved.counters


def copied(value: Any) -> Any:
    """A copy of a property's value, down to its leaves; references and callables stay as they are.

    Data objects are copied member by member, ten times faster than `copy.deepcopy` does it.
    """
    if isinstance(value, DataObject):
        made = value.__class__.__new__(value.__class__)
        made.__dict__.update({name: copied(member) for name, member in value.__dict__.items()})
        return made
    if isinstance(value, list):
        return value.__class__(copied(member) for member in value)
    if isinstance(value, dict):
        return value.__class__({name: copied(member) for name, member in value.items()})
    return value


def _put_back(now: dict[str, Any], before: dict[str, Any]) -> None:
    """Whoever holds the dictionary goes on holding it."""
    now.clear()
    now.update(copied(before))
