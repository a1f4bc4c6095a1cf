"""Whether a node answers SSH, and whether anybody gets in."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import paramiko

from securemode.observations.ssh import LoginResult, PortAnswer, SshAccessSeen, SshLogin, SshPort
from securemode.probes.probe import Connection
from securemode.probes.wire import ssh_banner

if TYPE_CHECKING:
    from securemode.environment.models import Login
    from securemode.probes.probe import Access
    from securemode.targets import Node

SSH_PORT = 22
WEB_PORT = 443
NOBODY = "securemode-acceptance"
"""Who asks for the methods where the environment names no administrator."""


@dataclass(frozen=True, slots=True)
class SshAccess:
    """How port 22 of every address of a node answers, and what comes of one login attempt.

    SSH is the way around everything that the guide configures. Every address is looked at, because
    a service may listen on one family only. The web port of the same address, right before and
    after, is the positive control of silence.

    Source: guide, sections "Global settings" and "Running the security wizard".
    """

    name: ClassVar[str] = "ssh-access"
    observes: ClassVar[type] = SshAccessSeen
    intrusive: ClassVar[str | None] = None
    takes_s: ClassVar[float] = 2.0
    simultaneous: ClassVar[int] = 2

    target: Node

    def connections(self) -> tuple[Connection, ...]:
        """Port 22 twice (banner, login) and the web port twice, of each address."""
        ssh, web = self.target.port(SSH_PORT), self.target.port(WEB_PORT)
        return tuple(
            Connection("tcp", address, str(port), 2)
            for address in self.target.addresses
            for port in (ssh, web)
        )

    def look(self, access: Access) -> SshAccessSeen:
        """Classify the port on all addresses at once; where it is open, try to log in, once."""
        addresses = self.target.addresses
        with ThreadPoolExecutor(max_workers=len(addresses)) as pool:
            ports = tuple(pool.map(lambda one: self._port(one, access.timeout_s), addresses))
        answering = next((port for port in ports if port.answer is PortAnswer.OPEN), None)
        return SshAccessSeen(
            port=self.target.port(SSH_PORT),
            ports=ports,
            login=self._login(answering, access) if answering else None,
        )

    def _port(self, address: str, timeout_s: float) -> SshPort:
        web = self.target.port(WEB_PORT)
        alive_before = ssh_banner.connects(address, web, timeout_s)
        state, said = ssh_banner.hear(
            address, self.target.port(SSH_PORT), connect_s=timeout_s, listen_s=timeout_s
        )
        return SshPort(
            address=address,
            answer=PortAnswer(state),
            banner=ssh_banner.identification(said),
            alive_before=alive_before,
            alive_after=ssh_banner.connects(address, web, timeout_s),
        )

    def _login(self, port: SshPort, access: Access) -> SshLogin:
        if not port.banner:
            return SshLogin(
                address=port.address,
                methods=(),
                result=LoginResult.NO_SESSION,
                detail="the port is open, but no SSH server introduced itself",
            )
        where = (port.address, self.target.port(SSH_PORT))
        try:
            with socket.create_connection(where, timeout=access.timeout_s) as connection:
                return _attempt(connection, port.address, access)
        except (OSError, EOFError, paramiko.SSHException) as error:
            return SshLogin(
                address=port.address,
                methods=(),
                result=LoginResult.NO_SESSION,
                detail=str(error) or type(error).__name__,
            )


def _attempt(connection: socket.socket, address: str, access: Access) -> SshLogin:
    """Ask for the methods, then try the password of the environment a single time."""
    login = access.environment.credentials.os_admin
    transport = paramiko.Transport(connection)
    transport.banner_timeout = transport.auth_timeout = access.timeout_s
    try:
        transport.start_client(timeout=access.timeout_s)
        methods = _methods(transport, login.username if login else NOBODY)
        result, detail = _authenticated(transport, login, methods)
        return SshLogin(address=address, methods=methods, result=result, detail=detail)
    finally:
        transport.close()


def _methods(transport: paramiko.Transport, username: str) -> tuple[str, ...]:
    try:
        transport.auth_none(username)
    except paramiko.BadAuthenticationType as refusal:
        return tuple(sorted(refusal.allowed_types))
    return ("none",)


def _authenticated(
    transport: paramiko.Transport, login: Login | None, methods: tuple[str, ...]
) -> tuple[LoginResult, str]:
    if transport.is_authenticated():
        return LoginResult.ACCEPTED, "without any password"
    if login is None:
        return LoginResult.NO_CREDENTIALS, ""
    if not {"password", "keyboard-interactive"} & set(methods):
        return LoginResult.NO_PASSWORD_LOGIN, ""
    try:
        more = transport.auth_password(login.username, login.password.reveal())
    except paramiko.AuthenticationException as refusal:
        return LoginResult.REJECTED, str(refusal)
    if more:
        return LoginResult.REJECTED, f"the password alone does not suffice: {', '.join(more)}"
    return LoginResult.ACCEPTED, "with the password of the environment"
