"""What sort of SNMP message a datagram is, without any key.

An answer that was encrypted for somebody else cannot be read, but it is an answer: whoever only
asks an SNMP library takes it for silence.

Source: RFC 1901 section 3, RFC 3412 section 6 (messages), RFC 3416 section 3 (PDUs), X.690 (BER).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SEQUENCE, OCTETS, REPORT_PDU, RESPONSE_PDU = 0x30, 0x04, 0xA8, 0xA2
VERSION_3 = 3
PRIVACY_FLAG = 0x02
ERROR_STATUS = (
    "noError",
    "tooBig",
    "noSuchName",
    "badValue",
    "readOnly",
    "genErr",
    "noAccess",
    "wrongType",
    "wrongLength",
    "wrongEncoding",
    "wrongValue",
    "noCreation",
    "inconsistentValue",
    "resourceUnavailable",
    "commitFailed",
    "undoFailed",
    "authorizationError",
    "notWritable",
    "inconsistentName",
)
"""Names of error-status by number, RFC 3416 section 3."""


class Sort(StrEnum):
    """What a datagram is."""

    RESPONSE = "response"
    REPORT = "report"
    ENCRYPTED = "encrypted"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Message:
    """One received message.

    Attributes:
        sort: response, report, something encrypted, or none of these.
        error: error-status of a response by name, "noError" where it has none.
        oid: first object named, dotted; empty without one.
    """

    sort: Sort
    error: str = ERROR_STATUS[0]
    oid: str = ""


def message(datagram: bytes) -> Message:
    """Tell what a datagram is; whatever is no SNMP answer is `OTHER`."""
    try:
        version, rest = _integer(_whole(datagram, SEQUENCE))
        if version != VERSION_3:
            return _pdu(_after(rest))
        header, rest = _next(rest, SEQUENCE)
        flags, _ = _next(_after(_after(header)), OCTETS)
        scoped = _after(rest)
        if flags[0] & PRIVACY_FLAG:
            return Message(Sort.ENCRYPTED)
        return _pdu(_after(_after(_whole(scoped, SEQUENCE))))
    except (ValueError, IndexError):
        return Message(Sort.OTHER)


def _pdu(data: bytes) -> Message:
    tag, body, _ = _element(data)
    if tag not in {REPORT_PDU, RESPONSE_PDU}:
        return Message(Sort.OTHER)
    status, rest = _integer(_after(body))
    variables = _whole(_after(rest), SEQUENCE)
    oid = _dotted(_element(_whole(variables, SEQUENCE))[1]) if variables else ""
    return Message(Sort.REPORT if tag == REPORT_PDU else Sort.RESPONSE, error_name(status), oid)


def error_name(status: int) -> str:
    """The name of an error-status, or its number where there is none."""
    return ERROR_STATUS[status] if 0 <= status < len(ERROR_STATUS) else f"error {status}"


def _element(data: bytes) -> tuple[int, bytes, bytes]:
    """Tag, value and what follows."""
    tag, length, start = data[0], data[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start], "big")
    if len(data) < start + length:
        raise ValueError("the message is cut off")
    return tag, data[start : start + length], data[start + length :]


def _next(data: bytes, wanted: int) -> tuple[bytes, bytes]:
    tag, value, rest = _element(data)
    if tag != wanted:
        raise ValueError(f"tag {tag:#x} where {wanted:#x} belongs")
    return value, rest


def _whole(data: bytes, wanted: int) -> bytes:
    return _next(data, wanted)[0]


def _after(data: bytes) -> bytes:
    return _element(data)[2]


def _integer(data: bytes) -> tuple[int, bytes]:
    value, rest = _next(data, 0x02)
    return int.from_bytes(value, "big", signed=True), rest


def _dotted(encoded: bytes) -> str:
    """An object identifier as text: "1.3.6.1.6.3.15.1.1.5.0"."""
    numbers, number = [*divmod(encoded[0], 40)], 0
    for octet in encoded[1:]:
        number = number << 7 | octet & 0x7F
        if not octet & 0x80:
            numbers.append(number)
            number = 0
    return ".".join(str(number) for number in numbers)
