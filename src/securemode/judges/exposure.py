"""What strangers are offered: GLOBAL-01 to -05, -09, -10 and -13, IPV6-01, -02 and DEPLOY-08."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.observations.exposure import Content, OpenPortsSeen, WebState, shown
from securemode.observations.ports import ClosedPortsSeen, Family, PortState
from securemode.observations.traffic import Service
from securemode.verdicts import deviates, holds, unclear

if TYPE_CHECKING:
    from securemode.observations.exposure import ServicePort, ServicePortsSeen, WebAnswersSeen
    from securemode.verdicts import Judgement

NO_CONTROL = "make sure that the node's web port can be reached from this vantage, and run again."
_FAMILY = {Family.IPV4: "IPv4", Family.IPV6: "IPv6"}
_UNAVAILABLE = frozenset({400, 403, 404, 405, 410, 421, 426, 451})
_UNSERVED = frozenset({403, 404, 410})
_WITHOUT_CONNECTION = frozenset({WebState.SILENT, WebState.REFUSED, WebState.UNREACHABLE})


def protocol_is_as_needed(seen: ServicePortsSeen, *, protocol: str, needed: bool) -> Judgement:
    """GLOBAL-01, -02, -04: where a protocol is needed it answers, and else its ports are silent."""
    if needed:
        return _is_on(seen, protocol)
    return _is_off(seen, protocol)


def _is_on(seen: ServicePortsSeen, protocol: str) -> Judgement:
    """One port that answers is enough: which ones have to is another requirement."""
    expected = f"{protocol} answers"
    saw = shown(seen.ports)
    if any(_answers(port) for port in seen.ports):
        return holds(f"answers {protocol}", expected=expected, saw=saw)
    if not seen.is_controlled:
        return unclear(
            f"answers neither {protocol} nor on its web port",
            expected=expected,
            saw=saw,
            next_step=NO_CONTROL,
        )
    return deviates(f"does not answer {protocol}", expected=expected, saw=saw)


def _answers(port: ServicePort) -> bool:
    """Whether the protocol was spoken; an H.323 entity need not answer enquiries after no call."""
    accepts = port.service is Service.H323 and port.answer != "something else"
    return port.speaks or (accepts and port.state is PortState.OPEN)


def _is_off(seen: ServicePortsSeen, protocol: str) -> Judgement:
    expected = f"silence from every port of {protocol}, which the site does not need"
    loud = [port for port in seen.ports if port.state is PortState.OPEN]
    if loud:
        return deviates(f"listens for {protocol}", expected=expected, saw=shown(loud))
    if refusing := [
        one for one in seen.ports if one.state is not PortState.SILENT and not one.sender
    ]:
        return deviates(
            f"does not listen for {protocol}, but says so",
            expected=expected,
            saw=shown(refusing),
            next_step="have closed ports drop what they get: see WIZ-04.",
        )
    if others := [port for port in seen.ports if port.sender]:
        return unclear(
            f"does not let tell whether it listens for {protocol}",
            expected=expected,
            saw=f"{others[0]} from {others[0].sender}",
            next_step="run from a vantage with nothing in between that rejects packets.",
        )
    if not seen.is_controlled:
        return unclear(
            f"is silent for {protocol}, but on its web port as well",
            expected=expected,
            saw=shown(seen.ports),
            next_step=NO_CONTROL,
        )
    saw = f"{shown(seen.ports)}, while {seen.control_port} accepted before and after"
    return holds(f"is silent for {protocol}", expected=expected, saw=saw)


def only_known_ports_accept(
    seen: OpenPortsSeen | ClosedPortsSeen,
    *,
    known: tuple[int, ...],
    ranges: tuple[tuple[int, int], ...],
) -> Judgement:
    """GLOBAL-09, -10: no port accepts but those of the product and of the site's ranges."""
    where = f"over {_FAMILY[seen.family]}"
    within = " and ".join(f"{start}-{end}" for start, end in ranges)
    expected = f"no open TCP port but {', '.join(map(str, known))} and {within}"
    asked, opened, controls = _asked(seen)
    strange = [
        port
        for port in opened
        if port not in known and not any(start <= port <= end for start, end in ranges)
    ]
    if strange:
        return deviates(
            f"accepts connections on other ports {where}", expected=expected, saw=shown(strange, 10)
        )
    if not controls[0] or controls[1] < controls[0]:
        return unclear(
            f"does not let tell which ports are open {where}",
            expected=expected,
            saw=f"the web port answered {controls[1]} of {controls[0]} times: answers were lost",
            next_step="run again when the network is quiet.",
        )
    return holds(
        f"accepts connections on its known ports only {where}",
        expected=expected,
        saw=f"{shown(opened, 10) or 'none'} open of {asked}",
    )


def _asked(seen: OpenPortsSeen | ClosedPortsSeen) -> tuple[str, tuple[int, ...], tuple[int, int]]:
    """What was asked in words, what is open, and how often the control was asked and answered."""
    if isinstance(seen, OpenPortsSeen):
        return seen.described, seen.open, (seen.controls_asked, seen.controls_answered)
    if seen.every_port is None:
        return "a sample of ports that are never used", (), (0, 0)
    every = seen.every_port
    return f"all {every.asked} TCP ports", every.open, (every.controls_asked, every.controls_open)


def client_api_serves_nothing(seen: WebAnswersSeen) -> Judgement:
    """GLOBAL-05: no path of the client API gives more than "not here", while the web port answers.

    An answer in the API's own form serves, even "conference not found"; so does "method not
    allowed" and a demand to log in: something is there.
    """
    expected = "nothing below /api/client/v2/"
    served = [one for one in seen.answers if _serves(one.status, one.content)]
    if served:
        return deviates("serves the client API", expected=expected, saw=shown(served))
    doubtful = [one for one in seen.answers if not _is_unserved(one.state, one.status)]
    if doubtful or not seen.control.is_alive:
        return unclear(
            "does not let tell whether it serves the client API",
            expected=expected,
            saw=shown([*doubtful, seen.control]),
            next_step=NO_CONTROL,
        )
    return holds("serves nothing of the client API", expected=expected, saw=shown(seen.answers))


def _serves(status: int, content: Content) -> bool:
    is_there = 200 <= status < 300 or status in {401, 405}  # noqa: PLR2004 - HTTP's own classes
    return is_there or (content is Content.CLIENT_API and status != 403)  # noqa: PLR2004


def _is_unserved(state: WebState, status: int) -> bool:
    if state is WebState.ANSWERED:
        return status in _UNSERVED or 300 <= status < 400  # noqa: PLR2004 - redirects
    return state is WebState.CLOSED


def plain_web_only_redirects(seen: WebAnswersSeen) -> Judgement:
    """GLOBAL-13: port 80 gives nothing but a redirect to HTTPS, while the web port answers."""
    expected = "a redirect to HTTPS, or nothing"
    served = [
        one
        for one in seen.answers
        if one.state is WebState.ANSWERED
        and one.status not in _UNAVAILABLE
        and not one.location.lower().startswith("https://")
    ]
    if served:
        doubt = [one for one in served if one.status >= 500]  # noqa: PLR2004 - its own failure
        if len(doubt) == len(served):
            return unclear("fails over plain HTTP", expected=expected, saw=shown(served))
        return deviates("answers over plain HTTP", expected=expected, saw=shown(served))
    if not seen.control.is_alive:
        return unclear(
            "answers neither over plain HTTP nor over HTTPS",
            expected=expected,
            saw=shown([*seen.answers, seen.control]),
            next_step=NO_CONTROL,
        )
    return holds("serves nothing over plain HTTP", expected=expected, saw=shown(seen.answers))


def administrator_interface_is_there(seen: WebAnswersSeen) -> Judgement:
    """DEPLOY-08: the Administrator interface shows its login page, or asks for a certificate.

    Before the installation wizard is complete there is neither. Silence may have other causes.
    """
    expected = "a login page, or a demand for a client certificate"
    last, saw = seen.answers[-1], shown(seen.answers)
    wants_login = last.content is Content.LOGIN_FORM or last.status == 401  # noqa: PLR2004
    wants_certificate = last.state is WebState.WANTS_CERTIFICATE or last.status in {400, 403}
    if wants_login or wants_certificate:
        how = "shows its login page" if wants_login else "asks for a client certificate"
        return holds(f"{how} at the Administrator interface", expected=expected, saw=saw)
    if last.state is WebState.REFUSED or (
        last.state in _WITHOUT_CONNECTION and seen.control.is_alive
    ):
        return deviates("has no Administrator interface", expected=expected, saw=saw)
    if last.state in _WITHOUT_CONNECTION:
        return unclear(
            "does not answer at all",
            expected=expected,
            saw=saw,
            next_step="see on the console whether the installation wizard was completed.",
        )
    return unclear(
        "answers with something else than its login page",
        expected=expected,
        saw=saw,
        next_step="open the address in a browser and see what is there.",
    )


def web_answers_over_ipv6(seen: WebAnswersSeen) -> Judgement:
    """IPV6-01, -02: the web server answers at the IPv6 address, whatever it says."""
    expected = "an HTTPS answer at the IPv6 address"
    (answer,) = seen.answers
    saw = f"{answer} at {answer.address}"
    if answer.is_alive:
        return holds("answers at its IPv6 address", expected=expected, saw=saw)
    is_control = seen.control.address != answer.address
    if answer.state is WebState.UNREACHABLE or not (is_control and seen.control.is_alive):
        return unclear(
            "does not answer at its IPv6 address",
            expected=expected,
            saw=saw,
            next_step="make sure that this vantage has IPv6 and the node is up, and run again.",
        )
    saw += f", while {seen.control.address} answers"
    return deviates("does not answer at its IPv6 address", expected=expected, saw=saw)
