"""The agent with another client, pysnmp, and what a hundred agents cost."""

from __future__ import annotations

import asyncio
import time

import pytest
from pysnmp.hlapi.v3arch.asyncio import (
    ContextData,
    ObjectIdentity,
    ObjectType,
    SnmpEngine,
    UdpTransportTarget,
    UsmUserData,
    get_cmd,
    usmAesCfb128Protocol,
    usmHMACSHAAuthProtocol,
)

from lab.snmp.peers import CONTACT, SECURED, SYS_NAME, served
from securemode_lab.appliance.snmp import SnmpAgent
from securemode_lab.appliance.snmp_usm import password_to_key


async def _contact(port: int, password: str) -> tuple[str, str]:
    engine = SnmpEngine()
    user = UsmUserData(
        SECURED.username,
        password,
        SECURED.privacy_password,
        authProtocol=usmHMACSHAAuthProtocol,
        privProtocol=usmAesCfb128Protocol,
    )
    try:
        target = await UdpTransportTarget.create(("127.0.0.1", port), timeout=10, retries=0)
        wanted = ObjectType(ObjectIdentity(CONTACT))
        error, _, _, values = await get_cmd(engine, user, target, ContextData(), wanted)
        return str(error or ""), str(values[0][1]) if values else ""
    finally:
        engine.close_dispatcher()


@pytest.mark.parametrize(
    ("password", "error", "value"),
    [
        (SECURED.authentication_password, "", SECURED.system_contact),
        ("another-password", "Wrong SNMP PDU digest", ""),
    ],
)
def test_pysnmp(password: str, error: str, value: str) -> None:
    with served(SECURED) as port:
        assert asyncio.run(_contact(port, password)) == (error, value)


def test_a_hundred_agents_of_one_password_are_cheap() -> None:
    password_to_key.cache_clear()
    start = time.thread_time()
    for number in range(100):
        SnmpAgent(b"\x80\x00\x1f\x88\x04%d" % number, SYS_NAME).apply(SECURED)
    assert time.thread_time() - start < 0.5
