"""The management information that a node's SNMP agent shows: MIB-II as far as it tells of a node.

Facts, section 7: readable is the tree 1.3.6.1.2.1; names and descriptions follow net-snmp.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from securemode_lab.appliance.ber import Oid, Tag
from securemode_lab.appliance.snmp_counts import Count
from securemode_lab.appliance.snmp_pdu import ErrorStatus, Value, VarBind

if TYPE_CHECKING:
    from collections import Counter

SYSTEM: Oid = (1, 3, 6, 1, 2, 1, 1)
INTERFACES: Oid = (1, 3, 6, 1, 2, 1, 2)
INTERFACE_ENTRY: Oid = (*INTERFACES, 2, 1)
SYS_CONTACT: Oid = (*SYSTEM, 4, 0)
SYS_NAME: Oid = (*SYSTEM, 5, 0)
SYS_LOCATION: Oid = (*SYSTEM, 6, 0)
NET_SNMP_ON_LINUX: Oid = (1, 3, 6, 1, 4, 1, 8072, 3, 2, 10)
ENABLE_AUTHENTICATION_TRAPS: Oid = (1, 3, 6, 1, 2, 1, 11, 30, 0)

LONGEST_DISPLAY_STRING = 255
UP = 1
ETHERNET, LOOPBACK = 6, 24
LOOPBACK_MTU_BYTES = 65536

MODULES: tuple[tuple[Oid, str], ...] = (
    ((1, 3, 6, 1, 6, 3, 10, 3, 1, 1), "The SNMP Management Architecture MIB."),
    ((1, 3, 6, 1, 6, 3, 11, 3, 1, 1), "The MIB for Message Processing and Dispatching."),
    (
        (1, 3, 6, 1, 6, 3, 15, 2, 1, 1),
        "The management information definitions for the SNMP User-based Security Model.",
    ),
    ((1, 3, 6, 1, 6, 3, 1), "The MIB module for SNMPv2 entities"),
    ((1, 3, 6, 1, 6, 3, 16, 2, 2, 1), "View-based Access Control Model for SNMP."),
)

Readable: TypeAlias = Value | Callable[[], Value]


@dataclass(frozen=True, slots=True)
class System:
    """What the system group says of a node."""

    description: str
    contact: str
    name: str
    location: str
    mtu_bytes: int
    uptime_s: Callable[[], float]


class Mib:
    """Objects in the order of their identifiers, each with a value or a way to get it."""

    def __init__(self, system: System, counts: Counter[Count]) -> None:
        self._values: dict[Oid, Readable] = {
            **dict(_system_group(system)),
            **dict(_interfaces_group(system)),
            **dict(_snmp_group(counts)),
        }
        self._order = sorted(self._values)
        self._objects = {_object_of(instance) for instance in self._order}

    def get(self, oid: Oid) -> VarBind:
        """The object of this very name, or the exception that says what is missing."""
        readable = self._values.get(oid)
        if readable is not None:
            return VarBind(oid, readable if isinstance(readable, Value) else readable())
        known = any(oid[:length] in self._objects for length in range(len(SYSTEM), len(oid)))
        return VarBind(oid, Value(Tag.NO_SUCH_INSTANCE if known else Tag.NO_SUCH_OBJECT))

    def after(self, oid: Oid) -> VarBind:
        """The first object after a name, or the exception that says that none is left."""
        position = bisect_right(self._order, oid)
        if position == len(self._order):
            return VarBind(oid, Value(Tag.END_OF_MIB_VIEW))
        return self.get(self._order[position])

    @staticmethod
    def objection(varbind: VarBind) -> ErrorStatus | None:
        """Why the object can't take this value, had the asker the right to write."""
        if varbind.oid not in {SYS_CONTACT, SYS_NAME, SYS_LOCATION}:
            return ErrorStatus.NOT_WRITABLE
        if varbind.value.tag != Tag.OCTET_STRING:
            return ErrorStatus.WRONG_TYPE
        if len(varbind.value.content) > LONGEST_DISPLAY_STRING:
            return ErrorStatus.WRONG_LENGTH
        return None

    def put(self, varbind: VarBind) -> None:
        """Give an object, to which there is no objection, its new value."""
        self._values[varbind.oid] = varbind.value


def _object_of(instance: Oid) -> Oid:
    """The scalar or the table's column of which this is an instance."""
    in_interface_table = instance[: len(INTERFACE_ENTRY)] == INTERFACE_ENTRY
    return instance[: len(INTERFACE_ENTRY) + 1] if in_interface_table else instance[:-1]


def _system_group(system: System) -> Iterator[tuple[Oid, Readable]]:
    def uptime() -> Value:
        return Value.integer(int(system.uptime_s() * 100) % 2**32, Tag.TIME_TICKS)

    start = Value.integer(0, Tag.TIME_TICKS)
    yield (*SYSTEM, 1, 0), Value.text(system.description)
    yield (*SYSTEM, 2, 0), Value.oid(NET_SNMP_ON_LINUX)
    yield (*SYSTEM, 3, 0), uptime
    yield SYS_CONTACT, Value.text(system.contact)
    yield SYS_NAME, Value.text(system.name)
    yield SYS_LOCATION, Value.text(system.location)
    yield (*SYSTEM, 8, 0), start
    for row, (identity, description) in enumerate(MODULES, start=1):
        yield (*SYSTEM, 9, 1, 2, row), Value.oid(identity)
        yield (*SYSTEM, 9, 1, 3, row), Value.text(description)
        yield (*SYSTEM, 9, 1, 4, row), start


def _interfaces_group(system: System) -> Iterator[tuple[Oid, Readable]]:
    rows = (("lo", LOOPBACK, LOOPBACK_MTU_BYTES), ("nic0", ETHERNET, system.mtu_bytes))
    yield (*INTERFACES, 1, 0), Value.integer(len(rows))
    for row, (name, kind, mtu_bytes) in enumerate(rows, start=1):
        columns = {
            1: Value.integer(row),
            2: Value.text(name),
            3: Value.integer(kind),
            4: Value.integer(mtu_bytes),
            7: Value.integer(UP),
            8: Value.integer(UP),
        }
        for column, value in columns.items():
            yield (*INTERFACE_ENTRY, column, row), value


def _snmp_group(counts: Counter[Count]) -> Iterator[tuple[Oid, Readable]]:
    def reading(count: Count) -> Callable[[], Value]:
        return lambda: Value.integer(counts[count] % 2**32, Tag.COUNTER32)

    for count in Count:
        if count.in_snmp_group:
            yield count.value, reading(count)
    yield ENABLE_AUTHENTICATION_TRAPS, Value.integer(2)
