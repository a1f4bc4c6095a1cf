"""GET, GETNEXT, GETBULK and SET on a MIB (RFC 3416, 4.2), and how SNMPv1 words the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode_lab.appliance.snmp_counts import Count
from securemode_lab.appliance.snmp_pdu import ErrorStatus, Pdu, PduType, VarBind

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator

    from securemode_lab.appliance.snmp_mib import Mib

LARGEST_DATAGRAM_BYTES = 65507
ENVELOPE_BYTES = 256
"""What surrounds the variable bindings at most: headers, security parameters, padding."""

V1_STATUS = {
    ErrorStatus.NO_ACCESS: ErrorStatus.NO_SUCH_NAME,
    ErrorStatus.NOT_WRITABLE: ErrorStatus.NO_SUCH_NAME,
    ErrorStatus.WRONG_TYPE: ErrorStatus.BAD_VALUE,
    ErrorStatus.WRONG_LENGTH: ErrorStatus.BAD_VALUE,
}
"""What stands in SNMPv1 for an error that came with SNMPv2 (RFC 3584, section 4.4)."""


class Commands:
    """Performs requests on a MIB and counts them."""

    def __init__(self, mib: Mib, counts: Counter[Count], *, writable: bool) -> None:
        self._mib = mib
        self._counts = counts
        self._writable = writable

    def perform(self, request: Pdu, largest_bytes: int = LARGEST_DATAGRAM_BYTES) -> Pdu:
        """The response to a request, no larger than the asker takes.

        Args:
            request: one for which `PduType.is_request` holds.
            largest_bytes: the largest message that the asker takes, its envelope included.
        """
        room = min(largest_bytes, LARGEST_DATAGRAM_BYTES) - ENVELOPE_BYTES
        match request.kind:
            case PduType.GET:
                self._count_reading(Count.GET_REQUESTS, request)
                return _within(room, request, self._each(request, self._mib.get))
            case PduType.GET_NEXT:
                self._count_reading(Count.GET_NEXT_REQUESTS, request)
                return _within(room, request, self._each(request, self._mib.after))
            case PduType.GET_BULK:
                self._count_reading(Count.GET_NEXT_REQUESTS, request)
                return request.answered(tuple(_as_many_as_fit(self._bulk(request), room)))
            case _:
                self._counts[Count.SET_REQUESTS] += 1
                return self._set(request)

    def perform_v1(self, request: Pdu) -> Pdu:
        """The same as SNMPv1 words it: an error names what is missing, there are no exceptions."""
        response = self.perform(request)
        for index, varbind in enumerate(response.varbinds, start=1):
            if varbind.value.is_exception:
                return request.refused(ErrorStatus.NO_SUCH_NAME, index)
        status = ErrorStatus(response.status)
        return (
            request.refused(V1_STATUS.get(status, status), response.index) if status else response
        )

    def _count_reading(self, count: Count, request: Pdu) -> None:
        self._counts[count] += 1
        self._counts[Count.VARIABLES_READ] += len(request.varbinds)

    @staticmethod
    def _each(request: Pdu, read: Callable[[tuple[int, ...]], VarBind]) -> tuple[VarBind, ...]:
        return tuple(read(varbind.oid) for varbind in request.varbinds)

    def _bulk(self, request: Pdu) -> Iterator[VarBind]:
        """The objects after each of the first names once, and after the others again and again."""
        single = max(0, request.status)
        yield from (self._mib.after(varbind.oid) for varbind in request.varbinds[:single])
        names = [varbind.oid for varbind in request.varbinds[single:]]
        for _ in range(max(0, request.index)):
            row = [self._mib.after(name) for name in names]
            yield from row
            if all(varbind.value.is_exception for varbind in row):
                return
            names = [varbind.oid for varbind in row]

    def _set(self, request: Pdu) -> Pdu:
        """Write all of the values or none; who may only read is told so at the first."""
        for index, varbind in enumerate(request.varbinds, start=1):
            objection = self._mib.objection(varbind) if self._writable else ErrorStatus.NO_ACCESS
            if objection is not None:
                return request.refused(objection, index)
        for varbind in request.varbinds:
            self._mib.put(varbind)
        self._counts[Count.VARIABLES_WRITTEN] += len(request.varbinds)
        return request.answered(request.varbinds)


def _within(room: int, request: Pdu, varbinds: tuple[VarBind, ...]) -> Pdu:
    if sum(len(varbind.encode()) for varbind in varbinds) > room:
        return Pdu(PduType.RESPONSE, request.request_id, ErrorStatus.TOO_BIG, 0, ())
    return request.answered(varbinds)


def _as_many_as_fit(varbinds: Iterator[VarBind], room: int) -> Iterator[VarBind]:
    for varbind in varbinds:
        room -= len(varbind.encode())
        if room < 0:
            return
        yield varbind
