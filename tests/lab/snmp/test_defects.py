"""Every defect that `Snmp.also` and `Snmp.writable` name is really there, and the others aren't."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from lab.snmp.cases import RIGHT, V1, V2C, WRITE, v3
from lab.snmp.peers import CONTACT, SECURED, ask, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LESSER = {
    "v1": V1,
    "v2c": V2C,
    "noAuthNoPriv": v3(level="noAuthNoPriv"),
    "authNoPriv": v3(level="authNoPriv"),
    "md5": v3(auth=("MD5", SECURED.authentication_password)),
    "des": v3(privacy=("DES", SECURED.privacy_password)),
}
ANSWER = f'.{CONTACT} = STRING: "{SECURED.system_contact}"'


@pytest.fixture(params=LESSER)
def defect(request: pytest.FixtureRequest) -> Iterator[tuple[str, int]]:
    with served(replace(SECURED, also=frozenset({request.param}))) as port:
        yield request.param, port


def test_one_defect_opens_one_way(defect: tuple[str, int], tmp_path: Path) -> None:
    name, port = defect
    answered = {
        way
        for way, credentials in LESSER.items()
        if ask(port, tmp_path, "snmpget", *credentials, CONTACT, wait_s=0.3).text == ANSWER
    }
    assert answered == {name}
    assert ask(port, tmp_path, "snmpget", *RIGHT, CONTACT).text == ANSWER


def test_md5_and_des_together(tmp_path: Path) -> None:
    both = v3(
        auth=("MD5", SECURED.authentication_password), privacy=("DES", SECURED.privacy_password)
    )
    with served(replace(SECURED, also=frozenset({"md5", "des"}))) as port:
        assert ask(port, tmp_path, "snmpget", *both, CONTACT).text == ANSWER


def test_a_write_is_there_to_be_read(tmp_path: Path) -> None:
    with served(replace(SECURED, writable=True)) as port:
        assert ask(port, tmp_path, "snmpset", *RIGHT, *WRITE).status == 0
        assert "someone else" in ask(port, tmp_path, "snmpget", *RIGHT, CONTACT).text


def test_a_refused_write_changes_nothing(tmp_path: Path) -> None:
    with served(SECURED) as port:
        assert ask(port, tmp_path, "snmpset", *RIGHT, *WRITE).status == 2
        assert ask(port, tmp_path, "snmpget", *RIGHT, CONTACT).text == ANSWER
