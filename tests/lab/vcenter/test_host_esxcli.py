from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lab.vcenter.control_values import SSH
from lab.vcenter.esxcli_client import Esxcli, Refused
from lab.vcenter.lab_inventory import lab_vcenter
from lab.vcenter.serving import ADMINISTRATOR, READER, Served, serving
from securemode_lab.faults import FAULTS
from securemode_lab.vcenter.esxcli import written
from securemode_lab.vcenter.esxcli_commands import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode_lab.document import Login


@pytest.fixture(scope="module")
def vcenter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from serving(lab_vcenter(), tmp_path_factory.mktemp("vcenter"))


def _session(vcenter: Served, login: Login) -> Iterator[Esxcli]:
    before = vcenter.vcenter.saved()
    cookie = vcenter.connect(login)._stub.cookie
    yield Esxcli(f"localhost:{vcenter.port}", vcenter.ca_file, cookie, "host-1")
    vcenter.vcenter.restore(before)


@pytest.fixture
def esxcli(vcenter: Served) -> Iterator[Esxcli]:
    yield from _session(vcenter, ADMINISTRATOR)


@pytest.fixture
def reader(vcenter: Served) -> Iterator[Esxcli]:
    yield from _session(vcenter, READER)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_answers_well_formed(esxcli: Esxcli, command: str) -> None:
    rows = esxcli.run(command)
    assert esxcli.faults == []
    assert rows or command == "iscsi.networkportal.list"
    assert all(rows)


def test_the_ssh_daemon_is_hardened(esxcli: Esxcli) -> None:
    rows = {r["Key"]: r["Value"] for r in esxcli.run("system.ssh.server.config.list")}
    for key, is_good in SSH.values():
        assert is_good(rows[key]), key


@pytest.mark.parametrize(
    ("command", "member", "value"),
    [
        ("system.security.fips140.ssh.get", "Enabled", "true"),
        ("system.security.keypersistence.get", "Enabled", "false"),
        ("system.syslog.config.get", "LocalLogOutputIsPersistent", "true"),
        ("system.syslog.config.logfilter.get", "LogFilteringEnabled", "false"),
        ("system.tls.server.get", "Profile", "NIST_2024"),
        ("network.firewall.get", "DefaultAction", "DROP"),
        ("network.firewall.get", "Enabled", "true"),
        ("system.settings.encryption.get", "Mode", "TPM"),
        ("system.settings.encryption.get", "RequireSecureBoot", "true"),
        ("system.snmp.get", "Enable", "false"),
        ("software.acceptance.get", "", "PartnerSupported"),
    ],
)
def test_a_hardened_host_answers(esxcli: Esxcli, command: str, member: str, value: str) -> None:
    (row,) = esxcli.run(command)
    assert row[member] == value


def test_accounts_and_kernel_settings(esxcli: Esxcli) -> None:
    accounts = {r["UserID"]: r["Shellaccess"] for r in esxcli.run("system.account.list")}
    assert accounts == {"root": "true", "dcui": "false", "vpxuser": "false"}
    (row,) = esxcli.run("system.settings.kernel.list", option="disableHwrng")
    assert (row["Configured"], row["Runtime"]) == ("FALSE", "FALSE")


def test_a_profile_that_waits_for_a_restart_is_not_the_running_one(
    vcenter: Served, esxcli: Esxcli
) -> None:
    (fault,) = [f for f in FAULTS if f.name == "stig-esxi-80-000247-pending"]
    fault.change(vcenter.vcenter, None)  # type: ignore[attr-defined]
    (configured,) = esxcli.run("system.tls.server.get")
    (running,) = esxcli.run(
        "system.tls.server.get", showcurrentbootprofile="true", showprofiledefaults="true"
    )
    assert (configured["Profile"], running["Profile"]) == ("NIST_2024", "COMPATIBLE")
    assert running["ProtocolVersions"]


@pytest.mark.parametrize(
    ("command", "arguments", "message"),
    [
        ("system.ssh.server.config.set", {}, "could not be found"),
        ("system.account.list", {"nothing": "1"}, "Invalid option nothing"),
        ("system.settings.kernel.list", {"option": "nothing"}, "Invalid Key: nothing"),
    ],
)
def test_what_cannot_be_done_is_said(
    esxcli: Esxcli, command: str, arguments: dict[str, str], message: str
) -> None:
    assert esxcli.run(command, **arguments) == []
    assert message in esxcli.faults[0]


def test_a_handler_of_another_name_space_is_not_there(esxcli: Esxcli) -> None:
    with pytest.raises(Refused, match="ManagedObjectNotFoundFault"):
        esxcli.run("system.account.list", handler="ha-cli-handler-network-ip")


def test_reading_is_enough(reader: Esxcli) -> None:
    assert len(reader.run("system.account.list")) == 3


def test_nobody_is_not(vcenter: Served) -> None:
    stranger = Esxcli(f"localhost:{vcenter.port}", vcenter.ca_file, "", "host-1")
    with pytest.raises(Refused, match="NotAuthenticatedFault"):
        stranger.run("system.account.list")


def test_a_silent_host_answers_nobody(vcenter: Served, esxcli: Esxcli) -> None:
    vcenter.vcenter.trouble.silent_hosts = {"esxi1.lab.example"}
    try:
        with pytest.raises(Refused, match="HostNotConnectedFault"):
            esxcli.run("system.account.list")
        second = Esxcli(esxcli.address, esxcli.ca_file, esxcli.cookie, "host-2")
        assert second.run("system.account.list")
    finally:
        vcenter.vcenter.trouble.silent_hosts = set()


def test_what_looks_like_xml_stays_text() -> None:
    text = written([{"Key": "a<b", "Value": "c&d"}], "VimEsxCLIx")
    assert "a&lt;b" in text
    assert "c&amp;d" in text
