"""Hands a new Conferencing Node its bootstrap configuration, on the page that it shows for that.

Only the port of the page is documented: its form is found by what it asks for. Nobody can vouch for
its certificate: the node has no identity before it has its configuration.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from securemode.errors import UnexpectedAnswer
from securemode.probes.web_client import WEB_PORT, Upload, Website
from securemode.probes.web_forms import FormBrowser, complaint

if TYPE_CHECKING:
    from securemode.probes.probe import Access
    from securemode.targets import Node

PORT = 8443
_TAKEN = frozenset({200, 201, 202, 204, 302, 303})


def hand_over(node: Node, xml: str, access: Access) -> None:
    """Upload the configuration.

    Args:
        node: which shows its provisioning page.
        xml: as the Management Node gave it.
        access: time-outs.

    Raises:
        Refused, TimedOut, Unreachable: there is no such page, not yet or not any more.
        UnexpectedAnswer: there is another page, or the node does not take the configuration.

    Source: vendor's instructions for generic node images: the page is on TCP 8443.
    """
    there = replace(node, port_offset=node.port_offset + PORT - WEB_PORT)
    with Website(there, access, verify=False) as site:
        browser = FormBrowser(site)
        page = browser.opens("/")
        form = page.form_with("file")
        if form is None:
            raise UnexpectedAnswer(
                f"{node.name} answers {page.answer.status_code} on port {PORT}, with no form that "
                "takes a file.",
                remedy="see with a web browser whether this is the provisioning page.",
            )
        file = Upload(form.asks["file"][0], f"{node.name}.xml", xml.encode(), "text/xml")
        answer = browser.sends(page, form, {}, file)
        objection = complaint(answer)
        if answer.status_code not in _TAKEN or objection:
            raise UnexpectedAnswer(
                f"{node.name} does not take its bootstrap configuration: it answers "
                f"{answer.status_code}{f' ({objection})' if objection else ''}."
            )
