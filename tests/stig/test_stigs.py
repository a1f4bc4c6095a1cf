"""Both STIGs are complete, refer to what there is, and are refused where they are wrong."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest

from securemode.environment.stig import StigInputs
from securemode.errors import ConfigurationError
from securemode.requirements import Catalogue
from securemode.stig.catalogue import Stigs
from securemode.stig.category import STIG_REQUIREMENT
from securemode.stig.models import Condition, Control, Operation, input_named
from securemode.targets import Scope

DIRECTORY = Path(__file__).parents[2] / "requirements" / "stig"
STIGS = Stigs.load(DIRECTORY)
HOST, MACHINE = STIGS.of(Scope.HOST), STIGS.of(Scope.VIRTUAL_MACHINE)
ALL = [control for stig in STIGS for control in stig.controls]


def test_the_catalogue_holds_both_and_the_requirement_that_adds_them_up() -> None:
    catalogue = Catalogue.load(DIRECTORY.parent)
    assert [stig.name for stig in catalogue.stigs] == ["esxi8", "vm8"]
    assert STIG_REQUIREMENT in catalogue.ids


def test_every_control_of_both_releases_is_there() -> None:
    assert (HOST.title, HOST.release, len(HOST.controls)) == ("ESXi 8 STIG", "V2R3", 76)
    assert (MACHINE.release, len(MACHINE.controls)) == ("V2R1", 25)
    assert Counter(str(one.severity) for one in HOST.controls) == {
        "CAT I": 4,
        "CAT II": 67,
        "CAT III": 5,
    }
    assert Counter(str(one.severity) for one in MACHINE.controls) == {"CAT II": 17, "CAT III": 8}


def test_numbers_of_disa_are_unique_and_belong_together() -> None:
    assert len({one.vuln for one in ALL}) == len({one.rule for one in ALL}) == len(ALL) == 101
    assert all(one.rule.startswith(f"S{one.vuln}r") for one in ALL)
    assert [one.id for one in HOST.controls] == sorted(one.id for one in HOST.controls)


def test_what_no_api_shows_is_left_to_persons() -> None:
    assert [one.id[-3:] for one in HOST.controls if one.is_manual] == ["236", "237"]
    partly = [one.id[-3:] for one in HOST.by_person if not one.is_manual]
    assert partly == ["049", "145", "160", "198", "199", "221"]
    assert not MACHINE.by_person


def test_where_text_and_test_disagree_the_reading_is_said() -> None:
    assert sum(bool(one.reading) for one in HOST.controls) == 26
    assert sum(bool(one.reading) for one in MACHINE.controls) == 7
    assert all(one.reading.endswith(".") and "taken: " in one.reading for one in ALL if one.reading)


def test_sources_are_those_of_the_facts() -> None:
    kinds = Counter(source.partition(" ")[0] for source in HOST.sources)
    assert kinds["option"] == 31
    commands = {one.partition("#")[0] for one in HOST.sources if one.startswith("esxcli ")}
    assert commands == {
        "esxcli network.firewall.get",
        "esxcli system.account.list",
        "esxcli system.security.fips140.ssh.get",
        "esxcli system.security.keypersistence.get",
        "esxcli system.settings.kernel.list",
        "esxcli system.ssh.server.config.list",
        "esxcli system.syslog.config.get",
        "esxcli system.syslog.config.logfilter.get",
        "esxcli system.tls.server.get",
    }
    assert sum(one.startswith("setting ") for one in MACHINE.sources) == 15


def _inputs(control: Control) -> set[str]:
    named = {source[5:] for source in control.reads.values() if source.startswith("site ")}
    values = [control.expected]
    while values:
        value = values.pop()
        if isinstance(value, dict):
            values += value.values()
        elif found := input_named(value):
            named.add(found[0])
    return named | ({control.exceptions} if control.exceptions else set())


def test_every_value_of_the_site_is_asked_for() -> None:
    asked = {name for control in ALL for name in _inputs(control)}
    by_condition = {"hosts_reached_directly"}
    assert asked | by_condition == StigInputs.model_fields.keys()
    assert all(field.description for field in StigInputs.model_fields.values())


def test_every_operation_and_condition_is_of_use() -> None:
    of_others = {Operation.NE, Operation.NONE_IN, Operation.NONE_TYPE, Operation.NO_MATCH}
    assert {one.op for one in ALL} >= set(Operation) - of_others - {Operation.LE}
    assert {one.applies_when for one in ALL} - {None} == set(Condition)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("severity: CAT I\n", "severity: CAT 1\n", 'severity: is "CAT 1", which is not known'),
        ("op: le_nonzero", "op: less", 'op: is "less", which is not known here'),
        ("<syslog_servers>", "<syslog_hosts>", 'expected: names "syslog_hosts", which vsphere.sti'),
        ("exceptions: vgt_exceptions", "exceptions: vgt", 'exceptions: names "vgt", which vspher'),
        ("reads: option Mem.MemEagerZero", "reads: opt Mem", 'is "opt Mem", which is no source'),
        ("use_ptp: site use_ptp", "use_ptp: site ptp", 'names "ptp", which vsphere.stig does not'),
        ("use_ptp: false, servers", "use_ptq: false, servers", 'expected: names "use_ptq", which'),
        ("applies_when: usable TPM present", "applies_when: TPM", 'applies_when: is "TPM", which'),
        ("vuln: V-258728", "vuln: V-25872", "ESXI-80-000005.vuln: "),
        ("ESXI-80-000006:", "ESXI-80-000005:", "is stated again, first in line"),
        ("    title: Managed object browser off\n", "", "ESXI-80-000047.title: is missing"),
        ("    by_person: that /etc/vmware/settings", "    by: that", "ESXI-80-000236.by: is not a"),
        ("title: ESXi 8 STIG", "title: [", "esxi8.yaml:"),
    ],
)
def test_a_wrong_control_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    directory = tmp_path / "stig"
    shutil.copytree(DIRECTORY, directory)
    path = directory / "esxi8.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        Stigs.load(directory)
    assert said in str(caught.value)
    assert "esxi8.yaml:" in str(caught.value)


def test_a_control_that_reads_nothing_and_asks_nobody_is_refused(tmp_path: Path) -> None:
    directory = tmp_path / "stig"
    shutil.copytree(DIRECTORY, directory)
    path = directory / "esxi8.yaml"
    text = path.read_text(encoding="utf-8")
    line = "    by_person: that /etc/vmware/settings of the host is empty\n"
    path.write_text(text.replace(line, ""), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"000236\.reads: is missing"):
        Stigs.load(directory)


def test_a_missing_stig_is_a_problem_of_the_catalogue(tmp_path: Path) -> None:
    directory = tmp_path / "requirements"
    shutil.copytree(DIRECTORY.parent, directory)
    (directory / "stig" / "vm8.yaml").unlink()
    with pytest.raises(ConfigurationError, match=r"vm8\.yaml: cannot be read"):
        Catalogue.load(directory)


def test_a_control_is_found_whatever_its_case() -> None:
    assert STIGS.is_control("esxi-80-000005")
    assert not STIGS.is_control("HOST-01")
    stig, control = STIGS.control("vmch-80-000195")
    assert (stig, control.op) == (MACHINE, Operation.EQ)


def test_the_nearest_controls_are_named() -> None:
    with pytest.raises(ConfigurationError) as caught:
        STIGS.control("ESXI-80-000251")
    assert caught.value.remedy.startswith("did you mean ESXI-80-0002")
    with pytest.raises(ConfigurationError) as caught:
        STIGS.control("ESXI-x")
    assert caught.value.remedy == "print them with --list-requirements --area ESXI."


def test_without_stigs_there_is_none_to_judge_by() -> None:
    with pytest.raises(ConfigurationError, match="No STIG for each host"):
        Stigs().of(Scope.HOST)
