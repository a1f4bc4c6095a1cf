"""Every covered requirement is shown able to fail, by a fault that makes exactly it fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from proof import table
from proof.factory import EXPECTED_ON_FACTORY
from proof.pools import expected, undecided
from proof.questions import COVERED
from securemode_lab.appliance.variants import VARIANTS
from securemode_lab.faults import FAULTS

if TYPE_CHECKING:
    from proof.bench import Verified
    from proof.questions import Proof
    from securemode_lab.faults.fault import Fault

pytestmark = pytest.mark.timeout(3600)  # the last test waits for all labs to be done

LEFT_OUT = {
    "node-accepts-h323": "the lab's site needs H.323, so that a node may answer it",
    "sessions-never-idle": "takes minutes: test_slow.py shows it",
}
RELEVANT = [
    fault
    for fault in FAULTS
    if {*fault.turns, *fault.clouds, *fault.opens} & set(COVERED) and fault.name not in LEFT_OUT
]
ELSEWHERE = {"wizard_unknown_question"}
"""Variants with a test of their own: tests/setups shows that the set-up stops there."""
OTHERWISE = [
    (name, value)
    for name, values in VARIANTS.items()
    for value in values[1:]
    if name not in ELSEWHERE
]
OF_THE_WIZARD = [variant for variant in OTHERWISE if variant[0].startswith("wizard_")]
ON_THE_WIRE = [variant for variant in OTHERWISE if variant not in OF_THE_WIZARD]
NEVER_ALONE: dict[tuple[str, str], str] = {
    ("GLOBAL-16", "observed"): "takes minutes: test_slow.py shows it",
    ("DEPLOY-08", "observed"): "without an Administrator interface nothing else could be seen",
    ("GLOBAL-11", "observed"): "a responder that cannot be reached from here is inconclusive",
}
"""Kinds that no fault makes fail, and why; shown able to fail otherwise."""
GOOD = {"pass", "attested", "not applicable"}


def test_the_secured_lab_is_in_order(secured: Verified) -> None:
    assert set(secured.verdicts) == set(COVERED)
    assert {name: v for name, v in secured.verdicts.items() if v not in GOOD} == {}


@pytest.mark.parametrize("requirement", sorted(COVERED))
def test_every_covered_requirement_has_a_fault(requirement: str) -> None:
    assert any(requirement in {*fault.turns, *fault.opens} for fault in RELEVANT)


def test_what_is_left_out_exists() -> None:
    assert set(LEFT_OUT) <= {fault.name for fault in FAULTS}


@pytest.mark.parametrize("fault", RELEVANT, ids=lambda fault: fault.name)
def test_a_fault_turns_what_it_names_and_nothing_else(
    proof: Proof, secured: Verified, fault: Fault
) -> None:
    seen, pool = proof.with_fault(fault)
    assert seen.turned_since(secured) == expected(pool, COVERED), seen.printed
    for requirement in set(fault.turns) & set(COVERED):
        assert seen.messages[requirement], f"{requirement} fails without saying why"


def test_every_kind_was_seen_to_fail(proof: Proof, factory: Verified) -> None:
    failed = {
        kind
        for seen in (factory, *(proof.with_fault(fault).seen for fault in RELEVANT))
        for kind, verdict in seen.kinds.items()
        if verdict in {"fail", "not reviewed"}
    }
    covered = {(name, kind) for name, kinds in COVERED.items() for kind in kinds}
    assert covered - failed == set(NEVER_ALONE)


def test_the_table_in_the_reports_is_this_proof_s(proof: Proof) -> None:
    shown = table.made((fault, proof.with_fault(fault).seen) for fault in RELEVANT)
    table.keep(shown)
    assert table.of_requirements(table.kept()) == table.of_requirements(shown)


@pytest.mark.parametrize("variant", ON_THE_WIRE, ids="-".join)
def test_a_variant_of_the_product_turns_nothing(
    proof: Proof, secured: Verified, variant: tuple[str, str]
) -> None:
    seen, together = proof.with_variant(variant)
    assert seen.turned_since(secured) == undecided(together), seen.printed


@pytest.mark.parametrize("wizard", OF_THE_WIZARD, ids="-".join)
def test_a_variant_of_the_wizard_changes_nothing(
    proof: Proof, secured: Verified, wizard: tuple[str, str]
) -> None:
    name, value = wizard
    seen = proof.with_wizard(name, value)
    assert seen.turned_since(secured) == {}, seen.printed


def test_factory_fresh_fails_exactly_what_it_should(factory: Verified) -> None:
    deviations = {name: v for name, v in factory.verdicts.items() if v not in GOOD}
    assert deviations == {name: verdict for name, (verdict, _) in EXPECTED_ON_FACTORY.items()}


@pytest.mark.parametrize("requirement", EXPECTED_ON_FACTORY)
def test_every_deviation_of_the_factory_has_a_reason(requirement: str) -> None:
    _, reason = EXPECTED_ON_FACTORY[requirement]
    assert len(reason.split()) > 3


def test_no_secret_of_the_lab_is_written(proof: Proof, secured: Verified) -> None:
    assert secured.verdicts
    for bench in proof.benches:
        written = [path for path in (bench.directory / "reports").rglob("*") if path.is_file()]
        assert written
        for path in written:
            text = path.read_text(encoding="utf-8", errors="replace")
            shown = [
                name for name, forms in bench.secrets().items() if any(f in text for f in forms)
            ]
            assert not shown, f"{path} shows {shown}"
