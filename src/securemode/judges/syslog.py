"""What the collector's file says about SYSLOG-02."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.verdicts import deviates, holds, unclear

if TYPE_CHECKING:
    from securemode.observations.syslog import SyslogArrivalSeen
    from securemode.verdicts import Judgement

EXPECTED = "a login attempt shows up at the collector"


def login_attempt_arrives(seen: SyslogArrivalSeen) -> Judgement:
    """SYSLOG-02; without the attempt, our own message or any other shows that the file is right."""
    what = f"{seen.attempt} as {seen.sought}"
    if seen.arrived:
        return holds("sends its log to the collector", expected=EXPECTED, saw=f"{what}: found")
    missed = f"nothing of a try by {what} within {seen.waited_s:g} s"
    controls = ", ".join(
        f"{one.server}: {one.trouble or ('our own message found' if one.arrived else 'not found')}"
        for one in seen.controls
    )
    if any(one.arrived for one in seen.controls) or seen.grew_bytes:
        beside = controls or f"{seen.grew_bytes} bytes of other messages"
        return deviates(
            "does not send its log to the collector",
            expected=EXPECTED,
            saw=f"{missed}, but {beside}",
        )
    return unclear(
        "cannot be shown to send its log: the collector's file does not grow",
        expected=EXPECTED,
        saw=f"{missed}, nor any other message{f' ({controls})' if controls else ''}",
        next_step="state site.syslog_servers, and see that the collector writes to "
        "collectors.syslog_file.",
    )
