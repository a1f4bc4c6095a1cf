"""Kills this process at a chosen request: by SIGKILL, so that nothing of it can tidy up.

Requests are counted at the last place where they pass, `http.client` (which requests and pyVmomi
both use) and paramiko's channel, so that neither time nor the set-up's own code decides the moment.
"""

from __future__ import annotations

import http.client
import os
import re
import signal
from collections import Counter
from dataclasses import dataclass
from typing import Any

import paramiko

_CALL = re.compile(rb"<(?:soapenv:)?Body><([A-Za-z_]+) ")
_KEY_OF_A_ROW = re.compile(r"/\d+/\Z")
_PRODUCT, _SOAP = "/api/admin/", "/sdk"
ANSWER = "answer in the wizard"
"""A line sent over SSH."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where a run dies.

    Attributes:
        setup: in which set-up.
        at: what is asked: a method of vim25, "PATCH global", "POST <upload>", or `ANSWER`.
        nth: of such requests in that set-up, from 1.
        when: "before" it is sent, "during" its body, or "after" it has been answered.
    """

    setup: str
    at: str
    nth: int
    when: str


class Watch:
    """Counts what is asked, and kills.

    Args:
        dies: the fields of a `Point`; None where nothing is to be killed.
    """

    def __init__(self, dies: dict[str, Any] | None) -> None:
        self._point = Point(**dies) if dies else None
        self._setup = ""
        self._count: Counter[str] = Counter()
        self.did: list[str] = []
        _watch_http(self)
        _watch_ssh(self)

    def enters(self, setup: str) -> None:
        """The next set-up begins, and the count with it."""
        self._setup = setup
        self._count.clear()

    def asks(self, what: str) -> None:
        """Something is about to be asked."""
        self._count[what] += 1
        self.did.append(f"{self._setup}: {what}")
        self._dies_if(what, "before")

    def sends(self, what: str) -> None:
        """A piece of its body has been sent."""
        self._dies_if(what, "during")

    def answered(self, what: str) -> None:
        """It has been answered, and nobody has seen the answer yet."""
        self._dies_if(what, "after")

    def _dies_if(self, what: str, when: str) -> None:
        if self._point == Point(self._setup, what, self._count[what], when):
            os.kill(os.getpid(), signal.SIGKILL)


def _watch_http(watch: Watch) -> None:
    connection: Any = http.client.HTTPConnection
    begin, send, response = connection.putrequest, connection.send, connection.getresponse

    def beginning(self: Any, method: str, url: str, *given: Any, **named: Any) -> None:
        self.asked, self.pieces = _named(method, url), 0
        if self.asked:
            watch.asks(self.asked)
        begin(self, method, url, *given, **named)

    def sending(self: Any, data: Any) -> None:
        self.pieces += 1
        is_body = self.pieces > 1
        if is_body and not self.asked:
            self.asked = _called(data)
            watch.asks(self.asked)
        send(self, data)
        if is_body:
            watch.sends(self.asked)

    def answering(self: Any, *given: Any, **named: Any) -> Any:
        answer = response(self, *given, **named)
        watch.answered(self.asked)
        return answer

    connection.putrequest, connection.send = beginning, sending
    connection.getresponse = answering


def _watch_ssh(watch: Watch) -> None:
    channel: Any = paramiko.Channel
    sendall = channel.sendall

    def sending(self: Any, data: bytes) -> None:
        watch.asks(ANSWER)
        sendall(self, data)
        watch.answered(ANSWER)

    channel.sendall = sending


def _named(method: str, url: str) -> str:
    """What a request is about, in words that are the same in every run; empty for a SOAP call."""
    path = url.partition("?")[0]
    if path.startswith(_SOAP):
        return ""
    if path.startswith(_PRODUCT):
        resource = _KEY_OF_A_ROW.sub("/", path.removeprefix(_PRODUCT)).split("/", 2)[-1]
        return f"{method} {resource.strip('/')}"
    return f"{method} {'page' if path == '/' else path.split('/')[1]}"


def _called(data: bytes) -> str:
    """The method of vim25 that a SOAP body calls."""
    found = _CALL.search(data)
    assert found, data[:200]
    return found[1].decode()
