"""What a node's SSH service says about GLOBAL-07 and WIZ-02."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.observations.ssh import LoginResult, PortAnswer
from securemode.verdicts import deviates, holds, unclear

if TYPE_CHECKING:
    from securemode.observations.ssh import SshAccessSeen, SshPort
    from securemode.verdicts import Judgement

NO_ANSWER = "no SSH service"
NO_LOGIN = "no login possible"
NO_CONTROL = "make sure that the node's web port can be reached from this vantage, and run again."
NEEDS_CREDENTIALS = "state credentials.os_admin, or switch SSH off on this node."
LOOK_BY_HAND = "switch SSH off on this node, or try to log in by hand."


def ssh_is_off(seen: SshAccessSeen) -> Judgement:
    """GLOBAL-07: port 22 answers on no address of the node."""
    if opened := _opened(seen):
        return deviates(
            f"answers SSH on {seen.port}", expected=NO_ANSWER, saw=_addresses_and_banners(opened)
        )
    if lost := _without_control(seen):
        return _not_told(seen, lost, NO_ANSWER)
    return holds(f"answers no SSH on {seen.port}", expected=NO_ANSWER, saw=_answers(seen))


def no_login_by_ssh(seen: SshAccessSeen) -> Judgement:
    """WIZ-02: nothing listens, or what listens does not let the administrator in.

    A server that takes keys only does not show whether a key would open it: that is unclear.
    """
    if seen.login is None:
        if lost := _without_control(seen):
            return _not_told(seen, lost, NO_LOGIN)
        return holds(
            f"lets nobody in by SSH: nothing answers on {seen.port}",
            expected=NO_LOGIN,
            saw=_answers(seen),
        )
    saw = f"{seen.login.result.value}, methods: {', '.join(seen.login.methods) or 'none seen'}"
    saw += f" ({seen.login.detail})" if seen.login.detail else ""
    match seen.login.result:
        case LoginResult.ACCEPTED:
            return deviates(f"lets the administrator in on {seen.port}", expected=NO_LOGIN, saw=saw)
        case LoginResult.REJECTED:
            return holds(
                f"answers on {seen.port}, but rejects the administrator's password",
                expected=NO_LOGIN,
                saw=saw,
            )
        case LoginResult.NO_CREDENTIALS:
            next_step = NEEDS_CREDENTIALS
        case LoginResult.NO_PASSWORD_LOGIN | LoginResult.NO_SESSION:
            next_step = LOOK_BY_HAND
    return unclear(
        f"answers on {seen.port}; whether a login is possible was not seen",
        expected=NO_LOGIN,
        saw=saw,
        next_step=next_step,
    )


def _opened(seen: SshAccessSeen) -> list[SshPort]:
    return [port for port in seen.ports if port.answer is PortAnswer.OPEN]


def _without_control(seen: SshAccessSeen) -> list[SshPort]:
    """A refusal is an answer of the node's own; any other silence needs the control."""
    return [
        port
        for port in seen.ports
        if port.answer is not PortAnswer.REFUSED and not port.is_controlled
    ]


def _not_told(seen: SshAccessSeen, lost: list[SshPort], expected: str) -> Judgement:
    addresses = ", ".join(port.address for port in lost)
    return unclear(
        f"does not answer on {seen.port}, nor on its web port",
        expected=expected,
        saw=f"no positive control at {addresses}",
        next_step=NO_CONTROL,
    )


def _answers(seen: SshAccessSeen) -> str:
    return ", ".join(f"{port.answer.value} at {port.address}" for port in seen.ports)


def _addresses_and_banners(ports: list[SshPort]) -> str:
    return ", ".join(f"{port.banner or 'an open port'} at {port.address}" for port in ports)
