"""The transcripts that are recorded: which wizard, how it speaks, what is typed, how it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

from lab.ssh.doubles import PASSWORD
from lab.ssh.typing_plan import INSTALLATION, SECURITY, WEB_PASSWORD, Plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True)
class Recording:
    """One transcript.

    Attributes:
        name: of the file, without its end.
        wizard: "installation" or "security".
        how: what is special, in a sentence.
        runs: of the wizard, one after the other.
        variants: how it speaks.
        columns: width of the terminal.
        saved: as "script", "putty", "raw" or "copied" has it.
        over: "ssh", or the "screen" of the virtual machine.
    """

    name: str
    wizard: str
    how: str
    runs: tuple[Plan, ...]
    variants: Mapping[str, str] = field(default_factory=dict)
    columns: int = 80
    saved: str = "script"
    over: str = "ssh"


INSTALL = Plan(INSTALLATION)
SECURE = Plan(SECURITY)
TALKATIVE = Plan(
    INSTALLATION
    | {
        "error_reports": "YES",
        "contact_email_address": "operator@lab.example",
        "enable_analytics": "yes",
    }
)
CORRECTED = Plan(
    INSTALLATION
    | {
        "hostname": ("mgmt.lab.example", "mgnt\x7f\x7fmt"),
        "domain": ("", "lab..example", "lab.exqmple\x7f\x7f\x7f\x7f\x7fample"),
        "ip": ("198.51.100.300", "wrong\x15198.51.100.10"),
        "mask": ("24", "255.255.254.0"),
        "gw": ("198.51.100.10", "198.51.102.1", "198.51.100.1"),
        "dns": ("dns.lab.example", "198.51.100.3"),
        "pass": ("short", WEB_PASSWORD, "mistyped-password", WEB_PASSWORD),
        "error_reports": ("perhaps", "no"),
        "enable_analytics": ("",),
    }
)
DOUBTFUL = Plan(
    SECURITY
    | {
        "fips_mode": ("maybe", "yxs\x7f\x7fes"),
        "sip_udp_port": ("0", "65536", "5070"),
        "sip_tcp_port": ("5060x", "5061"),
        "sip_tls_port": ("5061", "5062"),
        "web_global_session_limit": ("unlimited", "0"),
        "cca_id": ("two words", "site-cca-7"),
        "resource_priority_prefix": ("drsn", "DSN"),
    }
)
SLIPPED = Plan(SECURITY, passwords=("wrong-password", PASSWORD))


def recordings() -> Iterator[Recording]:
    """All of them."""
    yield from _spoken()
    yield from _installations()
    yield from _security()


def _spoken() -> Iterator[Recording]:
    """Both wizards in every wording, brackets and order."""
    for wording, brackets in product(("guide", "reworded"), ("round", "square")):
        spoken = {"wizard_wording": wording, "wizard_brackets": brackets}
        yield Recording(
            f"installation-{wording}-{brackets}",
            "installation",
            f"wording {wording}, {brackets} brackets",
            (INSTALL if brackets == "round" else TALKATIVE,),
            spoken,
        )
        for order in ("guide", "shuffled"):
            yield Recording(
                f"security-{wording}-{brackets}-order-{order}",
                "security",
                f"wording {wording}, {brackets} brackets, order {order}",
                (SECURE,),
                spoken | {"wizard_order": order},
            )


def _installations() -> Iterator[Recording]:
    interrupted = Plan(INSTALLATION, interrupted_at="gw")
    for name, how, runs, saved, columns, over in (
        ("corrected", "wrong answers are asked again", (CORRECTED,), "putty", 80, "ssh"),
        ("aborted", "Ctrl-C at the gateway", (interrupted,), "script", 80, "ssh"),
        (
            "aborted-at-the-last-question",
            "Ctrl-C where statistics are asked for",
            (Plan(INSTALLATION, interrupted_at="enable_analytics"),),
            "raw",
            80,
            "screen",
        ),
        (
            "aborted-then-completed",
            "Ctrl-C, then again",
            (interrupted, TALKATIVE),
            "raw",
            80,
            "ssh",
        ),
        ("at-the-screen", "from the log-in on", (INSTALL,), "raw", 80, "screen"),
        ("copied", "text of a window", (CORRECTED,), "copied", 80, "screen"),
        ("narrow", "a terminal of 40 columns", (INSTALL,), "script", 40, "ssh"),
        ("narrow-copied", "text of a window of 40 columns", (TALKATIVE,), "copied", 40, "ssh"),
    ):
        yield Recording(f"installation-{name}", "installation", how, runs, {}, columns, saved, over)


def _security() -> Iterator[Recording]:
    asks, unknown = {"wizard_confirm": "yes"}, {"wizard_unknown_question": "yes"}
    refused = Plan(SECURITY, confirmed="NO")
    interrupted = Plan({"fips_mode": "NO"}, interrupted_at="sip_tls_port")
    everything = {
        "wizard_wording": "reworded",
        "wizard_brackets": "square",
        "wizard_order": "shuffled",
        "wizard_confirm": "yes",
        "wizard_unknown_question": "yes",
    }
    old_suites = Plan(SECURITY | {"enable_aes128_sha": "YES"})
    again = Plan({"sip_tls_port": "5071", "enable_fir": "NO"})
    for name, how, runs, variants, columns, saved in (
        ("confirmed", "asks for confirmation", (SECURE,), asks, 80, "putty"),
        ("not-confirmed", "the confirmation is answered NO", (refused,), asks, 80, "script"),
        ("unknown-question", "a question that nobody knows", (SECURE,), unknown, 80, "script"),
        ("everything-otherwise", "every variant at once", (SECURE,), everything, 80, "script"),
        ("defaults", "Return at every question", (Plan(),), {}, 80, "raw"),
        ("corrected", "wrong answers are asked again", (DOUBTFUL,), {}, 80, "script"),
        ("password-mistyped", "the first password is wrong", (SLIPPED,), {}, 80, "putty"),
        ("without-question-19", "question 18 is answered YES", (old_suites,), {}, 80, "raw"),
        ("twice", "the second run shows the first's answers", (SECURE, again), {}, 80, "script"),
        ("aborted", "Ctrl-C at the SIP TLS port", (interrupted,), {}, 80, "script"),
        ("completed-then-aborted", "the first run holds", (SECURE, interrupted), {}, 80, "raw"),
        ("narrow", "a terminal of 40 columns", (SECURE,), {}, 40, "script"),
        ("copied", "text of a window", (DOUBTFUL,), {}, 80, "copied"),
        ("narrow-copied", "text of a window of 40 columns", (SECURE,), {}, 40, "copied"),
    ):
        yield Recording(f"security-{name}", "security", how, runs, variants, columns, saved)
