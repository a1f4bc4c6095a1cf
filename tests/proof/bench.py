"""A secured lab on which one fault at a time is switched on, and the whole suite run against it."""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from proof.pools import switched_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode_lab.faults.fault import Fault

ROOT = Path(__file__).parents[2]
RUN_TIMEOUT_S = 300
MOST_OBVIOUS = 5
FAILS = frozenset({"fail"})


@dataclass(frozen=True)
class Verified:
    """What one run of the suite said.

    Attributes:
        verdicts: requirement id to verdict.
        kinds: requirement and kind to verdict.
        messages: requirement id to a sentence a deviation.
        printed: on the terminal.
        controls: STIG control to its verdicts, without repetition.
    """

    verdicts: dict[str, str]
    kinds: dict[tuple[str, str], str]
    messages: dict[str, list[str]]
    printed: str
    controls: dict[str, frozenset[str]]

    def turned_since(self, before: Verified) -> dict[str, str]:
        """Requirements and controls whose verdict is another one now."""
        turned = {name: v for name, v in self.verdicts.items() if before.verdicts.get(name) != v}
        new = {name: said - before.controls[name] for name, said in self.controls.items()}
        return turned | {name: " and ".join(sorted(said)) for name, said in new.items() if said}


@dataclass
class Bench:
    """One lab of its own, with its reports in a directory of its own.

    Attributes:
        directory: where the lab's document and the reports go.
        factory: what the suite said of the lab before any set-up.
        secured: what it said after all of them.
    """

    directory: Path
    factory: Verified | None = None
    secured: Verified | None = None
    _process: subprocess.Popen[str] | None = None
    _document: dict[str, Any] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self.directory.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "securemode_lab", "up"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        self._document = json.loads(line)
        (self.directory / "lab.json").write_text(line)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def secure(self, *, verify_factory: bool = False) -> None:
        """Look at the factory state if asked, run every set-up, keep the state."""
        self._keep("factory")
        if verify_factory:
            self.factory = self.verify("--setup=lab")
        self.secured = self.verify()
        self._keep("secured")

    def with_faults(self, *faults: Fault) -> Verified:
        """The secured lab with faults, verified; a factory-fresh one with an early fault."""
        early = any(fault.early for fault in faults)
        self._back_to("factory" if early else "secured")
        for fault in switched_on(faults):
            self.control("fault", name=fault.name, on=True)
        return self.verify() if early else self.verify("--setup=none")

    def with_variants(self, *variants: tuple[str, str]) -> Verified:
        """The secured lab under variants, verified."""
        self._back_to("secured")
        for name, value in variants:
            self.control("variant", name=name, value=value)
        return self.verify("--setup=none")

    def with_wizard(self, name: str, value: str) -> Verified:
        """A factory-fresh lab whose wizard speaks differently, secured and verified."""
        self._back_to("factory")
        self.control("variant", name=name, value=value)
        return self.verify()

    def _keep(self, name: str) -> None:
        """Keep the lab's state, and what the set-ups have put on record of it."""
        self.control("save", name=name)
        self._records.mkdir(parents=True, exist_ok=True)
        shutil.copytree(self._records, self.directory / name)

    def _back_to(self, name: str) -> None:
        """Go back in time: a record of what has not happened yet would give it away."""
        self.control("restore", name=name)
        shutil.rmtree(self._records)
        shutil.copytree(self.directory / name, self._records)

    @property
    def _records(self) -> Path:
        return self.directory / "reports" / "lab-records"

    def control(self, do: str, **arguments: Any) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(60)
            connection.connect(self._document["control"])
            connection.sendall((json.dumps({"do": do, **arguments}) + "\n").encode())
            answer: dict[str, Any] = json.loads(connection.makefile().readline())
        assert answer["ok"], answer
        return answer

    def secrets(self) -> dict[str, tuple[str, ...]]:
        """Every password and key of the lab's document, plain, base64 and URL-encoded."""
        found = dict(_secrets(self._document))
        assert len(found) > MOST_OBVIOUS, "the document has more secrets than that"
        return {
            name: (value, base64.b64encode(value.encode()).decode(), quote(value, safe=""))
            for name, value in found.items()
        }

    def verify(self, *arguments: str, timeout_s: float = RUN_TIMEOUT_S) -> Verified:
        """Run the suite against this lab, as a person would; secure it if nothing else is said."""
        command = [
            sys.executable,
            "-m",
            "pytest",
            "--env=lab",
            f"--lab={self.directory / 'lab.json'}",
        ]
        if not any(argument.startswith("--setup") for argument in arguments):
            arguments = ("--setup=lab_secured", *arguments)
        command += [f"--reports={self.directory / 'reports'}", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=timeout_s, check=False
        )
        printed = done.stdout + done.stderr
        latest = self.directory / "reports" / "lab-latest"
        assert latest.exists(), printed
        result = json.loads((latest / "result.json").read_text())
        latest.unlink()
        verdicts, kinds, messages = _verdicts(result), _kinds(result), _messages(result)
        return Verified(verdicts, kinds, messages, printed, _controls(result))


def _secrets(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _secrets(part, f"{name}.{key}")
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _secrets(part, f"{name}[{number}]")
    elif name.endswith(("password", ".community")) or (".ntp[" in name and name.endswith(".key")):
        yield name, str(value)


def _verdicts(result: dict[str, Any]) -> dict[str, str]:
    return {r["id"]: r["verdict"] for r in result["requirements"] if r["verdict"] is not None}


def _controls(result: dict[str, Any]) -> dict[str, frozenset[str]]:
    seen: dict[str, set[str]] = {}
    for control in result["controls"]:
        seen.setdefault(control["id"], set()).add(control["verdict"])
    return {name: frozenset(verdicts) for name, verdicts in seen.items()}


def _kinds(result: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (row["id"], kind): verdict
        for row in result["requirements"]
        for kind, verdict in row["kinds"].items()
    }


def _messages(result: dict[str, Any]) -> dict[str, list[str]]:
    return {
        row["id"]: [
            f"{found['target']} {found['what']}: expected {found['expected']}, saw {found['saw']}"
            for found in row["targets"]
            if found["verdict"] in FAILS
        ]
        for row in result["requirements"]
    }
