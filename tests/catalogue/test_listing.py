"""What `--list-requirements` and `--explain` print."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

from securemode.errors import ConfigurationError
from securemode.listing import explain, requirements_table
from securemode.requirements import Catalogue

COVERED = {
    "WIZ-12": frozenset({"observed"}),
    "WIZ-14": frozenset({"observed", "documented"}),
    "SNMP-01": frozenset({"declared"}),
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load(Path(__file__).parents[2] / "requirements")


def _ids(table: str) -> list[str]:
    return re.findall(r"^[A-Z0-9]+-\d\d", table, re.MULTILINE)


def test_the_whole_table_has_every_row_aligned(catalogue: Catalogue) -> None:
    table = requirements_table(catalogue, COVERED)
    assert _ids(table) == list(catalogue.ids)
    rows = table.split("\n\n")[0].splitlines()
    title = rows[0].index("The host satisfies")
    assert all(row[title - 2 : title] == "  " and row[title] != " " for row in rows)
    assert "115 requirements: 2 covered, 1 partly, 112 uncovered" in table


def test_a_row_marks_the_kinds_that_have_a_scenario(catalogue: Catalogue) -> None:
    rows = requirements_table(catalogue, COVERED, area="WIZ").splitlines()
    assert re.sub(" +", " ", rows[11]) == (
        "WIZ-12 +observed -documented every_node No port accepts TLS below 1.2"
    )


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({"area": "loc"}, ["LOC-01", "LOC-02", "LOC-03"]),
        ({"coverage": "covered"}, ["WIZ-14", "SNMP-01"]),
        ({"coverage": "partly"}, ["WIZ-12"]),
        ({"area": "BACKUP", "kind": "attested"}, ["BACKUP-02"]),
        ({"area": "LOC", "coverage": "covered"}, []),
    ],
)
def test_filters(catalogue: Catalogue, filters: dict[str, str], ids: list[str]) -> None:
    assert _ids(requirements_table(catalogue, COVERED, **filters)) == ids


def test_a_claim_of_a_kind_that_the_row_has_not_covers_nothing(catalogue: Catalogue) -> None:
    table = requirements_table(catalogue, {"CA-01": frozenset({"observed"})}, area="CA")
    assert "0 covered, 0 partly, 3 uncovered" in table


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"area": "FOO"}, 'There is no area "FOO".*HOST, VMRES'),
        ({"kind": "seen"}, 'There is no kind "seen".*observed, declared'),
        ({"coverage": "all"}, 'There is no coverage "all".*covered, partly'),
    ],
)
def test_an_unknown_filter_is_refused(
    catalogue: Catalogue, filters: dict[str, str], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        requirements_table(catalogue, COVERED, **filters)


def test_an_explanation_says_everything(catalogue: Catalogue) -> None:
    text = explain(catalogue, "loc-02", {"LOC-02": frozenset({"declared"})}, ["b", "a"])
    assert text == dedent("""\
        LOC-02  Signalling is marked

        area:         Locations (guide section locations)
        applies to:   location
        expected:     DSCP 40, or the value that the site states
        site value:   site.dscp.signalling
        severity:     low: Calls would be set up late or not at all as soon as the network is full.
        observed:     mark of the nodes' SIP answers and calls; more with allow: [outbound_call]; no
                      scenario yet
        declared:     the setting as the Management API returns it; has a scenario
        remedy:       Enter the DSCP value for signalling in the location.
        interface:    Platform > Locations > DSCP value for signaling
        API:          system_location.signalling_qos
        faults:       a, b""")


def test_no_explanation_is_wider_than_100_columns(catalogue: Catalogue) -> None:
    for row in catalogue:
        text = explain(catalogue, row.id, COVERED)
        assert max(map(len, text.splitlines())) <= 100
        assert row.remedy.interface in " ".join(text.split())


def test_particular_conditions_are_told(catalogue: Catalogue) -> None:
    def said(requirement: str) -> str:
        return " ".join(explain(catalogue, requirement, {}).split())

    assert "where a media flow exists; needs allow: [media_flow]" in said("LOC-01")
    assert "from the node's own link" in said("WIZ-05")
    assert "more with allow: [console]" in said("WIZ-02")
    assert "on request" in said("GLOBAL-16")


def test_an_unknown_id_is_refused(catalogue: Catalogue) -> None:
    with pytest.raises(ConfigurationError, match="did you mean WIZ-"):
        explain(catalogue, "WIZ-99", {})
