"""What `--list-requirements --area ESXI` and `--explain ESXI-80-000124` print."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from securemode.listing import requirements_table
from securemode.requirements import Catalogue
from securemode.stig.listing import WIDTH, explain, table

CATALOGUE = Catalogue.load(Path(__file__).parents[2] / "requirements")
STIGS = CATALOGUE.stigs


def _explained(id_: str) -> str:
    return explain(*STIGS.control(id_), "HOST-01")


def test_a_table_has_every_control_with_its_kinds() -> None:
    found = STIGS.of_prefix("esxi")
    assert found is not None
    lines = table(found).splitlines()
    assert sum(line.startswith("ESXI-80-") for line in lines) == 76
    for start in (
        "ESXI-80-000133  CAT I    declared           Image and VIB acceptance level",
        "ESXI-80-000221  CAT I    declared attested  All security patches",
        "ESXI-80-000236  CAT II   attested           Host does not",
    ):
        assert sum(line.startswith(start) for line in lines) == 1
    assert "76 controls of the ESXi 8 STIG V2R3" in lines
    assert STIGS.of_prefix("WIZ") is None


def test_a_control_is_explained_whole() -> None:
    assert _explained("VMCH-80-000209") == dedent(
        """\
        VMCH-80-000209  No floppy drive

        STIG:         vSphere 8 Virtual Machine STIG V2R1; V-258722, SV-258722r959010_rule
        part of:      HOST-01
        applies to:   virtual machine
        severity:     CAT II
        reads:        device VirtualFloppy
        expected:     absent
        reading:      The text means a connected floppy drive, VMware's test any; taken: any.
        remedy:       Remove the floppy drive from the virtual machine."""
    )


@pytest.mark.parametrize(
    ("id_", "said"),
    [
        ("ESXI-80-000005", "expected:     eq 3"),
        ("ESXI-80-000047", "expected:     eq false"),
        ("ESXI-80-000124", "servers: site list <ntp_servers>"),
        ("ESXI-80-000145", "where:        an iSCSI adapter exists"),
        ("ESXI-80-000198", "attested:     that only administrators reach the management network"),
        ("VMCH-80-000212", "exceptions:   those of vsphere.stig.serial_exceptions"),
        ("ESXI-80-000238", "CAT II; CAT III on a host without a usable TPM"),
        ("ESXI-80-000236", "attested:     that /etc/vmware/settings of the host is empty"),
    ],
)
def test_what_is_particular_is_said(id_: str, said: str) -> None:
    assert said in _explained(id_)


@pytest.mark.parametrize("stig", list(STIGS), ids=lambda stig: stig.name)
def test_no_explanation_is_too_wide(stig: object) -> None:
    for control in stig.controls:  # type: ignore[attr-defined]
        assert max(map(len, _explained(control.id).splitlines())) <= WIDTH


def test_the_table_of_requirements_says_where_the_controls_are() -> None:
    said = "76 controls of the ESXi 8 STIG (HOST-01): --area ESXI"
    assert said in requirements_table(CATALOGUE, {})
    assert "--area ESXI" not in requirements_table(CATALOGUE, {}, area="WIZ")
