"""What a new Conferencing Node understands of the file that says which one it is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from securemode_lab.appliance.api_bootstrap import bootstrap as delivered
from securemode_lab.appliance.provisioning_file import Bootstrap, NotAConfiguration, bootstrap
from securemode_lab.appliance.provisioning_password import is_behind
from securemode_lab.appliance.resources.factory import Installation
from securemode_lab.appliance.store import Store

# Of libcrypt, the first of them an example of the specification.
HASHES = {
    "Hello world!": "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4"
    "OTLiBFdcbYEdFCoEOfaS35inz1",
    "": "$6$rounds=5000$abcdefghijklmnop$6.vC8ffobuN7AxcHvesxeeksF2DXFfpYyFt3PFU8pYpEQPhWFSN7hwa"
    "UQRfHg/LkfB3jIPEitUcU7ZTqjaQUp1",
    "x" * 200: "$6$rounds=5000$abcdefghijklmnop$NQmdZYyTZiBzxauWT51pbz4CykfZ5QuZjUyYs6SQHccQfiPr"
    "jNLaM6yE6kW1wImO/6eb0E1euwuEI0mUEI7IE0",
}


def configuration(**more: str) -> bytes:
    """What the Management Node delivers for a node."""
    store = Store(Installation(hostname="mgmt", domain="lab.example", address="198.51.100.10"))
    location = store.insert("system_location", {"name": "location-a"})
    row = {
        "name": "conf1",
        "hostname": "conf1",
        "domain": "lab.example",
        "address": "198.51.100.21",
        "netmask": "255.255.254.0",
        "gateway": "198.51.100.1",
        "system_location": location,
        "password": "",
        **more,
    }
    key = store.insert("worker_vm", row)
    return delivered(store.get("worker_vm", key), store)


def test_what_the_management_node_delivers_is_understood() -> None:
    assert bootstrap(configuration(password="$6$hash")) == Bootstrap(
        name="conf1",
        hostname="conf1",
        domain="lab.example",
        address="198.51.100.21",
        password="$6$hash",
        location="location-a",
        manager="198.51.100.10",
    )


def test_a_node_may_have_no_password() -> None:
    assert bootstrap(configuration()).password == ""


@pytest.mark.parametrize("tag", ["name", "hostname", "domain", "address"])
def test_what_every_node_needs_has_to_be_there(tag: str) -> None:
    changed = re.sub(f"<{tag}>[^<]*</{tag}>", "", configuration().decode(), count=1)
    with pytest.raises(NotAConfiguration, match=f"node/{tag}"):
        bootstrap(changed.encode())


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"<html/>", configuration()[:-20], b'<!DOCTYPE a SYSTEM "b"><a/>'],
)
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(NotAConfiguration):
        bootstrap(content)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_whatever_comes_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(NotAConfiguration):
        bootstrap(content)


@pytest.mark.parametrize(("password", "hashed"), HASHES.items())
def test_a_password_is_known_by_its_hash(password: str, hashed: str) -> None:
    assert is_behind(password, hashed)
    assert not is_behind(password + "x", hashed)
    assert not is_behind(password, hashed[:-1] + ("x" if hashed[-1] != "x" else "y"))


@pytest.mark.parametrize(
    "hashed", ["", "in clear", "$5$salt$abc", "$6$salt$", "$6$salt$" + "x" * 85]
)
def test_a_hash_that_nobody_could_have_made_is_of_no_password(hashed: str) -> None:
    assert not is_behind("", hashed)
    assert not is_behind("in clear", hashed)
