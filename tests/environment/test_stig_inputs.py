"""What a site states for its STIGs: under the names of the controls, with the STIG's defaults."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from securemode.documents import read
from securemode.environment.loading import load
from securemode.environment.parts import Gate
from securemode.environment.stig import StigInputs
from securemode.errors import ConfigurationError
from securemode.stig.category import Category

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLE = Path(__file__).parents[2] / "environments" / "example.yaml"


def test_the_example_explains_every_key() -> None:
    stated = read(EXAMPLE).data["vsphere"]["stig"]
    assert stated.keys() == StigInputs.model_fields.keys()
    loaded = load(EXAMPLE).vsphere
    assert loaded is not None
    assert loaded.stig.ntp_servers == ("ntp1.example.com", "ntp2.example.com")


def test_the_gate_minds_every_severity_unless_told_otherwise() -> None:
    assert Gate().stig_severities == frozenset(Category)
    stated = read(EXAMPLE).data["gate"]["stig_severities"]
    assert stated == ["CAT I", "CAT II", "CAT III"]


@pytest.fixture
def refused(tmp_path: Path) -> Callable[[str, str], str]:
    """What is said of the example after one text has been replaced."""

    def change(right: str, wrong: str) -> str:
        text = EXAMPLE.read_text(encoding="utf-8")
        assert right in text
        path = tmp_path / "prod.yaml"
        path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
        with pytest.raises(ConfigurationError) as caught:
            load(path)
        return str(caught.value)

    return change


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("esxi_min_build: 24674464", "esxi_min_build: 0", "vsphere.stig.esxi_min_build: is 0"),
        (
            "mgmt_vlan: 10",
            "mgmt_vlan: 4095",
            "mgmt_vlan: is 4095, the protocol allows at most 4094",
        ),
        ("use_ptp: false", "use_ptp: no", 'use_ptp: is "no", expected true or false'),
        ("use_ptp: false", "use_ptq: false", "vsphere.stig.use_ptq: is not a known key"),
        ("exception_users: []", "exception_users: ada", "exception_users: is"),
        ("[CAT I, CAT II, CAT III]", "[CAT 1]", 'gate.stig_severities[0]: is "CAT 1", which'),
    ],
)
def test_a_wrong_value_is_refused_with_its_line(
    refused: Callable[[str, str], str], right: str, wrong: str, said: str
) -> None:
    assert said in refused(right, wrong)


@pytest.mark.parametrize("name", [name for name in StigInputs.model_fields if "exceptions" in name])
def test_nothing_is_excepted_by_default(name: str) -> None:
    value: Any = getattr(StigInputs(), name)
    assert value == ()
