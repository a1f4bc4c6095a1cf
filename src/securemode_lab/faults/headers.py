"""HTTP answers without the right security headers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from securemode_lab.appliance.behaviour import Headers
from securemode_lab.appliance.derive import Kind
from securemode_lab.faults.fault import Change, Defect, Fault, Misconfiguration

if TYPE_CHECKING:
    from securemode_lab.appliance.derive import NodeBehaviour

_REFERRER = "Referrer-Policy"
_HSTS = "Strict-Transport-Security"


def _with(name: str, value: str | None) -> Change:
    """The node sends `name` with another value, or not at all."""

    def change(behaviour: NodeBehaviour) -> NodeBehaviour:
        kept = tuple(header for header in behaviour.headers.values if header[0] != name)
        sent = kept if value is None else (*kept, (name, value))
        return replace(behaviour, headers=Headers(sent))

    return change


FAULTS: tuple[Fault, ...] = (
    Misconfiguration(
        name="no-referrer-policy",
        turns=("WIZ-21",),
        text="the wizard was told to leave Referrer-Policy out",
        answers={"enable_referrer_policy": False},
    ),
    Defect(
        name="node-sends-no-referrer-policy",
        turns=("WIZ-21",),
        text="a node sends no Referrer-Policy",
        change=_with(_REFERRER, None),
    ),
    Defect(
        name="node-sends-unsafe-referrer-policy",
        turns=("WIZ-21",),
        text="the Management Node sends Referrer-Policy: unsafe-url",
        change=_with(_REFERRER, "unsafe-url"),
        kind=Kind.MANAGEMENT,
    ),
    Misconfiguration(
        name="hsts-preload",
        turns=("WIZ-22",),
        text="the wizard was told to add preload to the HSTS header",
        answers={"enable_hsts_preload": True},
    ),
    Defect(
        name="node-sends-hsts-preload",
        turns=("WIZ-22",),
        text="a node sends preload in its HSTS header",
        change=_with(_HSTS, "max-age=31536000; includeSubDomains; preload"),
    ),
    Defect(
        name="node-sends-no-hsts",
        turns=("WIZ-22",),
        text="the Management Node sends no HSTS header",
        change=_with(_HSTS, None),
        kind=Kind.MANAGEMENT,
    ),
)
