"""What is made of a typed line: every kind of answer, what it takes and what it refuses."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securemode_lab.appliance import wizard_answers
from securemode_lab.appliance.wizard_answers import (
    ADDRESS,
    ADDRESSES,
    DOMAIN,
    HOST_NAME,
    LIMIT,
    MAIL,
    MASK,
    PORT,
    PREFIX,
    SERVERS,
    TOKEN,
    USER,
    YES_NO,
    Invalid,
    Kind,
)

KINDS = [kind for kind in vars(wizard_answers).values() if isinstance(kind, Kind)]
ADDRESS_TEXT = st.ip_addresses(v=4).map(str)
VALUES = [
    (YES_NO, st.booleans()),
    (PORT, st.integers(1, 65535)),
    (LIMIT, st.one_of(st.none(), st.integers(1, 2**31 - 1))),
    (TOKEN, st.from_regex(r"[A-Za-z0-9.!%*_+`'~-]*", fullmatch=True)),
    (PREFIX, st.sampled_from(["uc", "dsn", ""])),
    (ADDRESS, ADDRESS_TEXT),
    (ADDRESSES, st.lists(ADDRESS_TEXT, min_size=1, max_size=4).map(" ".join)),
]


@pytest.mark.parametrize(
    ("kind", "line", "value"),
    [
        *((YES_NO, line, True) for line in ("YES", "yes", "Y", "y", "Yes")),
        *((YES_NO, line, False) for line in ("NO", "no", "N", "n")),
        (PORT, "1", 1),
        (PORT, "65535", 65535),
        (LIMIT, "0", None),
        (LIMIT, "100", 100),
        (TOKEN, '""', ""),
        (TOKEN, "cca-1.example", "cca-1.example"),
        (PREFIX, "UC", "uc"),
        (PREFIX, '""', ""),
        (HOST_NAME, "pexman", "pexman"),
        (DOMAIN, "lab.example", "lab.example"),
        (MASK, "255.255.254.0", "255.255.254.0"),
        (ADDRESSES, "192.0.2.1   192.0.2.2", "192.0.2.1 192.0.2.2"),
        (SERVERS, "ntp.example 192.0.2.1", "ntp.example 192.0.2.1"),
        (USER, "web.admin@example", "web.admin@example"),
        (MAIL, "operator@lab.example", "operator@lab.example"),
    ],
)
def test_taken(kind: Kind, line: str, value: object) -> None:
    assert kind.parse(line) == value


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        *((YES_NO, line) for line in ("", "maybe", "1", "yess", "true")),
        *((PORT, line) for line in ("", "0", "65536", "-1", "5060x", "5 060", "\u0665", "9" * 40)),
        *((LIMIT, line) for line in ("", "-1", "1.5", "unlimited", "9" * 40)),
        *((TOKEN, line) for line in ("", "two words", "semi;colon", "é", '"')),
        *((PREFIX, line) for line in ("", "ucx", "drsn", "uc dsn")),
        *((HOST_NAME, line) for line in ("", "a.b", "-a", "a_b", "a" * 64)),
        *((DOMAIN, line) for line in ("", "a..b", ".a", "a b", ("a" * 60 + ".") * 5 + "b")),
        *((ADDRESS, line) for line in ("", "192.0.2", "192.0.2.256", "2001:db8::1", "name")),
        *((MASK, line) for line in ("", "255.0.255.0", "24", "name")),
        *((ADDRESSES, line) for line in ("", "192.0.2.1,192.0.2.2", "192.0.2.1 name")),
        *((SERVERS, line) for line in ("", "a..b", "ntp.example, two")),
        *((USER, line) for line in ("", "two words", "a" * 151)),
        *((MAIL, line) for line in ("", "operator", "operator@example", "a b@c.d")),
    ],
)
def test_refused(kind: Kind, line: str) -> None:
    with pytest.raises(Invalid, match="Please"):
        kind.parse(line)


@pytest.mark.parametrize(("kind", "values"), VALUES)
@given(data=st.data())
def test_what_is_shown_can_be_typed(
    kind: Kind, values: st.SearchStrategy[object], data: st.DataObject
) -> None:
    value = data.draw(values)
    assert kind.parse(kind.show(value)) == value


@pytest.mark.parametrize("kind", KINDS)
@given(line=st.text(max_size=80))
def test_no_line_is_too_strange(kind: Kind, line: str) -> None:
    with suppress(Invalid):
        kind.parse(line.strip())
