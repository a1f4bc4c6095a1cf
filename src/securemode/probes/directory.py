"""Binds to the administrators' directory with the site's details, and looks for mapped groups."""

from __future__ import annotations

import contextlib
import ssl
import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import dns.exception
import dns.message
import dns.query
import dns.rdatatype

from securemode.errors import Refused, UnexpectedAnswer, Unsupported
from securemode.observations.directory import (
    DirectoryBindSeen,
    DirectoryGroup,
    DirectoryGroupsSeen,
    GroupState,
    Secured,
)
from securemode.probes.probe import Connection
from securemode.probes.services import (
    DNS_PORT,
    address_of,
    api_connection,
    configured,
    is_address,
    no_connection,
)
from securemode.probes.wire import ldap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.probes.probe import Access
    from securemode.targets import Deployment

LDAPS_PORT, LDAP_PORT = 636, 389
_ATTRIBUTES = ("objectClass", "cn", "sAMAccountName", "objectSid")
_GROUP_CLASSES = frozenset({"group", "groupofnames", "groupofuniquenames", "posixgroup"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryBind:
    """Whether the directory accepts the bind details of the site over TLS.

    Attributes:
        target: the deployment.
        server: FQDN or domain, as the product is told.
        bind_username: with which the product binds.
        base_dn: where its searches begin.

    Source: guide, section "Configure LDAP authentication"; RFC 4511, RFC 4513.
    """

    name: ClassVar[str] = "directory-bind"
    observes: ClassVar[type] = DirectoryBindSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1

    target: Deployment
    server: str
    bind_username: str
    base_dn: str

    def connections(self) -> tuple[Connection, ...]:
        """One with TLS; where that port is closed, one that begins TLS later."""
        return _connections(self.target, self.server)

    def look(self, access: Access) -> DirectoryBindSeen:
        """Connect, verify, bind, read the base DN.

        Raises:
            Refused, TimedOut, Unreachable: there is no connection.
            UnexpectedAnswer: what answers is no directory, or the name leads nowhere.
        """
        with contextlib.ExitStack() as stack:
            return _bound(self, access, stack)[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryGroups:
    """What the directory says of every group that the product maps to a role.

    Attributes are those of `DirectoryBind`.

    Source: guide, section "Configure LDAP role mappings"; MS-DTYP 2.4.2.4 (well-known SIDs).
    """

    name: ClassVar[str] = "directory-groups"
    observes: ClassVar[type] = DirectoryGroupsSeen
    intrusive: ClassVar[str | None] = None
    simultaneous: ClassVar[int] = 1
    identity: ClassVar[frozenset[str]] = frozenset({"groups.sid"})

    target: Deployment
    server: str
    bind_username: str
    base_dn: str

    def connections(self) -> tuple[Connection, ...]:
        """As for the bind, and the API for the mappings."""
        return (api_connection(self.target), *_connections(self.target, self.server))

    def look(self, access: Access) -> DirectoryGroupsSeen:
        """Read the mappings from the product, then every group from the directory.

        Raises:
            CannotLook: as for the bind, or the API does not tell the mappings.
            UnexpectedAnswer: nothing is mapped, or the bind is refused.
        """
        mapped = list(dict.fromkeys(_mapped(access)))
        if not mapped:
            raise UnexpectedAnswer("no LDAP group is mapped to a role.", remedy="see LDAP-04.")
        with contextlib.ExitStack() as stack:
            directory, seen = _bound(self, access, stack)
            if directory is None or not seen.bound:
                raise UnexpectedAnswer(
                    f"{self.server} cannot be asked for groups: "
                    f"{seen.trouble or seen.answer or 'the bind is refused'}.",
                    remedy="see LDAP-02.",
                )
            with _of_ours(f"{self.server}: reading groups"):
                groups = tuple(_group(directory, dn) for dn in mapped)
        return DirectoryGroupsSeen(bind=seen, groups=groups)


def _connections(target: Deployment, server: str) -> tuple[Connection, ...]:
    node = target.management
    return (
        Connection("tls", server, str(node.port(LDAPS_PORT)), 1),
        Connection("tls", server, str(node.port(LDAP_PORT)), 1),
    )


def _mapped(access: Access) -> Iterator[str]:
    """DNs of groups, from whichever resource this version has."""
    if rows := configured(access, "role_mapping"):
        yield from (str(row["value"]) for row in rows if row.get("source", "LDAP") == "LDAP")
    else:
        yield from (str(row["ldap_group_dn"]) for row in configured(access, "ldap_role"))


@contextlib.contextmanager
def _of_ours(what: str) -> Iterator[None]:
    """Turns what goes wrong on the wire into our errors."""
    try:
        yield
    except ldap.NotLdap as error:
        raise UnexpectedAnswer(f"{what}: the answer is no LDAP ({error}).") from error
    except OSError as error:
        raise no_connection(what, error) from error


def _bound(
    probe: DirectoryBind | DirectoryGroups, access: Access, stack: contextlib.ExitStack
) -> tuple[ldap.Directory | None, DirectoryBindSeen]:
    """Open, secure, bind and find the base; without TLS that is trusted no password is sent."""
    password = access.environment.credentials.ldap_bind_password
    if password is None:
        raise Unsupported("the environment gives no credentials.ldap_bind_password.")
    with _of_ours(f"{probe.server}: LDAP"):
        directory, seen = _secured(probe, access, stack)
        if directory is None:
            return None, seen
        bound = directory.bind(probe.bind_username, password.reveal())
        if bound.code != ldap.SUCCESS:
            return directory, replace(seen, bound=False, answer=_words(bound))
        found, _ = directory.read(probe.base_dn, ("objectClass",))
        return directory, replace(
            seen,
            bound=True,
            base_found=found.code == ldap.SUCCESS,
            answer="" if found.code == ldap.SUCCESS else _words(found),
        )


def _words(result: ldap.Result) -> str:
    known = {
        ldap.INVALID_CREDENTIALS: "invalid credentials",
        ldap.NO_SUCH_OBJECT: "no such object",
        ldap.REFERRAL: "referral to another server",
    }
    said = known.get(result.code, f"result code {result.code}")
    return f"{said} ({result.message[:120]})" if result.message else said


def _secured(
    probe: DirectoryBind | DirectoryGroups, access: Access, stack: contextlib.ExitStack
) -> tuple[ldap.Directory | None, DirectoryBindSeen]:
    """A connection with TLS that is trusted, or why there is none."""
    host = _host(probe.server, access)
    address = address_of(host, access)
    node, timeout_s = probe.target.management, access.timeout_s
    try:
        directory = stack.enter_context(ldap.Directory(address, node.port(LDAPS_PORT), timeout_s))
        seen = DirectoryBindSeen(
            server=probe.server, port=LDAPS_PORT, secured=Secured.LDAPS, trusted=True
        )
    except ConnectionRefusedError:
        directory = stack.enter_context(ldap.Directory(address, node.port(LDAP_PORT), timeout_s))
        seen = DirectoryBindSeen(
            server=probe.server, port=LDAP_PORT, secured=Secured.START_TLS, trusted=True
        )
        started = directory.start_tls()
        if started.code != ldap.SUCCESS:
            trouble = f"port {LDAPS_PORT} is closed and StartTLS is refused: {_words(started)}"
            return None, replace(seen, secured=Secured.NOT, trusted=False, trouble=trouble)
    try:
        directory.secure(_context(access), host)
    except ssl.SSLCertVerificationError as error:
        return None, replace(seen, trusted=False, trouble=error.verify_message)
    except ssl.SSLError as error:
        trouble = f"TLS fails ({error.reason or error})"
        return None, replace(seen, secured=Secured.NOT, trusted=False, trouble=trouble)
    except ConnectionError as error:
        raise Refused(f"{probe.server}: hangs up instead of TLS.") from error
    return directory, seen


def _context(access: Access) -> ssl.SSLContext:
    """Trusts the site's CA alone, where one is stated; the name has to fit."""
    context = ssl.create_default_context(cafile=access.environment.trust.ca_file)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _host(server: str, access: Access) -> str:
    """The host to ask: the server itself, or where the SRV record of the domain leads."""
    if is_address(server):
        return server
    port = access.deployment.management.port(DNS_PORT)
    for resolver in filter(is_address, access.environment.site.dns_servers):
        query = dns.message.make_query(f"_ldap._tcp.{server}", "SRV")
        try:
            answer, _ = dns.query.udp_with_fallback(
                query, resolver, timeout=access.timeout_s, port=port
            )
        except (dns.exception.DNSException, OSError, EOFError, ValueError):
            continue
        found = [
            item for rrset in answer.answer if rrset.rdtype == dns.rdatatype.SRV for item in rrset
        ]
        if found:
            best = min(found, key=lambda item: (item.priority, -item.weight))
            return str(best.target).rstrip(".")
        break
    return server


def _group(directory: ldap.Directory, dn: str) -> DirectoryGroup:
    result, entry = directory.read(dn, _ATTRIBUTES)
    if entry is None:
        missing = result.code in {ldap.NO_SUCH_OBJECT, ldap.SUCCESS}
        return DirectoryGroup(dn=dn, state=GroupState.MISSING if missing else GroupState.HIDDEN)
    texts = {
        name: tuple(value.decode("utf-8", "replace") for value in values)
        for name, values in entry.attributes.items()
        if name != "objectsid"
    }
    classes = {value.lower() for value in texts.get("objectclass", ())}
    sids = entry.attributes.get("objectsid", ())
    return DirectoryGroup(
        dn=dn,
        state=GroupState.FOUND if classes & _GROUP_CLASSES else GroupState.NO_GROUP,
        names=tuple(dict.fromkeys((*texts.get("cn", ()), *texts.get("samaccountname", ())))),
        sid=sid_text(sids[0]) if sids else "",
    )


def sid_text(value: bytes) -> str:
    """An objectSid as text, S-1-5-21-…; empty where the bytes are none.

    Some directories give it as text already.
    """
    if value.startswith(b"S-1-"):
        return value.decode("ascii", "replace")
    if len(value) < 8 or len(value) != 8 + 4 * value[1]:  # noqa: PLR2004 - MS-DTYP 2.4.2.2
        return ""
    parts = struct.unpack(f"<{value[1]}I", value[8:])
    return "-".join(map(str, ("S", value[0], int.from_bytes(value[2:8]), *parts)))
