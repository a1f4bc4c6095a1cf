"""The lab's control socket, out of its network's reach: one JSON object a line in, one out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from securemode_lab import kept_state, state_file
from securemode_lab.appliance import variants
from securemode_lab.deployment import NoSuchNode
from securemode_lab.faults.switchboard import UnknownFault
from securemode_lab.memory import Memory, NothingSaved
from securemode_lab.refusals import CannotBeWritten

if TYPE_CHECKING:
    from securemode_lab.deployment import Deployment
    from securemode_lab.member import Member

Answer = dict[str, Any]
Command = Callable[[Answer], Awaitable[Answer]]

_LONGEST_LINE = 1 << 20


class BadRequest(Exception):
    """A line is no command, or lacks what the command needs."""


_MISTAKES = (
    BadRequest,
    CannotBeWritten,
    NoSuchNode,
    NothingSaved,
    UnknownFault,
    variants.UnknownVariant,
)


class Control:
    """Serves the commands of one deployment.

    Attributes:
        stopped: set by the command `stop`.
    """

    def __init__(self, deployment: Deployment) -> None:
        self.stopped = asyncio.Event()
        self._deployment = deployment
        self._memory = Memory(deployment)
        self._one_at_a_time = asyncio.Lock()
        self._commands: dict[str, Command] = {
            "state": self._state,
            "save": self._save,
            "restore": self._restore,
            "keep": self._keep,
            "restart": self._restart,
            "fault": self._fault,
            "faults": self._faults,
            "variant": self._variant,
            "variants": self._variants,
            "requests": self._requests,
            "services": self._services,
            "calls": self._calls,
            "vsphere": self._vsphere,
            "vsphere_requests": self._vsphere_requests,
            "stop": self._stop,
        }

    async def listen(self, path: Path) -> asyncio.Server:
        """Serve on a unix socket."""
        return await asyncio.start_unix_server(self._serve, path, limit=_LONGEST_LINE)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                answer = await self._answer(line)
                writer.write(json.dumps(answer, default=_plain).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):
            pass
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> Answer:
        """Run one command; what it cannot do is an answer too."""
        try:
            request, command = self._understood(line)
            async with self._one_at_a_time:
                return {"ok": True, **await command(request)}
        except _MISTAKES as bad:
            return {"ok": False, "error": str(bad)}
        except Exception as failed:  # noqa: BLE001 - the caller must hear of a defect of the lab
            return {"ok": False, "error": f"the lab failed: {failed!r}"}

    def _understood(self, line: bytes) -> tuple[Answer, Command]:
        try:
            request = json.loads(line)
        except ValueError as bad:
            raise BadRequest(f"not a JSON object: {bad}") from None
        if not isinstance(request, dict) or request.get("do") not in self._commands:
            raise BadRequest(f'expected {{"do": ...}} with one of {", ".join(self._commands)}')
        return request, self._commands[request["do"]]

    async def _state(self, request: Answer) -> Answer:
        del request
        deployment = self._deployment
        await deployment.settle()
        ended, recorded = deployment.wizard_ended, deployment.recorded_answers
        return {
            "installed": deployment.installed,
            "answers": asdict(deployment.answers),
            "recorded_answers": asdict(recorded) if recorded else None,
            "wizard_ended": ended.isoformat() if ended else None,
            "nodes": [_described(member) for member in deployment.members],
            "faults": {name: list(on.nodes) for name, on in deployment.faults.on.items()},
            "variants": dict(deployment.variants),
            "saved": self._memory.names,
        }

    async def _save(self, request: Answer) -> Answer:
        await self._memory.save(_text(request, "name"))
        return {}

    async def _restore(self, request: Answer) -> Answer:
        await self._memory.restore(_text(request, "name"))
        return {}

    async def _keep(self, request: Answer) -> Answer:
        kept = await kept_state.of(self._deployment)
        await asyncio.to_thread(state_file.write, Path(_text(request, "file")), kept)
        return {}

    async def _restart(self, request: Answer) -> Answer:
        name = _text(request, "node")
        await self._deployment.restart(name)
        return {"node": _described(self._deployment.member(name))}

    async def _fault(self, request: Answer) -> Answer:
        name, faults = _text(request, "name"), self._deployment.faults
        if not request.get("on", True):
            await faults.switch_off(self._deployment, name)
            return {"nodes": []}
        switched = await faults.switch_on(self._deployment, name, request.get("nodes"))
        return {"nodes": list(switched.nodes)}

    async def _faults(self, request: Answer) -> Answer:
        del request
        from securemode_lab.faults import registry  # noqa: PLC0415 - needs pyVmomi

        return {"faults": registry.described()}

    async def _variant(self, request: Answer) -> Answer:
        await self._deployment.vary(_text(request, "name"), str(request.get("value", "")))
        return {}

    async def _variants(self, request: Answer) -> Answer:
        del request
        return {"variants": variants.described(self._deployment.variants)}

    async def _requests(self, request: Answer) -> Answer:
        del request
        return {"requests": self._deployment.web.log.entries()}

    async def _services(self, request: Answer) -> Answer:
        del request
        return {"asked": self._deployment.site.asked()}

    async def _calls(self, request: Answer) -> Answer:
        del request
        return {"calls": self._deployment.dialling.described()}

    async def _vsphere(self, request: Answer) -> Answer:
        """Let things go wrong with vCenter, and tell how it stands."""
        vcenter = self._deployment.vcenter
        if request.get("expire_sessions"):
            vcenter.expire_sessions()
        try:
            vcenter.be_in_trouble(request)
        except ValueError as bad:
            raise BadRequest(str(bad)) from None
        return vcenter.described()

    async def _vsphere_requests(self, request: Answer) -> Answer:
        del request
        return {"requests": self._deployment.vcenter.log.entries()}

    async def _stop(self, request: Answer) -> Answer:
        del request
        self.stopped.set()
        return {}


def _text(request: Answer, name: str) -> str:
    value = request.get(name)
    if not isinstance(value, str) or not value:
        raise BadRequest(f"{request['do']} needs {name!r}, a text")
    return value


def _plain(value: object) -> object:
    """What JSON has no form for: the sets of a behaviour."""
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} cannot be said in JSON")


def _described(member: Member) -> Answer:
    started, behaviour = member.node.boot_time, member.node.behaviour
    return {
        "name": member.name,
        "on": member.node.is_on,
        "boot_time": started.isoformat() if started else None,
        "answers": asdict(member.taken),
        "behaviour": asdict(behaviour) if behaviour else None,
    }
