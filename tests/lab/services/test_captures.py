"""Packet captures, read by the program that everybody reads them with."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

from lab.services.by_certificate import CAPTURES, role
from lab.services.test_peers import peer

if TYPE_CHECKING:
    from pathlib import Path

    from lab.services.conftest import Site

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
FILE = re.compile(r'href="(/[^"]+\.pcap/)"')


def test_a_packet_capture_holds_packets(secured: Site, tmp_path: Path) -> None:
    """Made with curl by certificate; on loopback there is no interface of the node's own."""
    auditor, jar = role(secured, "auditor"), str(tmp_path / "jar")
    offset = secured.lab.document["port_offset"]
    where = f"https://{secured.lab.management['ipv4']}" + (f":{443 + offset}" if offset else "")

    def curl(path: str, *more: str) -> str:
        own = ("-b", jar, "-c", jar, "--cert", auditor["certificate"], "--key", auditor["key"])
        common = ("-sS", "-k", "--max-time", "8", *own, *more)
        done = secured.lab.run(peer("curl"), *common, where + path)
        assert done.returncode == 0, done.stderr
        return done.stdout

    token = TOKEN.search(curl(CAPTURES))
    assert token is not None
    form = f"csrfmiddlewaretoken={token[1]}&action=create"
    curl(CAPTURES, "-d", form, "-e", where + CAPTURES)
    link = FILE.search(curl(CAPTURES))
    assert link is not None
    file = tmp_path / "capture.pcap"
    curl(link[1], "-o", str(file))
    command = (peer("tcpdump"), "-n", "-r", str(file))
    read = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    assert ("198.51.100.10.443" in read.stdout) == (offset == 0)
