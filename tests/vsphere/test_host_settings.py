"""From pyVmomi's objects to plain values: options, services, storage, firewall, certificate."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyVmomi import vim

from securemode.vsphere import host_commands, host_settings

OPTION = "option Mem.MemEagerZero"


def _read(host: dict[str, Any], *sources: str) -> dict[str, Any]:
    return dict(host_settings.settings(host, sources))


def test_of_options_only_those_asked_for_are_kept() -> None:
    values = [("Mem.MemEagerZero", 1), ("Mem.Secret", "x")]
    options = [vim.option.OptionValue(key=key, value=value) for key, value in values]
    assert _read({"config.option": options}, OPTION) == {OPTION: 1}


def test_services_are_running_and_policy() -> None:
    service = vim.host.Service(key="TSM", label="", required=False, running=True, policy="on")
    host = {"config.service": vim.host.ServiceInfo(service=[service])}
    assert _read(host, "service TSM") == {"service TSM": {"running": True, "policy": "on"}}
    assert _read(host) == {}


def test_what_was_not_sent_is_said_for_its_whole_kind() -> None:
    assert host_settings.unsent({}).keys() == {"option ", "service "}
    assert host_settings.unsent({"config.option": [], "config.service": None}) == {}


@pytest.mark.parametrize(
    ("capability", "encryption", "tpm"),
    [
        (None, None, None),
        (None, "tpm", True),
        ({}, None, False),
        ({"tpmSupported": False}, None, False),
        ({"tpmSupported": True}, None, True),
        ({"tpmVersion": "2.0"}, None, True),
        ({"tpmSupported": False}, "tpm", True),
        ({"tpmSupported": False}, "none", False),
    ],
)
def test_a_usable_tpm_is_known_by_any_sign(
    capability: dict[str, Any] | None,
    encryption: str | None,
    tpm: object,
) -> None:
    host: dict[str, Any] = {}
    if capability is not None:
        host["capability"] = vim.host.Capability(**capability)
    if encryption:
        host["runtime.stateEncryption"] = vim.host.RuntimeInfo.StateEncryptionInfo(
            protectionMode=encryption, requireSecureBoot=True
        )
    assert _read(host).get("fact tpm") is tpm


def test_properties_that_are_unset_are_absent() -> None:
    found = _read({"config.lockdownMode": "lockdownNormal", "capability": vim.host.Capability()})
    assert found == {"property config.lockdownMode": "lockdownNormal", "fact tpm": False}


def test_the_clock_without_ntp_has_no_servers() -> None:
    clock = vim.host.DateTimeInfo(systemClockProtocol="ntp")
    assert _read({"config.dateTimeInfo": clock}) == {
        "fact clock.ntp_servers": [],
        "fact clock.protocol": "ntp",
    }
    clock.ntpConfig = vim.host.NtpConfig(server=["ntp1"])
    assert _read({"config.dateTimeInfo": clock})["fact clock.ntp_servers"] == ["ntp1"]


def test_only_a_directory_in_use_counts_as_joined() -> None:
    def said(**directory: Any) -> dict[str, Any]:
        store = vim.host.ActiveDirectoryInfo(**directory)
        local = vim.host.LocalAuthenticationInfo(enabled=True)
        info = vim.host.AuthenticationManagerInfo(authConfig=[local, store])
        return _read({"config.authenticationManagerInfo": info})

    joined = said(enabled=True, joinedDomain="example.com", domainMembershipStatus="ok")
    assert joined == {"fact directory.joined": True, "fact directory.status": "ok"}
    assert said(enabled=False) == {"fact directory.joined": False, "fact directory.status": ""}


def test_iscsi_adapters_are_told_from_others() -> None:
    chap = vim.host.InternetScsiHba.AuthenticationProperties(
        chapAuthEnabled=True,
        chapAuthenticationType="chapRequired",
        mutualChapAuthenticationType="chapProhibited",
    )
    adapters = [
        vim.host.BlockHba(device="vmhba0"),
        vim.host.InternetScsiHba(device="vmhba64", authenticationProperties=chap),
    ]
    found = _read({"config.storageDevice.hostBusAdapter": adapters})
    assert found == {
        "fact iscsi.chapAuthEnabled": {"vmhba64": True},
        "fact iscsi.chapAuthenticationType": {"vmhba64": "chapRequired"},
        "fact iscsi.mutualChapAuthenticationType": {"vmhba64": "chapProhibited"},
    }
    nothing = _read({"config.storageDevice.hostBusAdapter": adapters[:1]})
    assert nothing["fact iscsi.chapAuthEnabled"] == {}


def test_datastores_over_nfs_are_named() -> None:
    kinds = {"a": "VMFS", "b": "NFS", "c": "NFS41", "d": "vsan"}
    stores = [{"name": name, "summary.type": kind} for name, kind in kinds.items()]
    assert host_settings.nfs_datastores([*stores, {}]) == ["b", "c"]


def test_rule_sets_are_open_where_all_addresses_are_allowed() -> None:
    def ruleset(label: str, *, all_ip: bool, **more: Any) -> vim.host.Ruleset:
        allowed = vim.host.Ruleset.IpList(allIp=all_ip)
        values = {"enabled": True, "key": label, "label": label, "required": False}
        return vim.host.Ruleset(allowedHosts=allowed, **values | more)

    sets = [
        ruleset("SSH Server", all_ip=False),
        ruleset("NFC", all_ip=True),
        ruleset("Off", all_ip=True, enabled=False),
        ruleset("Fixed", all_ip=True, ipListUserConfigurable=False),
        ruleset("Stated", all_ip=True, ipListUserConfigurable=True),
    ]
    host = {"config.firewall": vim.host.FirewallInfo(ruleset=sets)}
    found = _read(host)["fact firewall.open_rulesets"]
    assert found == {"SSH Server": False, "NFC": True, "Stated": True}


def _certificate(*organizations: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, one) for one in organizations]
    name = x509.Name([*issuer, x509.NameAttribute(NameOID.COMMON_NAME, "CA")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1)
    builder = builder.not_valid_before(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    builder = builder.not_valid_after(dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.mark.parametrize(
    "sent", [bytes, list, bytes.decode, lambda pem: [b - 256 if b > 127 else b for b in pem]]
)
def test_the_issuer_is_read_however_the_certificate_is_sent(sent: Any) -> None:
    pem = _certificate("Example Customer", "Second")
    found = host_settings.issuer_organizations({"config.certificate": sent(pem)})
    assert found == ["Example Customer", "Second"]


@pytest.mark.parametrize("sent", [{}, {"config.certificate": b"\n"}, {"config.certificate": None}])
def test_no_certificate_is_no_issuer(sent: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        host_settings.issuer_organizations(sent)


def test_communities_are_not_shown() -> None:
    found = host_settings.masked_communities(["public", "my password"])
    assert found == ["public", "one that is not shown"]


def test_commands_are_asked_once_each() -> None:
    sources = ["esxcli a.get#X", "esxcli a.get#Y", "esxcli b.list", "option c", "esxcli b.list#d"]
    assert host_commands.commands(sources) == ("a.get", "b.list")


def test_a_get_is_told_by_its_members() -> None:
    rows = [{"Enabled": "true", "DefaultAction": "DROP"}]
    assert dict(host_commands.values("network.firewall.get", rows)) == {
        "esxcli network.firewall.get#Enabled": "true",
        "esxcli network.firewall.get#DefaultAction": "DROP",
    }
    assert dict(host_commands.values("network.firewall.get", [])) == {}


def test_a_list_is_told_by_its_rows() -> None:
    rows = [{"UserID": "root", "Shellaccess": "true"}, {"UserID": "dcui"}, {"Other": "x"}]
    assert dict(host_commands.values("system.account.list", rows)) == {
        "esxcli system.account.list": ["root", "dcui"],
        "esxcli system.account.list#root": "true",
        "esxcli system.account.list#dcui": "",
    }


def test_the_running_tls_profile_is_asked_for() -> None:
    assert "showcurrentbootprofile" in host_commands.arguments("system.tls.server.get")
    assert not host_commands.arguments("system.account.list")


@pytest.mark.parametrize(
    ("targets", "number"),
    [
        ("", 0),
        ("192.0.2.9@162 monitor none trap", 0),
        ("192.0.2.9@162 monitor priv trap,192.0.2.10@162 monitor auth trap", 2),
    ],
)
def test_only_authenticated_targets_of_traps_count(targets: str, number: int) -> None:
    assert host_commands.secured_targets([{"V3targets": targets}]) == number
    assert host_commands.secured_targets([]) == 0
