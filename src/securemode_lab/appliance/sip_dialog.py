"""What the calling side says in one call: requests with their header fields, and its answers.

Source: RFC 3261, sections 8.1, 12.2, 13.2; RFC 4412 (Resource-Priority); the facts, A.2 (15, 16).
How the product writes its CCA-ID and its Resource-Priority is not public; the variants choose.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from securemode_lab.appliance.sip import ALLOW
from securemode_lab.appliance.sip_messages import Message, written

if TYPE_CHECKING:
    from securemode_lab.appliance.calls import OutboundCall
    from securemode_lab.appliance.sip import Header

AGENT = "Pexip Infinity Conferencing Platform"
_COPIED = {"via": "Via", "from": "From", "to": "To", "call-id": "Call-ID", "cseq": "CSeq"}
_PRIORITIES = {
    "domain": "{prefix}-000000.0",
    "bare": "{prefix}.0",
    "named": "{prefix}.routine",
}
_CCA_IDS = {
    "uri": ("{address};cca-id={value}", ""),
    "header": ("{address}", ";cca-id={value}"),
    "quoted": ("{address}", ';cca-id="{value}"'),
}
"""What stands inside and behind the angle brackets."""


class Dialog:
    """The sentences of one call.

    Args:
        call: whose they are.
        own: address and port from which the node speaks.
    """

    def __init__(self, call: OutboundCall, own: tuple[str, int]) -> None:
        self._call = call
        self._host = f"[{own[0]}]" if ":" in own[0] else own[0]
        self._port = own[1]
        self._id = f"{secrets.token_hex(16)}@{self._host}"
        self._tag = secrets.token_hex(8)
        self._branch = _branch()
        self._number = 1
        peer = f"[{call.host}]" if ":" in call.host else call.host
        self._destination = f"sip:{call.user}@{peer}:{call.port};transport={call.transport}"
        self._to = f"<sip:{call.user}@{peer}>"
        self._target = self._destination
        self._route: list[Header] = []

    def invite(self, offer: bytes) -> bytes:
        """The call itself."""
        headers = [
            *self._common("INVITE", self._branch),
            ("Contact", self._contact()),
            ("Allow", ALLOW),
            ("Supported", "replaces, timer"),
            *self._priority(),
            ("Content-Type", "application/sdp"),
        ]
        return written(f"INVITE {self._destination} SIP/2.0", headers, offer)

    def cancel(self) -> bytes:
        """Withdrawal of the INVITE, in its own transaction (section 9.1)."""
        return written(f"CANCEL {self._destination} SIP/2.0", self._common("CANCEL", self._branch))

    def acknowledge(self, accepted: Message) -> bytes:
        """The ACK to a 2xx, a transaction of its own; from here on there is a dialog."""
        self._to = accepted.value("to")
        self._target = accepted.address or self._destination
        self._route = [("Route", value) for value in reversed(accepted.values("record-route"))]
        headers = [*self._common("ACK", _branch()), *self._route, *self._priority()]
        return written(f"ACK {self._target} SIP/2.0", headers)

    def acknowledge_refusal(self, refusal: Message) -> bytes:
        """The ACK to any other final answer, which belongs to the INVITE (section 17.1.1.3)."""
        self._to = refusal.value("to")
        headers = [*self._common("ACK", self._branch), *self._priority()]
        return written(f"ACK {self._destination} SIP/2.0", headers)

    def bye(self) -> bytes:
        """The end of the call."""
        self._number += 1
        headers = [*self._common("BYE", _branch()), *self._route, *self._priority()]
        return written(f"BYE {self._target} SIP/2.0", headers)

    def answer(self, request: Message) -> bytes | None:
        """The answer to a request of the peer, of which a new offer is declined; None to an ACK."""
        if request.method == "ACK":
            return None
        status = "488 Not Acceptable Here" if request.method == "INVITE" else "200 OK"
        headers = [
            (written_name, value)
            for name, written_name in _COPIED.items()
            for value in request.values(name)
        ]
        return written(f"SIP/2.0 {status}", [*headers, ("Allow", ALLOW), self._agent])

    def is_answer(self, message: Message, method: str) -> bool:
        """Whether it answers our latest request of that method."""
        number = "1" if method == "INVITE" else str(self._number)
        return bool(message.status) and message.sequence == (number, method)

    @property
    def _agent(self) -> Header:
        return "User-Agent", f"{AGENT}/{self._call.version}"

    def _common(self, method: str, branch: str) -> list[Header]:
        via = f"SIP/2.0/{self._call.transport.upper()} {self._host}:{self._port}"
        name = self._call.service["name"].replace("\\", "").replace('"', "")
        return [
            ("Via", f"{via};branch={branch};rport"),
            ("Max-Forwards", "70"),
            ("From", f'"{name}" <{self._own()}>;tag={self._tag}'),
            ("To", self._to),
            ("Call-ID", self._id),
            ("CSeq", f"{1 if method in ('ACK', 'CANCEL') else self._number} {method}"),
            self._agent,
        ]

    def _own(self) -> str:
        alias = self._call.alias
        return f"sip:{alias}" if "@" in alias else f"sip:{alias}@{self._call.fqdn}"

    def _contact(self) -> str:
        """Where the peer reaches the node: over TLS by its configured name (facts, A.1)."""
        user = self._call.alias.partition("@")[0]
        behaviour, is_tls = self._call.behaviour, self._call.transport == "tls"
        port = behaviour.sip_tls if is_tls else behaviour.sip_tcp
        host = self._call.fqdn if is_tls else self._host
        address = f"sip:{user}@{host}:{port};transport={self._call.transport}"
        assert behaviour.outbound is not None
        value = behaviour.outbound.cca_id
        if not value:
            return f"<{address}>"
        inside, behind = _CCA_IDS[self._call.variants["cca_id_form"]]
        return f"<{inside.format(address=address, value=value)}>{behind.format(value=value)}"

    def _priority(self) -> list[Header]:
        assert self._call.behaviour.outbound is not None
        prefix = self._call.behaviour.outbound.resource_priority
        if not prefix:
            return []
        form = _PRIORITIES[self._call.variants["resource_priority_form"]]
        return [("Resource-Priority", form.format(prefix=prefix))]


def _branch() -> str:
    return f"z9hG4bK{secrets.token_hex(12)}"
