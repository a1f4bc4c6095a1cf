"""Nodes that were not restarted after the security wizard, and go by what it said before."""

from __future__ import annotations

from securemode_lab.faults.fault import Fault, Forgotten

FAULTS: tuple[Fault, ...] = (
    Forgotten(
        name="node-not-restarted",
        turns=("DEPLOY-06",),
        text="the wizard was run again, with the same answers, and a node not restarted after it",
    ),
    Forgotten(
        name="node-goes-by-old-answers",
        turns=("DEPLOY-06", "WIZ-21"),
        text="a node was not restarted after the wizard, and sends no Referrer-Policy as before it",
        answers={"enable_referrer_policy": False},
    ),
)
