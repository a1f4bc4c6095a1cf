"""A probe that looks at nothing but its own parameters: for tests of what is around probes."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any, ClassVar

from securemode.errors import CannotLook
from securemode.probes.probe import Access, Connection
from securemode.targets import Node, Role

NODE = Node(name="conf1", role=Role.CONFERENCING, ipv4="127.0.0.1")


@dataclass(frozen=True, slots=True)
class Reading:
    degrees: int
    words: tuple[str, ...] = ()


@dataclass(slots=True)
class Diary:
    """What the thermometers did."""

    looks: int = 0
    at_once: int = 0
    most_at_once: int = 0
    order: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    outcomes: list[object] = field(default_factory=list)


DIARY = Diary()


@dataclass(frozen=True, slots=True)
class Thermometer:
    name: ClassVar[str] = "thermometer"
    observes: ClassVar[type] = Reading
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 2

    target: Node = NODE
    degrees: int = 20
    seconds: float = 0.0

    def connections(self) -> tuple[Connection, ...]:
        return (Connection("tcp", self.target.address, "80", 1),)

    def look(self, access: Access) -> object:  # noqa: ARG002
        with DIARY.lock:
            DIARY.looks += 1
            DIARY.at_once += 1
            DIARY.most_at_once = max(DIARY.most_at_once, DIARY.at_once)
            DIARY.order.append(f"{self.name}-{self.degrees}")
            outcome: Any = DIARY.outcomes.pop(0) if DIARY.outcomes else Reading(self.degrees)
        if self.seconds:
            time.sleep(self.seconds)
        with DIARY.lock:
            DIARY.at_once -= 1
        if isinstance(outcome, CannotLook | KeyboardInterrupt):
            raise outcome
        return outcome


@dataclass(frozen=True, slots=True)
class Drill(Thermometer):
    """The same, but it disturbs."""

    name: ClassVar[str] = "drill"
    intrusive: ClassVar[str | None] = "restart"


@dataclass(frozen=True, slots=True)
class Reboot(Thermometer):
    """The same, but its node restarts."""

    name: ClassVar[str] = "reboot"
    intrusive: ClassVar[str | None] = "restart"
    restarts: ClassVar[bool] = True
