"""The catalogue holds every row of the requirements, and its loader refuses what is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import BaseModel

from securemode.environment.models import Permission, Site
from securemode.errors import ConfigurationError
from securemode.requirements import AREAS, Catalogue, Kind

if TYPE_CHECKING:
    from collections.abc import Callable

DIRECTORY = Path(__file__).parents[2] / "requirements"

SCOPES = {
    "dep": "deployment",
    "mgmt": "management_node",
    "conf": "conferencing_node",
    "node": "every_node",
    "loc": "location",
    "vm": "virtual_machine",
    "host": "host",
    "store": "datastore",
}
KINDS = {"o": "observed", "d": "declared", "r": "documented", "a": "attested"}

# Ids, then scope and kinds: o is observed, d declared, r documented (on record), a attested.
ROWS = """
HOST    01 host da  02 host d   03 host d   04 host d
VMRES   01 vm d     02 vm d     03 vm d     04 vm d     05 vm d     06 vm d     07 vm d
VMRES   08 vm d     09 store d
BIOS    01 vm da    02 vm da    03 vm oa    04 vm d
DEPLOY  01 mgmt d   02 conf d   03 dep dr   04 dep dr   05 mgmt o   06 conf dr  07 mgmt r
DEPLOY  08 mgmt or
WIZ     01 node or  02 node ora 03 node or  04 node or  05 node or  06 node or  07 conf or
WIZ     08 conf or  09 conf or  10 mgmt or  11 mgmt or  12 node or  13 conf or  14 node or
WIZ     15 conf or  16 conf or  17 conf or  18 node or  19 conf or  20 conf or  21 node or
WIZ     22 node or  23 conf or  24 node or  25 conf or
CERT    01 node od  02 node od  03 node od  04 node o   05 node d   06 node od  07 node o
CA      01 dep d    02 dep d    03 dep d
IPV6    01 mgmt od  02 conf od
GLOBAL  01 conf od  02 conf od  03 dep d    04 conf od  05 conf od  06 node od  07 node od
GLOBAL  08 conf od  09 conf od  10 conf od  11 dep od   12 conf od  13 node od  14 mgmt od
GLOBAL  15 mgmt d   16 mgmt od
ROLE    01 dep od   02 dep od   03 dep od
LDAP    01 dep d    02 dep od   03 dep d    04 dep d    05 dep od
CBA     01 dep d    02 mgmt o   03 mgmt o   04 mgmt o
LAST    01 dep d    02 dep d    03 mgmt o   04 dep a
DNS     01 dep d    02 dep o
NTP     01 dep d    02 dep d    03 dep o    04 node o
SYSLOG  01 dep d    02 dep o
SNMP    01 node d   02 node od  03 node d   04 node o   05 node o
LOC     01 loc od   02 loc od   03 loc od
CONT    01 dep d    02 dep a   03 dep d
BACKUP  01 dep d    02 dep a
"""

INTRUSIVE = {
    "web_sessions": {"WIZ-10", "WIZ-11"},
    "snmp_write": {"SNMP-05"},
    "outbound_call": {
        *("WIZ-13", "WIZ-15", "WIZ-16", "WIZ-17", "WIZ-19", "WIZ-20", "WIZ-23", "WIZ-25"),
        *("GLOBAL-08", "GLOBAL-12"),
    },
    "console": {"BIOS-03"},
    "icmpv6": {"WIZ-03"},
    "restart": {"WIZ-06"},
    "media_flow": {"LOC-01"},
}


def expected() -> dict[str, tuple[str, set[str]]]:
    """Id to scope and kinds."""
    rows = {}
    for line in ROWS.split("\n"):
        area, *rest = line.split() or [""]
        for number, scope, kinds in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
            rows[f"{area}-{number}"] = SCOPES[scope], {KINDS[kind] for kind in kinds}
    return rows


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue.load(DIRECTORY)


def test_every_row_is_there_in_order_and_no_other(catalogue: Catalogue) -> None:
    assert list(catalogue.ids) == list(expected())
    assert len(catalogue) == 115
    assert (
        list(dict.fromkeys(row.area for row in catalogue)) == list(AREAS) == list(catalogue.areas)
    )


def test_every_row_has_its_scope_and_its_kinds(catalogue: Catalogue) -> None:
    found = {row.id: (str(row.applies_to), set(row.kinds)) for row in catalogue}
    assert found == expected()


@pytest.mark.parametrize("permission", Permission)
def test_intrusive_kinds_name_their_permission(
    catalogue: Catalogue, permission: Permission
) -> None:
    rows = {row.id for row in catalogue for v in row.kinds.values() if v.intrusive is permission}
    assert rows == INTRUSIVE.get(permission, set())


def test_what_is_seen_on_the_link_says_so(catalogue: Catalogue) -> None:
    rows = {row.id for row in catalogue for v in row.kinds.values() if v.vantage == "on-link"}
    assert rows == {"WIZ-03", "WIZ-05", "WIZ-06"}
    assert catalogue.row("GLOBAL-16").kinds["observed"].on_request


def test_every_value_of_the_site_is_judged_by_a_row(catalogue: Catalogue) -> None:
    judged = {row.site for row in catalogue if row.site}
    values = {
        f"{name}.{key}" if isinstance(value, BaseModel) and name not in judged else name
        for name, value in Site()
        for key in (type(value).model_fields if isinstance(value, BaseModel) else "-")
    }
    assert values - judged == {"protocols.sip_udp"}, "GLOBAL-01 judges it along with SIP"
    assert judged <= values


def test_remedies_of_the_wizard_restart_the_conferencing_nodes(catalogue: Catalogue) -> None:
    for row in catalogue:
        if row.area == "WIZ":
            question, _, answer = row.remedy.wizard.rpartition(": ")
            assert f'answer "{question}" with {answer}' in row.remedy.text
            assert "restart every Conferencing Node" in row.remedy.text


def test_every_answer_of_the_wizard_is_the_expected_one(catalogue: Catalogue) -> None:
    answers = {
        row.id: row.remedy.wizard.rpartition(": ")[2]
        for row in catalogue
        if row.area == "WIZ" and row.expected in {"YES", "NO"}
    }
    assert answers == {row: catalogue.row(row).expected for row in answers}
    secure_yes = {row for row, answer in answers.items() if answer == "YES"}
    assert secure_yes == {f"WIZ-{n}" for n in ("01", "02", "04", "17", "21", "23", "24")}
    assert len(answers) == 18


def test_texts_are_whole_and_of_one_line(catalogue: Catalogue) -> None:
    for row in catalogue:
        assert not row.title.endswith("."), row.id
        assert row.why.endswith("."), row.id
        assert row.remedy.text.endswith("."), row.id
        assert row.title[0].isupper(), row.id
        assert "\n" not in row.title + row.expected + row.why, row.id
    assert len({row.title for row in catalogue}) == 115


def test_a_row_is_found_in_either_case(catalogue: Catalogue) -> None:
    assert catalogue.row("wiz-14") is catalogue.row("WIZ-14")


def test_an_unknown_id_names_the_nearest(catalogue: Catalogue) -> None:
    with pytest.raises(ConfigurationError, match=r'no requirement "GLOBL-01".*GLOBAL-01'):
        catalogue.row("GLOBL-01")
    with pytest.raises(ConfigurationError, match="--list-requirements"):
        catalogue.row("???")


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[str, str, str], list[str]]:
    """What is said of the catalogue after one text of one file has been replaced."""

    def change(file: str, old: str, new: str) -> list[str]:
        directory = tmp_path / "requirements"
        shutil.copytree(DIRECTORY, directory)
        path = directory / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(ConfigurationError) as caught:
            Catalogue.load(directory)
        return str(caught.value).splitlines()

    return change


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("snmp", "severity: high", "severity: hihg", 'severity: is "hihg", which is not known'),
        ("snmp", "  SNMP-02:", "  SNMP-01:", "requirements.SNMP-01: is stated again, first"),
        ("snmp", "  SNMP-02:", "  SMTP-02:", "requirements.SMTP-02: is no id of the area SNMP"),
        ("loc", "site: mtu_bytes", "site: mtu", 'LOC-03.site: names "mtu", which site: does'),
        ("loc", "site: mtu_bytes", "site: mtu_bytes.x", 'names "mtu_bytes.x", which site:'),
        ("loc", "observed:", "observd:", 'LOC-01.kinds.observd: names the kind "observd"'),
        ("loc", "intrusive: media_flow", "intrusive: yes", 'intrusive: is "yes", which is'),
        ("loc", "applies_to: location", "applies_to: place", 'applies_to: is "place", which'),
        ("cont", "section: contingency", "section: contingncy", 'write "contingency"'),
        ("backup", "    severity: medium\n", "", "BACKUP-01.severity: is missing"),
        ("backup", "text: Store", "txt: Store", "is not a known key"),
        ("wiz", '{wizard: "Enable FIR: YES"}', "{}", "WIZ-17.remedy.text: is missing"),
        ("cont", "title: Contingency", "title: [", "cont.yaml:3: is not YAML"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(
    changed: Callable[[str, str, str], list[str]], file: str, old: str, new: str, said: str
) -> None:
    lines = changed(f"{file}.yaml", old, new)
    assert any(said in line for line in lines), lines
    assert all(f"{file}.yaml:" in line and "Remedy: " in line for line in lines)


def test_a_row_without_kinds_is_refused(changed: Callable[[str, str, str], list[str]]) -> None:
    declared = "kinds:\n      declared: {note: mode of the node as the Management API returns it}\n"
    (line,) = changed("snmp.yaml", declared, "kinds: {}\n")
    assert "requirements.SNMP-01.kinds: is empty. Remedy: name one of: observed" in line


def test_a_missing_and_a_foreign_file_are_both_said(tmp_path: Path) -> None:
    directory = tmp_path / "requirements"
    shutil.copytree(DIRECTORY, directory)
    (directory / "snmp.yaml").rename(directory / "snpm.yaml")
    (directory / "uncovered.yaml").touch()
    with pytest.raises(ConfigurationError) as caught:
        Catalogue.load(directory)
    foreign, missing = str(caught.value).splitlines()
    assert "snpm.yaml: belongs to no area" in foreign
    assert "snmp.yaml: cannot be read (No such file or directory)" in missing


def test_kinds_are_named_strongest_first() -> None:
    assert [str(kind) for kind in Kind] == ["observed", "declared", "documented", "attested"]
