"""What NTP servers and the nodes' clocks say about NTP-03 and NTP-04."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.observations.ntp import NtpAnswer
from securemode.verdicts import Judgement, Verdict, deviates, holds, unclear

if TYPE_CHECKING:
    from securemode.observations.ntp import (
        NodeClockSeen,
        NtpExchange,
        NtpServerSeen,
        NtpServersSeen,
    )

KEYED = "each NTP server authenticates its answer to the right key, and refuses a wrong one"
NO_WAY = "make sure that port 123 of the NTP servers can be reached from this vantage."
GIVE_THE_KEY = "state the server under site.ntp_servers and its key in credentials.ntp_keys."
RUN_AGAIN = "run again; if it stays so, see whether the server limits how often it is asked."
Said = tuple[Verdict, str, str]
"""Of one server: verdict, what was seen, what to do next."""

_REFUSALS = frozenset({NtpAnswer.SILENT, NtpAnswer.CRYPTO_NAK, NtpAnswer.REFUSED, NtpAnswer.KISS})
_NO_ANSWER = frozenset({NtpAnswer.SILENT, NtpAnswer.REFUSED})


def every_server_authenticates(seen: NtpServersSeen) -> Judgement:
    """NTP-03, over all servers: the worst of what can be said of each, and who it is said of."""
    said = [(server.server, *_of_one(server)) for server in seen.servers]
    for verdict in (Verdict.FAIL, Verdict.INCONCLUSIVE):
        found = [one for one in said if one[1] is verdict]
        if not found:
            continue
        saw = "; ".join(f"{server}: {what}" for server, _, what, _ in found)
        if verdict is Verdict.FAIL:
            return deviates(
                "has NTP servers that do not do with keys what they should",
                expected=KEYED,
                saw=saw,
                next_step=found[0][3],
            )
        return unclear(
            "does not show whether its NTP servers use keys",
            expected=KEYED,
            saw=saw,
            next_step=found[0][3],
        )
    return holds(
        "has NTP servers that authenticate",
        expected=KEYED,
        saw="; ".join(f"{server}: {what}" for server, _, what, _ in said),
    )


def _of_one(seen: NtpServerSeen) -> Said:
    if seen.trouble:
        return Verdict.INCONCLUSIVE, seen.trouble, NO_WAY
    if seen.key_id is None:
        next_step = "set key id and key on the server and on the product, see NTP-02."
        return Verdict.INCONCLUSIVE, "no key id is known of it", next_step
    if seen.right_before is None or seen.wrong is None or seen.right_after is None:
        return Verdict.INCONCLUSIVE, f"the environment gives no key {seen.key_id}", GIVE_THE_KEY
    right = {seen.right_before.answer, seen.right_after.answer}
    if right == {NtpAnswer.AUTHENTICATED}:
        return _to_a_wrong_key(seen.wrong, seen.key_id)
    if NtpAnswer.AUTHENTICATED in right:
        return Verdict.INCONCLUSIVE, "the right key is answered only at times", RUN_AGAIN
    return _without_authentication(seen)


def _to_a_wrong_key(wrong: NtpExchange, key_id: int) -> Said:
    if wrong.answer in _REFUSALS:
        return Verdict.PASS, f"key {key_id} is answered with a MAC, a wrong key with {wrong}", ""
    if wrong.answer is NtpAnswer.GARBAGE:
        return Verdict.INCONCLUSIVE, f"{wrong} in answer to a wrong key", RUN_AGAIN
    next_step = "have the server refuse keys that it does not know."
    return Verdict.FAIL, f"a wrong key is answered with the time ({wrong})", next_step


def _without_authentication(seen: NtpServerSeen) -> Said:
    assert seen.right_before is not None
    assert seen.unkeyed is not None
    answer = seen.right_before
    if answer.answer in _NO_ANSWER and seen.unkeyed.answer in _NO_ANSWER:
        return Verdict.INCONCLUSIVE, "no answer, with a key or without", NO_WAY
    if answer.answer in {NtpAnswer.GARBAGE, NtpAnswer.KISS}:
        return Verdict.INCONCLUSIVE, f"{answer} in answer to key {seen.key_id}", RUN_AGAIN
    what = f"key {seen.key_id} is answered: {answer}"
    return Verdict.FAIL, what, "give the server the same key id and SHA-1 key as the product."


def node_keeps_time(
    clock: NodeClockSeen, servers: NtpServersSeen, *, tolerance_s: float
) -> Judgement:
    """NTP-04: the node's clock is as near to every NTP server's as the site wants.

    Args:
        clock: the node's clock against ours.
        servers: the NTP servers' clocks against ours.
        tolerance_s: how far they may be apart.
    """
    expected = f"within {tolerance_s:g} s of the NTP servers"
    apart = [_apart(clock, server) for server in servers.servers]
    known = [one for one in apart if one is not None]
    if not known:
        return unclear(
            "cannot be compared with any NTP server",
            expected=expected,
            saw="no NTP server that tells the time and says that it is set",
            next_step=NO_WAY,
        )
    saw = "; ".join(f"{least:+.2f} to {most:+.2f} s of {name}" for name, least, most in known)
    near = [max(abs(least), abs(most)) <= tolerance_s for _, least, most in known]
    far = [least > tolerance_s or most < -tolerance_s for _, least, most in known]
    if all(near):
        return holds("keeps time", expected=expected, saw=saw)
    if all(far):
        return deviates("does not keep time", expected=expected, saw=saw)
    if any(far):
        said, next_step = "is near to some NTP servers and not to others", "compare the servers."
    else:
        said, next_step = "is too near to the limit to tell", "run again from nearer by."
    return unclear(said, expected=expected, saw=saw, next_step=next_step)


def _apart(clock: NodeClockSeen, server: NtpServerSeen) -> tuple[str, float, float] | None:
    """Between what the node's clock is ahead of the server's."""
    told = server.time
    if told is None or told.offset_s is None:
        return None
    return (
        server.server,
        clock.least_s - told.offset_s - told.error_s,
        clock.most_s - told.offset_s + told.error_s,
    )
