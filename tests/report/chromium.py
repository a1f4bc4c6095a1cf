"""A headless Chromium without a network, driven over a pipe (Chrome DevTools Protocol)."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = shutil.which("chromium")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
    "--proxy-server=127.0.0.1:9",
)


@dataclass(slots=True)
class Browser:
    """One browser with one page; `events` has everything that the page let us know."""

    pid: int
    writes: int
    reads: int
    events: list[dict[str, Any]] = field(default_factory=list)
    session: str = ""
    _sent: int = 0
    _rest: bytes = b""

    @classmethod
    def start(cls, profile: Path) -> Self:
        theirs_in, ours_out = _pipe()
        ours_in, theirs_out = _pipe()

        pid = os.posix_spawn(
            str(PROGRAM),
            [str(PROGRAM), *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, theirs_in, 3),
                (os.POSIX_SPAWN_DUP2, theirs_out, 4),
                (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        browser = cls(pid, ours_out, ours_in)
        browser._attach()
        return browser

    def stop(self) -> None:
        os.killpg(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.writes)
        os.close(self.reads)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _attach(self) -> None:
        target = self.do("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.do("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.do(f"{domain}.enable")

    def do(self, method: str, *, within_s: float = 30, **parameters: Any) -> dict[str, Any]:
        """Call a method and wait for its answer."""
        self._sent += 1
        call: dict[str, Any] = {"id": self._sent, "method": method, "params": parameters}
        if self.session:
            call["sessionId"] = self.session
        os.write(self.writes, json.dumps(call).encode() + b"\0")
        until = time.monotonic() + within_s
        while True:
            said = self._next(until)
            if said.get("id") == self._sent:
                if "error" in said:
                    raise AssertionError(f"{method}: {said['error']}")
                answer: dict[str, Any] = said["result"]
                return answer
            self.events.append(said)

    def _next(self, until: float) -> dict[str, Any]:
        while b"\0" not in self._rest:
            if not select.select([self.reads], [], [], max(0, until - time.monotonic()))[0]:
                raise TimeoutError("chromium does not answer")
            if not (more := os.read(self.reads, 1 << 20)):
                raise EOFError("chromium has ended")
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\0")
        said: dict[str, Any] = json.loads(line)
        return said

    def open(self, url: str) -> None:
        """Open a page afresh and wait until it has loaded."""
        for address in ("about:blank", url):
            self.events.clear()
            self.do("Page.navigate", url=address)
            until = time.monotonic() + 30
            while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
                self.events.append(self._next(until))

    def value(self, expression: str) -> Any:
        """What a JavaScript expression comes to in the page."""
        answer = self.do(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def look(self, *, width: int, dark: bool = False, height: int = 900) -> None:
        """Set the width of the window and the colour scheme."""
        self.do(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.do("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self, path: Path, *, whole: bool = False) -> None:
        """Save what the window shows, or the whole page."""
        shot = self.do("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def pdf(self, path: Path) -> None:
        """Print the page as its style sheet asks for it."""
        printed = self.do("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        path.write_bytes(base64.b64decode(printed["data"]))

    def complaints(self) -> list[str]:
        """Errors and warnings of the console, and exceptions."""
        methods = ("Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled")
        return [json.dumps(e["params"]) for e in self.events if e.get("method") in methods]

    def requests(self) -> list[str]:
        """Address of everything that the page asked for."""
        sent = (e for e in self.events if e.get("method") == "Network.requestWillBeSent")
        return [event["params"]["request"]["url"] for event in sent]


def _pipe() -> tuple[int, int]:
    """A pipe whose ends leave 3 and 4 free for the child."""
    ends = os.pipe()
    moved = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends)
    for end in ends:
        os.close(end)
    return moved[0], moved[1]
