"""Calls in a running lab, by its API, to peers that stand where its operator does."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.control.running import RunningLab

COMMAND = "/api/admin/command/v1/participant/"
CONFIGURATION = "/api/admin/configuration/v1/"
_PEER = str(Path(__file__).with_name("peer.py"))
_PATIENCE_S = 30.0
_ASKING = """
import sys, ssl, json, base64, http.client
address, port, method, path, body, credentials = sys.argv[1:]
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
headers = {"Content-Type": "application/json"}
headers["Authorization"] = "Basic " + base64.b64encode(credentials.encode()).decode()
connection = http.client.HTTPSConnection(address, int(port), timeout=30, context=context)
connection.request(method, path, body or None, headers)
answer = connection.getresponse()
print(json.dumps([answer.status, answer.read().decode()]))
"""


@dataclass
class Peer:
    """A peer that waits for one call."""

    process: subprocess.Popen[str]
    port: int

    def has_heard(self) -> None:
        """Wait until a peer that does not take the call has its INVITE."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "heard\n"

    def seen(self) -> dict[str, Any]:
        """What it saw, once its call is over."""
        out, error = self.process.communicate(timeout=30)
        assert out, error
        found: dict[str, Any] = json.loads(out.splitlines()[-1])
        return found


@dataclass
class Caller:
    """The lab as somebody with the API's credentials and the operator's machine uses it."""

    lab: RunningLab

    @property
    def trap(self) -> dict[str, Any]:
        found: dict[str, Any] = self.lab.document["trap"]
        return found

    def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        login = self.lab.document["credentials"]["web"]
        said = self.lab.python(
            _ASKING,
            self.lab.management["ipv4"],
            str(self.lab.port(443)),
            method,
            path,
            json.dumps(body) if body is not None else "",
            f"{login['username']}:{login['password']}",
        )
        status, text = json.loads(said)
        return status, json.loads(text) if text else None

    def set(self, **fields: Any) -> None:
        assert self.ask("PATCH", f"{CONFIGURATION}global/1/", fields)[0] == 202

    def trust(self) -> None:
        """The site's root is uploaded, and peers are verified from now on."""
        self.set(sip_tls_cert_verify_mode="ON")
        self.upload("ca_file")

    def upload(self, name: str) -> None:
        """One of the site's authorities is trusted, and every node knows it."""
        body = {"certificate": Path(self.lab.document["trust"][name]).read_text()}
        assert self.ask("POST", f"{CONFIGURATION}ca_certificate/", body)[0] == 201
        self.lab.done("state")

    def started(self, program: list[str]) -> subprocess.Popen[str]:
        """A program on the operator's machine."""
        return subprocess.Popen(
            [*self.lab._joining(), *program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def peer(
        self,
        behaviour: str = "accept",
        certificate: str = "proper",
        transport: str = "tls",
        *,
        ipv6: bool = False,
    ) -> Peer:
        document = self.lab.document
        known = document["identities"] | document["certificates"] | self.trap["certificates"]
        files = known[certificate]
        address = self.trap["ipv6" if ipv6 else "ipv4"]
        words = [transport, behaviour, address, files["certificate"], files["key"]]
        process = self.started([sys.executable, _PEER, *words])
        assert process.stdout is not None
        return Peer(process, int(process.stdout.readline()))

    def dial(self, port: int, host: str = "", transport: str = "tls", **more: Any) -> str:
        host = host or self.trap["name"]
        body = {
            "conference_alias": self.trap["service_alias"],
            "destination": f"sip:peer@{host}:{port};transport={transport}",
            "protocol": "sip",
            "node": self.lab.conferencing[0]["ipv4"],
            "role": "guest",
        } | more
        status, answer = self.ask("POST", f"{COMMAND}dial/", body)
        assert (status, answer["status"]) == (202, "success"), answer
        return str(answer["data"]["participant_id"])

    def disconnect(self, identifier: str) -> None:
        status, answer = self.ask("POST", f"{COMMAND}disconnect/", {"participant_id": identifier})
        assert (status, answer["status"]) == (202, "success"), answer

    def call(self, identifier: str) -> dict[str, Any]:
        calls = {call["id"]: call for call in self.lab.done("calls")["calls"]}
        found: dict[str, Any] = calls[identifier]
        return found

    def until(self, identifier: str, *states: str) -> dict[str, Any]:
        """The call, when it is in one of these states."""
        limit = time.monotonic() + _PATIENCE_S
        while (call := self.call(identifier))["state"] not in states:
            assert time.monotonic() < limit, call
            time.sleep(0.03)
        return call

    def called(self, peer: Peer, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Call a peer, hang up once it has answered, and say how it went and what it saw."""
        identifier = self.dial(peer.port, **more)
        self.until(identifier, "connected", "failed", "ended")
        self.disconnect(identifier)
        return self.until(identifier, "ended", "failed"), peer.seen()
