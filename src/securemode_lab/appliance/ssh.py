"""SSH on port 22 of a node: OpenSSH's face in front of the console (facts, section 4.5).

The appliance runs OpenSSH 9.0p1 without a distribution's suffix in its banner, with AES ciphers and
SHA-2 digests only; in FIPS mode there is neither Curve25519 nor an Ed25519 host key. OpenSSH's own
sntrup761 key exchange is the one thing missing: asyncssh has it only with a library of C code.

Before the first log-in `admin` has no password and is let in without one. The product does that on
the virtual machine's screen; the lab does it here as well, because SSH is what reaches it.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, cast

import asyncssh

from securemode_lab.appliance.console import ADMIN, COMMAND_NOT_FOUND, Console, ConsoleState
from securemode_lab.appliance.wizard_terminal import Ended, Interrupted

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from securemode_lab.appliance.behaviour import Behaviour

BANNER = "OpenSSH_9.0p1"
CIPHERS = (
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
)
MACS = ("hmac-sha2-256", "hmac-sha2-512")
CURVE25519_EXCHANGES = ("curve25519-sha256", "curve25519-sha256@libssh.org")
FIPS_EXCHANGES = (
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512",
    "diffie-hellman-group14-sha256",
)
ED25519 = "ssh-ed25519"
FIPS_SIGNATURES = ("rsa-sha2-512", "rsa-sha2-256", "ecdsa-sha2-nistp256")
USER_AUTHENTICATION = b"ssh-userauth"
LOGIN_TIMEOUT_S = 120
ALIVE_INTERVAL_S = 180
MOST_ATTEMPTS = 6


def generate_host_keys(rsa: asyncssh.SSHKey | None = None) -> tuple[asyncssh.SSHKey, ...]:
    """The host keys of a node: RSA, ECDSA and Ed25519.

    Args:
        rsa: an RSA key to share among nodes, since making one takes a tenth of a second.
    """
    return (
        rsa or asyncssh.generate_private_key("ssh-rsa", key_size=2048),
        asyncssh.generate_private_key("ecdsa-sha2-nistp256"),
        asyncssh.generate_private_key(ED25519),
    )


class SshServer:
    """The SSH server of one node, started and stopped as often as the node is.

    Args:
        console: what a session talks to.
        host_keys: those of the node; in FIPS mode an Ed25519 key among them isn't used.
    """

    def __init__(self, console: Console, host_keys: Sequence[asyncssh.SSHKey]) -> None:
        self._console = console
        self._host_keys = tuple(host_keys)
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._logins = True

    def apply(self, behaviour: Behaviour) -> None:
        """Behave like this at every log-in from now on."""
        self._logins = behaviour.ssh_logins

    async def start(self, sock: socket.socket) -> None:
        """Serve a socket that is bound already; FIPS mode is that of the wizard's answers."""
        fips = self._console.state.answers.fips_mode
        self._acceptor = await asyncssh.listen(
            sock=sock,
            server_factory=self._authenticator,
            process_factory=self._serve,
            server_host_keys=_offered(self._host_keys, fips=fips),
            server_version=BANNER,
            kex_algs=FIPS_EXCHANGES if fips else CURVE25519_EXCHANGES + FIPS_EXCHANGES,
            encryption_algs=CIPHERS,
            mac_algs=MACS,
            compression_algs=("none", "zlib@openssh.com"),
            kbdint_auth=False,
            gss_host=None,
            agent_forwarding=False,
            allow_scp=False,
            login_timeout=LOGIN_TIMEOUT_S,
            keepalive_interval=ALIVE_INTERVAL_S,
            errors="replace",
        )

    async def stop(self) -> None:
        """Close the socket and every connection; safe to call from within a session."""
        if self._acceptor is not None:
            self._acceptor.close()
            self._acceptor = None
        for connection in tuple(self._connections):
            connection.close()

    def _authenticator(self) -> _Authenticator:
        return _Authenticator(self._console.state, self._connections, logins=self._logins)

    async def _serve(self, process: asyncssh.SSHServerProcess[str]) -> None:
        """One session: a shell, or the command that was asked for instead of one."""
        terminal = SshTerminal(process)
        status = 0
        if process.subsystem is not None:
            status = COMMAND_NOT_FOUND
        elif process.command is not None:
            status = await self._console.command(terminal, process.command)
        else:
            await self._console.session(terminal)
        process.exit(status)


def _offered(keys: Sequence[asyncssh.SSHKey], *, fips: bool) -> list[asyncssh.SSHKeyPair]:
    """The host keys with the signatures that OpenSSH makes with them: none of RSA with SHA-1."""
    pairs = asyncssh.load_keypairs(list(keys))
    for pair in pairs:
        offered = FIPS_SIGNATURES if fips else (*FIPS_SIGNATURES, ED25519)
        pair.host_key_algorithms = [
            name for name in map(str.encode, offered) if name in pair.host_key_algorithms
        ]
    return [pair for pair in pairs if pair.host_key_algorithms]


class SshTerminal:
    """The terminal at the other end of an SSH session; without a pty there is nothing to echo."""

    def __init__(self, process: asyncssh.SSHServerProcess[str]) -> None:
        self._process = process
        self._editor = (
            cast("asyncssh.SSHLineEditorChannel", process.channel) if process.term_type else None
        )

    def write(self, text: str) -> None:
        """Send text; on a pty asyncssh turns ends of lines into what a screen needs."""
        self._process.stdout.write(text)

    async def read_line(self, *, echo: bool = True) -> str:
        """The next line; the editor shows at least its end."""
        if self._editor is None or echo:
            return await self._next_line()
        self._editor.set_echo(False)
        try:
            return await self._next_line()
        finally:
            self._editor.set_echo(True)

    async def _next_line(self) -> str:
        while True:
            try:
                line = await self._process.stdin.readline()
            except asyncssh.TerminalSizeChanged:
                continue
            except (asyncssh.BreakReceived, asyncssh.SignalReceived):
                self.write("^C\n")
                raise Interrupted from None
            except (asyncssh.DisconnectError, OSError):
                raise Ended from None
            if not line:
                raise Ended
            return line.rstrip("\r\n")


class _Authenticator(asyncssh.SSHServer):
    """Lets in the system administrator by password, and nobody else by anything."""

    def __init__(
        self,
        state: ConsoleState,
        connections: set[asyncssh.SSHServerConnection],
        *,
        logins: bool,
    ) -> None:
        self._state = state
        self._connections = connections
        self._logins = logins
        self._failures = 0

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Remember the connection, so that a restart can close it."""
        self._connection = conn
        self._connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        del exc
        self._connections.discard(self._connection)

    def begin_auth(self, username: str) -> bool:
        """Whether a password is needed, which nobody has before the first log-in."""
        return not self._logins or username != ADMIN or self._state.os_password is not None

    def public_key_auth_supported(self) -> bool:
        """OpenSSH offers it, although no key is authorised."""
        return True

    def password_auth_supported(self) -> bool:
        """The one way in; asked whenever a refusal is about to be sent.

        Paramiko requests the authentication service anew for its next attempt. OpenSSH grants
        that, while asyncssh would end the connection and has no setting for it.
        """
        self._connection._next_service = USER_AUTHENTICATION  # noqa: SLF001 - as said above
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """Whether this is the administrator's password and of any use; root's never is."""
        expected = self._state.os_password or ""
        right = hmac.compare_digest(password.encode(), expected.encode())
        if self._logins and username == ADMIN and expected and right:
            return True
        self._failures += 1
        if self._failures == MOST_ATTEMPTS:
            raise asyncssh.ProtocolError("Too many authentication failures")
        return False
