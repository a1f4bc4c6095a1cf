"""One SNMPv1 or v2c request: a community is no key, so no engine of pysnmp's is needed for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pysnmp.proto import api

if TYPE_CHECKING:
    from pysnmp.hlapi.v3arch.asyncio import CommunityData


@dataclass(frozen=True, slots=True)
class Response:
    """What came back of one request.

    Attributes:
        received: every datagram, whatever it is.
        status: error-status of the answer to this request.
        variables: its objects and values; None where no datagram was the answer.
    """

    received: list[bytes]
    status: int = 0
    variables: list[tuple[Any, Any]] | None = None


class _Ear(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.came: asyncio.Queue[bytes] = asyncio.Queue()

    def datagram_received(self, data: bytes, _: object) -> None:
        self.came.put_nowait(data)


@dataclass(slots=True)
class _Request:
    module: Any
    community: str
    oid: str
    number: int = field(init=False)
    encoded: bytes = field(init=False)

    def __post_init__(self) -> None:
        pdu, message = self.module.GetRequestPDU(), self.module.Message()
        self.module.apiPDU.set_defaults(pdu)
        self.module.apiPDU.set_varbinds(pdu, [(self.oid, self.module.Null(""))])
        self.module.apiMessage.set_defaults(message)
        self.module.apiMessage.set_community(message, self.community)
        self.module.apiMessage.set_pdu(message, pdu)
        self.number = int(self.module.apiPDU.get_request_id(pdu))
        self.encoded = encoder.encode(message)

    def answered_by(self, datagram: bytes) -> tuple[int, list[tuple[Any, Any]]] | None:
        """Error-status and variables where this is the answer to it."""
        try:
            message, _ = decoder.decode(datagram, asn1Spec=self.module.Message())
            pdu = self.module.apiMessage.get_pdu(message)
        except PyAsn1Error:
            return None
        is_ours = (
            pdu.isSameTypeWith(self.module.GetResponsePDU())
            and int(self.module.apiPDU.get_request_id(pdu)) == self.number
        )
        if not is_ours:
            return None
        status = int(self.module.apiPDU.get_error_status(pdu))
        return status, self.module.apiPDU.get_varbinds(pdu)


async def get(
    where: tuple[str, int], community: CommunityData, oid: str, *, timeout_s: float, retries: int
) -> Response:
    """Ask for one object; what does not answer at once is asked again.

    Args:
        where: address and UDP port.
        community: its name, and with the model the version.
        oid: dotted.
        timeout_s: how long one try may take.
        retries: tries after the first.

    Raises:
        OSError: nothing can be sent there.
    """
    module = api.PROTOCOL_MODULES[int(community.message_processing_model)]
    request = _Request(module, str(community.communityName), oid)
    loop = asyncio.get_running_loop()
    transport, ear = await loop.create_datagram_endpoint(_Ear, remote_addr=where)
    received: list[bytes] = []
    try:
        for _ in range(retries + 1):
            transport.sendto(request.encoded)
            until = loop.time() + timeout_s
            while (left := until - loop.time()) > 0:
                try:
                    received.append(await asyncio.wait_for(ear.came.get(), left))
                except TimeoutError:
                    break
                if answer := request.answered_by(received[-1]):
                    return Response(received, *answer)
    finally:
        transport.close()
    return Response(received)
