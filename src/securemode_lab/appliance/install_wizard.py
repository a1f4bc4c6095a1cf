"""The installation wizard: what a Management Node has to know before it can be reached.

The questions are those of the vendor's bootstrap configuration, and the values keep its names:
hostname, domain, ip, mask, gw, dns, ntp, user, pass, error_reports, contact_email_address,
enable_analytics (facts, section 4.1). Their words, order and checks are the lab's own.
"""

from __future__ import annotations

from functools import partial
from ipaddress import IPv4Address, IPv4Interface
from typing import TYPE_CHECKING, TypeAlias

from securemode_lab.appliance.wizard_answers import (
    ADDRESS,
    ADDRESSES,
    DOMAIN,
    HOST_NAME,
    MAIL,
    MASK,
    SERVERS,
    USER,
    YES_NO,
    Invalid,
    Question,
)

if TYPE_CHECKING:
    from securemode_lab.appliance.wizard_dialogue import Dialogue

InstallValue: TypeAlias = str | bool
InstallValues: TypeAlias = dict[str, InstallValue]

NODE = (
    (Question("hostname", "Hostname", HOST_NAME), "pexman"),
    (Question("domain", "Domain suffix", DOMAIN), ""),
    (Question("ip", "IP address", ADDRESS), ""),
    (Question("mask", "Network mask", MASK), "255.255.255.0"),
    (Question("gw", "Gateway", ADDRESS), ""),
    (Question("dns", "DNS servers", ADDRESSES), ""),
    (Question("ntp", "NTP servers", SERVERS), ""),
    (Question("user", "Web administration username", USER), "admin"),
)
REPORTS = Question("error_reports", "Enable incident reporting", YES_NO)
CONTACT = Question("contact_email_address", "Contact e-mail address", MAIL)
STATISTICS = Question("enable_analytics", "Send usage statistics", YES_NO)


class InstallWizard:
    """One run of the installation wizard, from the first question to the values."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self._values: InstallValues = {}

    async def run(self) -> InstallValues:
        """The values to install with; `contact_email_address` is among them only with reports.

        Raises:
            Interrupted: Ctrl-C.
            Ended: the terminal is gone.
        """
        wording = self._dialogue.wording
        self._dialogue.say(wording.install_intro)
        for question, default in NODE:
            await self._ask(question, default)
        self._values["pass"] = await self._dialogue.new_password(
            wording.web_password, wording.retype_web_password
        )
        if await self._ask(REPORTS, default=False):
            await self._ask(CONTACT, "")
        await self._ask(STATISTICS, default=False)
        return self._values

    async def _ask(self, question: Question, default: InstallValue) -> InstallValue:
        value: InstallValue = await self._dialogue.ask(
            question, default, partial(self._object_to, question.key)
        )
        self._values[question.key] = value
        return value

    def _object_to(self, key: str, value: InstallValue) -> None:
        if key != "gw":
            return
        node = IPv4Interface(f"{self._values['ip']}/{self._values['mask']}")
        gateway = IPv4Address(value)
        if gateway == node.ip or gateway not in node.network:
            raise Invalid(f"Please enter another node of {node.network}.")
