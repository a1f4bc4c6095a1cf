"""Servers of a site that others wrote (chronyd, unbound, slapd), and an API that names them."""

from __future__ import annotations

import base64
import contextlib
import os
import socket
import subprocess
import threading
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

from infinity.server import Reply, as_json, page, serving
from peers.access import LOOPBACK, access_to, program, wait_until
from peers.pki import Holder, issued
from peers.snmp import _is_bound
from peers.tls import server_context
from securemode.environment.models import Site
from securemode.environment.secret import Secret
from securemode.targets import Deployment, Node, Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from infinity.server import Asked, Server
    from securemode.probes.probe import Access

API = "/api/admin/configuration/v1/"
NAME = "mgmt.lab.test"
LDAP_HOST = "ldap.lab.test"
BASE = "dc=lab,dc=test"
BIND_USER, BIND_PASSWORD = f"cn=infinity,{BASE}", "bind secret 1"
KEY_ID, KEY = 10, "key-of-the-site"
SHIFTED = (53, 80, 123, 389, 514, 636)


@dataclass
class Deployed:
    """One Management Node on loopback, whose API names the servers."""

    node: Node
    access: Access
    web: Server
    rows: dict[str, list[dict[str, Any]]]
    directory: Path
    answers: dict[str, Reply] = field(default_factory=dict)

    @property
    def deployment(self) -> Deployment:
        return self.access.deployment

    def with_site(self, **values: Any) -> Access:
        return self._with("site", **values)

    def with_credentials(self, **values: Any) -> Access:
        return self._with("credentials", **values)

    def _with(self, part: str, **values: Any) -> Access:
        environment = self.access.environment
        name = "stated_credentials" if part == "credentials" else part
        changed = getattr(environment, name).model_copy(update=values)
        self.access = replace(
            self.access, environment=environment.model_copy(update={name: changed})
        )
        return self.access


@contextlib.contextmanager
def deployed(
    directory: Path, *, answer: Callable[[Asked], Reply | None] = lambda _: None
) -> Iterator[Deployed]:
    """Serve an API with whatever rows the test puts into it; other answers come first."""
    context, ca_file = server_context(directory)
    rows: dict[str, list[dict[str, Any]]] = {}

    def say(asked: Asked) -> Reply:
        if reply := answer(asked):
            return reply
        path = asked.path.partition("?")[0]
        resource = path.removeprefix(API).rstrip("/")
        if path.startswith(API) and resource in rows:
            return page(*rows[resource])
        return as_json({}, 404)

    with contextlib.ExitStack() as stack:
        while True:
            attempt = contextlib.ExitStack()
            web = attempt.enter_context(serving(say, context))
            offset = int(web.url.rpartition(":")[2]) - 443
            if not any(_taken(offset + port) for port in SHIFTED):
                stack.push(attempt.pop_all())
                break
            attempt.close()
        node = Node(name="mgmt", role=Role.MANAGEMENT, ipv4=LOOPBACK, fqdn=NAME, port_offset=offset)
        access = access_to(node, ca_file=ca_file)
        environment = access.environment.model_copy(
            update={"port_offset": offset, "site": Site(dns_servers=(LOOPBACK,))}
        )
        yield Deployed(node, replace(access, environment=environment), web, rows, directory)


def _taken(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as sock:
            try:
                sock.bind((LOOPBACK, port))
            except OSError:
                return True
    return False


@contextlib.contextmanager
def running(*command: str, ready: Callable[[], bool], cwd: Path) -> Iterator[None]:
    """A daemon in the foreground until the test is over."""
    log = cwd / f"{command[0]}.log"
    with log.open("wb") as output:
        daemon = subprocess.Popen(
            [program(command[0]), *command[1:]], cwd=cwd, stdout=output, stderr=output
        )
        try:
            wait_until(lambda: ready() or daemon.poll() is not None)
            assert daemon.poll() is None, log.read_text()
            yield
        finally:
            daemon.kill()
            daemon.wait(30)


@contextlib.contextmanager
def chronyd(port: int, directory: Path, *, keys: dict[int, str] | None = None) -> Iterator[None]:
    lines = [f"{number} SHA1 ASCII:{key}" for number, key in (keys or {}).items()]
    (directory / "keys").write_text("\n".join(lines) + "\n")
    (directory / "chrony.conf").write_text(
        f"port {port}\nbindaddress {LOOPBACK}\nallow {LOOPBACK}\ncmdport 0\nbindcmdaddress /\n"
        f"local stratum 5\nkeyfile {directory}/keys\npidfile {directory}/chronyd.pid\n"
    )
    user = ["-u", "root"] if os.geteuid() == 0 else ["-U", "-u", os.environ.get("USER", "nobody")]
    command = ["chronyd", "-x", "-d", *user, "-f", str(directory / "chrony.conf")]
    with running(*command, ready=lambda: _is_bound(port), cwd=directory):
        yield


@contextlib.contextmanager
def unbound(port: int, directory: Path, *records: str) -> Iterator[None]:
    data = "\n".join(f'  local-data: "{record}"' for record in records)
    (directory / "unbound.conf").write_text(
        f'server:\n  interface: {LOOPBACK}\n  port: {port}\n  username: ""\n  chroot: ""\n'
        f'  directory: "{directory}"\n  pidfile: ""\n  use-syslog: no\n  do-daemonize: no\n'
        f"  local-zone: lab.test. static\n{data}\nremote-control:\n  control-enable: no\n"
    )
    command = ["unbound", "-d", "-c", str(directory / "unbound.conf")]
    with running(*command, ready=lambda: _is_bound(port), cwd=directory):
        yield


SLAPD = """\
include /etc/ldap/schema/core.schema
attributetype ( 1.2.840.113556.1.4.146 NAME 'objectSid' EQUALITY octetStringMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
objectclass ( 1.3.6.1.4.1.99999.1.1 NAME 'sidHolder' AUXILIARY MAY objectSid )
pidfile {directory}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile {directory}/ldap.pem
TLSCertificateKeyFile {directory}/ldap.key
database mdb
maxsize 10485760
suffix "{base}"
rootdn "{user}"
rootpw "{password}"
directory {directory}/data
"""


def group(name: str, rid: int) -> str:
    """An LDIF entry of a group with the SID that a domain would give it."""
    sid = (
        bytes([1, 5])
        + (5).to_bytes(6)
        + b"".join(part.to_bytes(4, "little") for part in (21, 1, 2, 3, rid))
    )
    value = base64.b64encode(sid).decode()
    return (
        f"dn: cn={name},{BASE}\nobjectClass: groupOfNames\nobjectClass: sidHolder\ncn: {name}\n"
        f"member: {BIND_USER}\nobjectSid:: {value}\n\n"
    )


@contextlib.contextmanager
def slapd(
    port: int, directory: Path, root: Holder, *groups: str, scheme: str = "ldaps", host: str = ""
) -> Iterator[None]:
    issued("ldap", root, dns_names=(host or LDAP_HOST,)).pair(directory, "ldap")
    (directory / "data").mkdir()
    configuration = directory / "slapd.conf"
    configuration.write_text(
        SLAPD.format(directory=directory, base=BASE, user=BIND_USER, password=BIND_PASSWORD)
    )
    content = (
        f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\ndc: lab\no: lab\n\n"
        + "".join(groups)
    )
    add = [program("slapd"), "-T", "add", "-f", str(configuration)]
    subprocess.run(add, input=content.encode(), check=True, capture_output=True, timeout=20)
    url = f"{scheme}://{LOOPBACK}:{port}"
    command = ["slapd", "-d", "0", "-f", str(configuration), "-h", url]
    with running(*command, ready=lambda: _connects(port), cwd=directory):
        yield


def _connects(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex((LOOPBACK, port)) == 0


def ldap_access(site: Deployed, root: Holder) -> Access:
    """Trust the root of the directory beside the API's CA, and know the bind password."""
    both = site.directory / "trusted.pem"
    ca_file = site.access.environment.trust.ca_file
    assert ca_file is not None
    both.write_bytes(ca_file.read_bytes() + root.pem)
    site._with("trust", ca_file=both)
    return site.with_credentials(ldap_bind_password=Secret(BIND_PASSWORD))


@contextlib.contextmanager
def http_responder(port: int, answer: Callable[[bytes], tuple[int, bytes]]) -> Iterator[None]:
    """Answers every POST with what `answer` makes of its body."""

    class Responder(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, content = answer(body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer((LOOPBACK, port), Responder) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join(3)
