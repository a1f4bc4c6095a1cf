"""What hardened targets say, for each STIG, and what the site of the tests decides."""

from __future__ import annotations

from pathlib import Path

from securemode.documents import read
from securemode.environment.stig import StigInputs
from securemode.stig.catalogue import Stigs

ROOT = Path(__file__).parents[2]
STIGS = Stigs.load(ROOT / "requirements" / "stig")
CASES = {
    stig.name: read(Path(__file__).parent / "cases" / "stig" / f"{stig.name}.yaml").data
    for stig in STIGS
}
INPUTS = StigInputs(
    syslog_servers=("ssl://logs.example.com:1514", "ssl://logs2.example.com:1514"),
    ntp_servers=("ntp1.example.com", "ntp2.example.com"),
    ad_admin_group="Bastion Admins",
    exception_users=("backup-agent",),
    approved_issuer_orgs=("Example Customer",),
    esxi_min_build=24022510,
    mgmt_vlan=10,
    vmotion_vlan=20,
    vgt_exceptions=("Sniffer",),
    dvfilter_names=("approved-filter",),
    approved_passthrough=("Approved card",),
)
