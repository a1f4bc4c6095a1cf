"""What the site decides where a STIG leaves it a choice, and what it declares of its hosts.

The fields are named as the controls of `requirements/stig/` refer to them. What a site doesn't
state and no STIG has a default for leaves the controls that ask for it *not reviewed*.
"""

from __future__ import annotations

from typing import Annotated

from securemode.environment.values import PROTOCOL, SUITE, Between, Part, Text

Tag = Annotated[int, Between(0, 4094, floor=PROTOCOL, ceiling=PROTOCOL)]
"""VLAN id of a port group; 0 is untagged."""

BuildNumber = Annotated[int, Between(1, floor=SUITE)]

GOVERNMENT_BANNER = (
    "You are accessing a U.S. Government",
    "I've read & consent to terms in IS user agreem't",
)
"""A fragment of either notice that the STIG prescribes, the long one and the short one."""

SERVICE_ACCOUNTS = ("root", "dcui", "vpxuser")
"""Local accounts that every host under vCenter has."""


class StigInputs(Part):
    """Values of the site for controls of the ESXi and virtual machine STIGs."""

    banner_fragments: tuple[Text, ...] = GOVERNMENT_BANNER
    """Texts of which the consent banners hold one or more."""
    syslog_servers: tuple[Text, ...] | None = None
    """Targets to which the hosts log, as "ssl://logs.example.com:1514"."""
    ntp_servers: tuple[Text, ...] | None = None
    """Time servers that the hosts may follow."""
    use_ptp: bool = False
    """Whether the hosts follow PTP instead of NTP."""
    ad_joined: bool = False
    """Whether named users of the hosts come from Active Directory."""
    ad_admin_group: Text | None = None
    """Group of Active Directory that administers the hosts, where they are joined to it."""
    allowed_local_accounts: tuple[Text, ...] = SERVICE_ACCOUNTS
    """Local accounts that may exist on a host without Active Directory."""
    exception_users: tuple[Text, ...] = ()
    """Users that lockdown mode may except."""
    approved_issuer_orgs: tuple[Text, ...] | None = None
    """Organizations (O) of the CAs that may issue the certificates of the hosts."""
    hosts_reached_directly: bool = True
    """Whether anybody connects to a host itself, as the console of a virtual machine does."""
    esxi_min_build: BuildNumber | None = None
    """Build number of the newest security patch of ESXi when it was last looked up."""
    mgmt_vlan: Tag | None = None
    """VLAN of the hosts' management; where it is stated, that of their adapters has to be it."""
    vmotion_vlan: Tag | None = None
    """VLAN of vMotion."""
    vgt_exceptions: tuple[Text, ...] = ()
    """Port groups that are approved for VLAN 4095."""
    snmp_enabled: bool = False
    """Whether the hosts are watched over SNMP; then version 3 alone is good."""
    dvfilter_ip: str = ""
    """Address to which dvFilter may be bound; empty unless a network security appliance uses it."""
    dvfilter_names: tuple[Text, ...] = ()
    """dvFilters that may see the traffic of virtual machines."""
    approved_passthrough: tuple[Text, ...] = ()
    """Passed-through devices that are approved, by their labels."""
    nonpersistent_exceptions: tuple[Text, ...] = ()
    """Virtual machines with an approved non-persistent disk."""
    serial_exceptions: tuple[Text, ...] = ()
    """Virtual machines with an approved serial port."""
    usb_exceptions: tuple[Text, ...] = ()
    """Virtual machines with an approved USB controller, for a smart card reader, say."""
