"""Protocol data units of SNMP: what is asked and what is answered (RFC 3416, section 3)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

from securemode_lab.appliance import ber
from securemode_lab.appliance.ber import Malformed, Oid, Reader, Tag

VALUE_TAGS = frozenset(Tag) - {Tag.SEQUENCE}


class PduType(IntEnum):
    """The tag that says what a protocol data unit is for."""

    GET = 0xA0
    GET_NEXT = 0xA1
    RESPONSE = 0xA2
    SET = 0xA3
    GET_BULK = 0xA5
    INFORM = 0xA6
    TRAP = 0xA7
    REPORT = 0xA8

    @property
    def is_request(self) -> bool:
        """Whether an agent has something to answer to it."""
        return self in {PduType.GET, PduType.GET_NEXT, PduType.SET, PduType.GET_BULK}


class ErrorStatus(IntEnum):
    """Why a request was not granted, for those reasons that this agent has."""

    NO_ERROR = 0
    TOO_BIG = 1
    NO_SUCH_NAME = 2
    BAD_VALUE = 3
    NO_ACCESS = 6
    WRONG_TYPE = 7
    WRONG_LENGTH = 8
    AUTHORIZATION_ERROR = 16
    NOT_WRITABLE = 17


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it travels: its type and the bytes inside."""

    tag: int
    content: bytes = b""

    @classmethod
    def integer(cls, number: int, tag: Tag = Tag.INTEGER) -> Value:
        """A number, or a counter, gauge or time by another tag."""
        return cls(tag, ber.integer_content(number))

    @classmethod
    def text(cls, text: str) -> Value:
        """A DisplayString."""
        return cls(Tag.OCTET_STRING, text.encode())

    @classmethod
    def oid(cls, arcs: Oid) -> Value:
        """An object identifier."""
        return cls(Tag.OBJECT_IDENTIFIER, ber.oid_content(arcs))

    @property
    def is_exception(self) -> bool:
        """Whether it says that there is no value (SNMPv2 and later)."""
        return self.tag in {Tag.NO_SUCH_OBJECT, Tag.NO_SUCH_INSTANCE, Tag.END_OF_MIB_VIEW}


@dataclass(frozen=True, slots=True)
class VarBind:
    """An object and its value."""

    oid: Oid
    value: Value

    def encode(self) -> bytes:
        """The variable binding as it travels."""
        return ber.sequence(ber.oid(self.oid), ber.element(self.value.tag, self.value.content))


@dataclass(frozen=True, slots=True)
class Pdu:
    """A request or a response.

    Attributes:
        kind: what it is for.
        request_id: chosen by who asks, repeated by who answers.
        status: the error; in a GETBULK the number of non-repeaters.
        index: which variable binding the error is about, from 1; in a GETBULK max-repetitions.
        varbinds: the objects and values.
    """

    kind: PduType
    request_id: int
    status: int
    index: int
    varbinds: tuple[VarBind, ...]

    @classmethod
    def read(cls, reader: Reader) -> Pdu:
        """The next element as a protocol data unit.

        Raises:
            Malformed: it is none, or an SNMPv1 trap, whose shape is its own.
        """
        tag = reader.next_tag()
        if tag not in set(PduType):
            raise Malformed(f"no protocol data unit has tag {tag:#04x}")
        inside = reader.inside(tag)
        request_id, status, index = inside.integer(), inside.integer(), inside.integer()
        bindings = inside.inside(Tag.SEQUENCE)
        varbinds = []
        while not bindings.exhausted:
            varbinds.append(_read_varbind(bindings.inside(Tag.SEQUENCE)))
        return cls(PduType(tag), request_id, status, index, tuple(varbinds))

    def encode(self) -> bytes:
        """The protocol data unit as it travels."""
        return ber.sequence(
            ber.integer(self.request_id),
            ber.integer(self.status),
            ber.integer(self.index),
            ber.sequence(*(varbind.encode() for varbind in self.varbinds)),
            tag=self.kind,
        )

    def answered(self, varbinds: tuple[VarBind, ...]) -> Pdu:
        """The response that grants this request."""
        return Pdu(PduType.RESPONSE, self.request_id, ErrorStatus.NO_ERROR, 0, varbinds)

    def refused(self, status: ErrorStatus, index: int = 0) -> Pdu:
        """The response that refuses this request and repeats its variable bindings."""
        return replace(self, kind=PduType.RESPONSE, status=status, index=index)


def _read_varbind(reader: Reader) -> VarBind:
    oid = reader.oid()
    tag = reader.next_tag()
    if tag not in VALUE_TAGS:
        raise Malformed(f"no value has tag {tag:#04x}")
    return VarBind(oid, Value(tag, reader.octets(tag)))
