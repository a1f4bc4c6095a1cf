"""What answers of esxcli become, whatever their shape."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from securemode.vsphere.esxcli import _structures

TYPE = 'xmlns="urn:vim25" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type'


TEXT = f'<obj {TYPE}="xsd:string">8.0.3</obj>'
NOTHING = f'<obj {TYPE}="ArrayOfDataObject"/>'
TEXTS = f'<obj {TYPE}="ArrayOfString"><string>a</string></obj>'
ROWS = f"""<obj {TYPE}="ArrayOfDataObject"><DataObject><Key>banner</Key><Value/></DataObject
><DataObject><Key>ciphers</Key><Value>aes</Value></DataObject></obj>"""
ONE = f"""<obj {TYPE}="VimEsxCLIsystemsyslogconfiggetConfig"><RemoteHost>tcp://a</RemoteHost
><Hosts><string>a</string><string>b</string></Hosts></obj>"""
REPEATED = f"""<obj {TYPE}="ArrayOfDataObject"><DataObject><Networks>a</Networks
><Networks>b</Networks></DataObject></obj>"""


@pytest.mark.parametrize(
    ("answer", "structures"),
    [
        (TEXT, [{"value": "8.0.3"}]),
        (NOTHING, []),
        (TEXTS, [{"value": "a"}]),
        (ROWS, [{"Key": "banner", "Value": ""}, {"Key": "ciphers", "Value": "aes"}]),
        (ONE, [{"RemoteHost": "tcp://a", "Hosts": "a,b"}]),
        (REPEATED, [{"Networks": "a,b"}]),
    ],
)
def test_structures(answer: str, structures: list[dict[str, str]]) -> None:
    assert list(_structures(ET.fromstring(answer))) == structures
