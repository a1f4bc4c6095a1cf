"""The commands that place and end calls: which node calls, from which service, and whom."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from securemode_lab.appliance import h323_caller, media_sender, sip_caller
from securemode_lab.appliance.api_errors import invalid
from securemode_lab.appliance.calls import Calls, OutboundCall
from securemode_lab.appliance.derive import Kind
from securemode_lab.document import VERSION
from securemode_lab.habits import given_to

if TYPE_CHECKING:
    from collections.abc import Mapping

    from securemode_lab.appliance.api_commands import Body
    from securemode_lab.appliance.api_errors import ApiError
    from securemode_lab.appliance.calls import Place, SendMedia
    from securemode_lab.appliance.resources.fields import Row
    from securemode_lab.deployment import Deployment
    from securemode_lab.member import Member

CALLERS: Mapping[str, Place] = {"sip": sip_caller.place, "h323": h323_caller.place}
"""What places calls, by protocol."""
SEND_MEDIA: SendMedia = media_sender.send
"""What sends the media of a connected SIP call."""

_ROLES = ("guest", "chair")
_DESTINATION = re.compile(
    r"^(?:(?P<scheme>sips?|h323):)?(?P<user>[^@\s]+)@(?P<host>\[[0-9a-fA-F:]+\]|[^:;\s\[\]]+)"
    r"(?::(?P<port>\d{1,5}))?(?P<parameters>(?:;[^;\s]+)*)$"
)
_PORTS = {"tls": 5061, "tcp": 5060, "h323": 1720}
_HIGHEST_PORT = 65535


class Dialling:
    """Places the calls of one deployment.

    Attributes:
        calls: those under way, and the latest that are over.
    """

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self.calls = Calls(CALLERS)

    async def dial(self, body: Body) -> str:
        """Place a call; the participant's id.

        Raises:
            ApiError: 400; there is no such service, node or location, or the rest makes no sense.
        """
        service = self._service(str(body.get("conference_alias") or ""))
        protocol = _one_of(body, "protocol", "sip", self.calls.protocols)
        role = _one_of(body, "role", "guest", _ROLES)
        member = self._caller(body)
        behaviour, copy = member.node.behaviour, member.copy
        assert behaviour is not None
        assert copy is not None
        call = OutboundCall(
            **_parts(str(body["destination"]), protocol),
            alias=str(body["conference_alias"]),
            service=service,
            destination=str(body["destination"]),
            protocol=protocol,
            node=member.node,
            behaviour=behaviour,
            settings=copy.configuration.settings,
            fqdn=copy.configuration.node["alternative_fqdn"] or member.node.nameplate.fqdn,
            location=copy.configuration.location["name"],
            given=given_to(member),
            certificate=member.node.certificate,
            variants=dict(self._deployment.variants),
            version=VERSION,
            role=role,
            send_media=SEND_MEDIA,
        )
        self.calls.begin(call)
        return call.id

    async def disconnect(self, body: Body) -> None:
        """End a call; one that is over stays so.

        Raises:
            ApiError: 400; there was never such a participant.
        """
        try:
            await self.calls.release(str(body["participant_id"]))
        except KeyError:
            raise _wrong("participant_id", "Failed to find participant.", "disconnect") from None

    def rows(self, resource: str) -> list[Row]:
        """What the status resources `participant` and `conference` say."""
        calls = self.calls.under_way
        if resource == "participant":
            return [_participant(call) for call in calls]
        services = {call.service["id"]: call for call in reversed(calls)}
        return [_conference(call) for call in services.values()]

    def described(self) -> list[dict[str, Any]]:
        """Every call that is remembered, with what became of it."""
        return [
            {
                "id": call.id,
                "node": call.node.nameplate.name,
                "destination": call.destination,
                "protocol": call.protocol,
                "state": call.state,
                "reason": call.reason,
                "encryption": call.encryption,
            }
            for call in self.calls.known
        ]

    def _service(self, alias: str) -> Row:
        for row in self._deployment.store.rows("conference"):
            for entry in row["aliases"]:
                if alias and str(entry.get("alias", "")).casefold() == alias.casefold():
                    return row
        raise _wrong("conference_alias", f"Failed to find conference alias '{alias}'.")

    def _caller(self, body: Body) -> Member:
        """The node of that address; without one any of the location, or any at all."""
        nodes = [
            m for m in self._deployment.members if m.kind is Kind.CONFERENCING and m.node.is_on
        ]
        for field in ("system_location", "node"):
            if wanted := body.get(field):
                nodes = [member for member in nodes if wanted == _trait(member, field)]
                if not nodes:
                    raise _wrong(field, f"Failed to find {field.replace('_', ' ')} '{wanted}'.")
        if not nodes:
            raise _wrong("node", "No Conferencing Node is available.")
        return nodes[0]


def _trait(member: Member, field: str) -> Any:
    if field == "node":
        return member.node.attachment.ipv4
    return member.copy.configuration.location["name"] if member.copy else None


def _one_of(body: Body, field: str, default: str, known: tuple[str, ...]) -> str:
    value = body.get(field, default)
    if value not in known:
        raise _wrong(field, f"Value '{value}' is not a valid choice.")
    return str(value)


def _parts(destination: str, protocol: str) -> dict[str, Any]:
    """Host, port, user and transport of a destination.

    Raises:
        ApiError: 400; it is none, or none that is called in this protocol.
    """
    found = _DESTINATION.match(destination)
    schemes = (None, "h323") if protocol == "h323" else (None, "sip", "sips")
    if found is None or found["scheme"] not in schemes:
        raise _wrong("destination", f"'{destination}' is not a valid destination.")
    transport = "h323" if protocol == "h323" else "tls"
    for parameter in found["parameters"].split(";"):
        name, _, value = parameter.partition("=")
        if name.lower() == "transport" and protocol == "sip":
            transport = value.lower()
    if transport not in _PORTS:
        raise _wrong("destination", f"The lab places no calls over '{transport}'.")
    port = int(found["port"] or _PORTS[transport])
    if not 0 < port <= _HIGHEST_PORT:
        raise _wrong("destination", f"'{port}' is not a valid port.")
    host = found["host"].strip("[]")
    return {"host": host, "port": port, "user": found["user"], "transport": transport}


def _wrong(field: str, text: str, command: str = "dial") -> ApiError:
    return invalid(command, {field: [text]})


def _participant(call: OutboundCall) -> Row:
    """A row of `participant`, keyed by UUID."""
    address, port = call.remote or ("", 0)
    node = call.node.attachment.ipv4
    started = call.connect_time
    return {
        "id": call.id,
        "call_uuid": call.id,
        "conference": call.service["name"],
        "connect_time": f"{started:%Y-%m-%dT%H:%M:%S.%f}" if started else None,
        "destination_alias": call.destination,
        "display_name": call.user,
        "encryption": "On" if call.encryption else "Off",
        "has_media": any(stream.remote for stream in call.media),
        "media_node": node,
        "protocol": call.protocol.upper(),
        "remote_address": address,
        "remote_port": port,
        "role": call.role,
        "service_tag": call.service["tag"],
        "service_type": call.service["service_type"],
        "signalling_node": node,
        "source_alias": call.alias,
        "system_location": call.location,
    }


def _conference(call: OutboundCall) -> Row:
    return {
        "id": str(call.service["id"]),
        "name": call.service["name"],
        "service_type": call.service["service_type"],
        "tag": call.service["tag"],
        "is_started": call.connect_time is not None,
    }
