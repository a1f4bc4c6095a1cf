"""In CI every independent peer is there: a skipped comparison would look like an agreement."""

from __future__ import annotations

import os
import shutil

import pytest

from peers import reading

PEERS = (
    "chromium",
    "chronyd",
    "curl",
    "dig",
    "ldapsearch",
    "logger",
    "nginx",
    "nmap",
    "node",
    "openssl",
    "pdftotext",
    "ping",
    "sipp",
    "slapd",
    "snmpd",
    "snmpget",
    "snmpset",
    "ssh",
    "sshd",
    "tcpdump",
    "tshark",
    "unbound",
    "vcsim",
    "xmllint",
)


@pytest.mark.parametrize("program", PEERS)
def test_the_peer_is_installed(program: str) -> None:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    if shutil.which(program, path=path) is None:
        if os.environ.get("ACCEPT_CI_PEERS"):
            pytest.fail(f"{program} is missing: .ci/run has to install it")
        pytest.skip(f"{program} is not installed: comparisons with it are skipped")


@pytest.mark.parametrize("name", reading.ALL)
def test_the_reader_of_reports_is_installed(name: str) -> None:
    assert reading.reader(name).exists()
