"""PKCS#12 bundles that go in or out in FIPS mode, whose algorithms approve of neither."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from securemode_lab.appliance.derive import Kind
from securemode_lab.faults.fault import Defect, Fault

if TYPE_CHECKING:
    from securemode_lab.appliance.derive import NodeBehaviour


def _taking_bundles(behaviour: NodeBehaviour) -> NodeBehaviour:
    return replace(behaviour, pkcs12_uploads=True)


def _giving_bundles(behaviour: NodeBehaviour) -> NodeBehaviour:
    return replace(behaviour, pkcs12_exports=True)


FAULTS: tuple[Fault, ...] = (
    Defect(
        name="pfx-upload-accepted",
        turns=("WIZ-01",),
        text="the Administrator interface takes a PKCS#12 bundle in FIPS mode",
        change=_taking_bundles,
        kind=Kind.MANAGEMENT,
    ),
    Defect(
        name="pfx-export-works",
        turns=("WIZ-01",),
        text="the Administrator interface exports a certificate as a full PFX file in FIPS mode",
        change=_giving_bundles,
        kind=Kind.MANAGEMENT,
    ),
)
