"""Diagnostic snapshots made for tests: ordinary ones, and ones that nobody should open."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import subprocess
import tarfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from securemode.records.security_questions import QUESTIONS
from securemode.records.snapshot import ANSWERS, DATABASE, VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ENDED = 1_763_900_000
ENDED_TEXT = "2025-11-23T12:13:20Z"
SECRET = "canary-of-the-snapshot"
STORED: dict[str, Any] = {
    "fips_mode": True,
    "disable_admin_account": True,
    "icmpv6_redirects": False,
    "drop_not_reject": True,
    "icmpv6_echo_requests": False,
    "ipv6_dad_transmits": False,
    "sip_udp_port": 5060,
    "sip_tcp_port": 5060,
    "sip_tls_port": 5061,
    "web_global_session_limit": None,
    "web_per_user_session_limit": 10,
    "cca_id": "CCA-7",
    "resource_priority_prefix": "",
    **{question.key: False for question in QUESTIONS[11:14] + QUESTIONS[16:]},
    "enable_frame_deny": True,
}


def database(*, wal: bool = False, script: str = "") -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.executescript(
        script
        or f"""
        CREATE TABLE platform_managementvm (id INTEGER, name TEXT, password TEXT);
        INSERT INTO platform_managementvm VALUES (1, 'mgmt', '{SECRET}');
        CREATE TABLE platform_workervm (id INTEGER, name TEXT);
        INSERT INTO platform_workervm VALUES (2, 'conf2'), (1, 'conf1');
        CREATE TABLE platform_global (error_reporting_enabled BOOL, enable_analytics BOOL);
        INSERT INTO platform_global VALUES (0, 1);
        """
    )
    image = bytearray(connection.serialize())
    if wal:
        image[18:20] = b"\x02\x02"
    return bytes(image)


@dataclass
class Entry:
    name: str
    content: bytes = b""
    type: bytes = tarfile.REGTYPE
    linkname: str = ""


@dataclass
class Made:
    """A snapshot with everything about it to be varied."""

    stored: Any = field(default_factory=lambda: dict(STORED))
    entries: Sequence[Entry] = ()
    database: bytes | None = None
    version: Any = field(default_factory=lambda: {"pseudo-version": "41", "version-id": "80000"})
    form: int = tarfile.PAX_FORMAT

    def members(self) -> list[Entry]:
        own = [
            Entry("./etc/pexip", type=tarfile.DIRTYPE),
            Entry("var/log/unified.log", SECRET.encode() * 100),
            Entry(DATABASE, database() if self.database is None else self.database),
        ]
        if self.version is not None:
            own.append(Entry(VERSION, json.dumps(self.version).encode()))
        if self.stored is not None:
            raw = (
                self.stored if isinstance(self.stored, bytes) else json.dumps(self.stored).encode()
            )
            own.append(Entry(f"./{ANSWERS}", raw))
        return [*own, *self.entries]

    def tar(self) -> bytes:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=self.form) as archive:
            for entry in self.members():
                info = tarfile.TarInfo(entry.name)
                info.type, info.linkname = entry.type, entry.linkname
                info.size, info.mtime = len(entry.content), ENDED
                archive.addfile(info, io.BytesIO(entry.content))
        return buffer.getvalue()

    def packed(self) -> bytes:
        return gzip.compress(self.tar(), 6)


def encrypted(plain: bytes, directory: Path, *how: str, password: str = "open sesame") -> bytes:
    """What the openssl command makes of it."""
    source, target = directory / "plain", directory / "locked"
    source.write_bytes(plain)
    subprocess.run(
        ["openssl", "enc", "-aes-256-cbc", "-salt", *how, "-in", source, "-out", target,
         "-pass", f"pass:{password}"],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    return target.read_bytes()
