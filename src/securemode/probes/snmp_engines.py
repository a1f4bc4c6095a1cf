"""pysnmp's engines: one a user, in one loop of their own, as long as anybody asks.

An engine costs twenty times what it does for one agent, and one engine serves any number of them.
"""

from __future__ import annotations

import asyncio
import functools
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from pysnmp.hlapi.v3arch.asyncio import SnmpEngine
from pysnmp.proto.rfc3412 import MsgAndPduDispatcher
from pysnmp.smi.builder import MibBuilder
from pysnmp.smi.error import MibNotFoundError
from pysnmp.smi.instrum import MibInstrumController

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from types import CodeType

    from pysnmp.hlapi.v3arch.asyncio import UsmUserData

T = TypeVar("T")

_AT_ONCE = threading.BoundedSemaphore(16)
"""Looks at one time: answers that wait in the loop must not be taken for silence."""


class _Loop:
    """One event loop in a thread, and the engines in it; both end with the last look."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looks = 0
        self._started = threading.Event()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._last: asyncio.Event | None = None
        self._engines: dict[object, SnmpEngine] = {}

    def __enter__(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            self._looks += 1
            if self._thread is None:
                self._started.clear()
                self._thread = threading.Thread(
                    target=asyncio.run, args=(self._serve(),), name="SNMP", daemon=True
                )
                self._thread.start()
                self._started.wait()
        assert self._loop is not None
        return self._loop

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._looks -= 1
            if self._looks == 0:
                assert self._loop is not None
                assert self._last is not None
                assert self._thread is not None
                self._loop.call_soon_threadsafe(self._last.set)
                self._thread.join()
                self._thread = None

    async def _serve(self) -> None:
        self._loop, self._last = asyncio.get_running_loop(), asyncio.Event()
        self._started.set()
        try:
            await self._last.wait()
        finally:
            for engine in self._engines.values():
                engine.close_dispatcher()
            self._engines.clear()

    def engine_of(self, user: UsmUserData) -> SnmpEngine:
        """The engine that asks as this user, with these keys."""
        keys = (user.authentication_key, user.privacy_key)
        protocols = (user.authentication_protocol, user.privacy_protocol)
        identity = (user.userName, protocols, tuple(bytes(key or b"") for key in keys))
        if identity not in self._engines:
            self._engines[identity] = _engine()
        return self._engines[identity]


_LOOP = _Loop()
engine_of = _LOOP.engine_of


def run(look: Coroutine[Any, Any, T]) -> T:
    """Run a look in the loop of the engines, beside others, and wait for what it returns."""
    with _AT_ONCE, _LOOP as loop:
        return asyncio.run_coroutine_threadsafe(look, loop).result()


class _CompiledMibs(MibBuilder):  # type: ignore[misc]
    """Runs pysnmp's own MIB modules, compiled once a process.

    pysnmp compiles them anew for every engine, which takes twenty times as long as all else, and
    runs them by `runpy`, which other threads may not use at the same time.
    """

    def __init__(self) -> None:
        super().__init__()
        self._loaded: set[str] = set()

    def set_mib_sources(self, *_sources: object) -> None:
        """None: looking through them takes import locks, and all modules come from `_compiled`."""

    def load_module(self, modName: str, **userCtx: Any) -> _CompiledMibs:  # noqa: N803 - as in pysnmp
        if modName not in self._loaded:
            self._loaded.add(modName)
            context = {"mibBuilder": self, "userCtx": userCtx}
            exec(_compiled(modName), context)  # noqa: S102 - as in pysnmp
        return self


@functools.cache
def _compiled(name: str) -> CodeType:
    for source in _sources():
        try:
            code: CodeType = source.read(name)[0]
        except OSError:
            continue
        return code
    raise MibNotFoundError(f"pysnmp has no MIB module {name}")


@functools.cache
def _sources() -> tuple[Any, ...]:
    return tuple(MibBuilder().get_mib_sources())


def _engine() -> SnmpEngine:
    return SnmpEngine(msgAndPduDsp=MsgAndPduDispatcher(MibInstrumController(_CompiledMibs())))
