"""SIP messages as the calling side reads and writes them (RFC 3261, sections 7, 18.3 and 20)."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from securemode_lab.appliance.sip import Header, Malformed, content_length, header_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_STATUS_LINE = re.compile(r"^SIP/2\.0 ([1-6]\d\d)(?: (.*))?$")
_REQUEST_LINE = re.compile(r"^([A-Z]+) (\S+) SIP/2\.0$")
_END_OF_HEADER = b"\r\n\r\n"
_FOLDED = re.compile(r"\r\n[ \t]+")
_ADDRESS = re.compile(r"<([^>]+)>|^([^;,\s]+)")


@dataclass(frozen=True, slots=True)
class Message:
    """A request (`method`) or a response (`status` and `reason`)."""

    headers: tuple[Header, ...]
    body: bytes = b""
    method: str = ""
    status: int = 0
    reason: str = ""

    def values(self, name: str) -> list[str]:
        """Every value of one header field, by its long name in lower case."""
        return [value for known, value in self.headers if known == name]

    def value(self, name: str) -> str:
        """The first one, empty where there is none."""
        return next(iter(self.values(name)), "")

    @property
    def sequence(self) -> tuple[str, str]:
        """Number and method of the CSeq header."""
        number, _, method = self.value("cseq").partition(" ")
        return number, method.strip()

    @property
    def address(self) -> str:
        """The URI of the Contact header, empty where there is none."""
        found = _ADDRESS.search(self.value("contact"))
        return (found[1] or found[2]) if found else ""


def read(head: bytes, body: bytes = b"") -> Message:
    """A message out of its header and its body.

    Raises:
        Malformed: it is none.
    """
    first, *lines = _FOLDED.sub(" ", head.decode(errors="replace")).split("\r\n")
    headers = tuple(header_of(line) for line in lines if line)
    if answer := _STATUS_LINE.match(first):
        return Message(headers, body, status=int(answer[1]), reason=answer[2] or "")
    if request := _REQUEST_LINE.match(first):
        return Message(headers, body, method=request[1])
    raise Malformed(first)


def written(first: str, headers: Iterable[Header], body: bytes = b"") -> bytes:
    """A message as it goes out."""
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


async def receive(reader: asyncio.StreamReader) -> Message | None:
    """The next message of a connection, None at its end; empty lines are left out.

    Raises:
        Malformed: what comes is no SIP.
    """
    try:
        head = (await reader.readuntil(_END_OF_HEADER)).lstrip(b"\r\n")
        while not head:
            head = (await reader.readuntil(_END_OF_HEADER)).lstrip(b"\r\n")
        body = await reader.readexactly(content_length(head))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    except asyncio.LimitOverrunError as endless:
        raise Malformed("no end of the header") from endless
    return read(head.removesuffix(_END_OF_HEADER), body)
