"""The lab's vCenter without a lab around it: three nodes, those that stand by, and a stranger."""

from __future__ import annotations

from lab.vcenter.serving import ADMINISTRATOR, READER
from securemode_lab.services import authority
from securemode_lab.vcenter import deployed, layout, places
from securemode_lab.vcenter.guests import PlainGuest
from securemode_lab.vcenter.sessions import Sessions
from securemode_lab.vcenter.vcenter import VCenter

NODES = ("mgmt", "conf1", "conf2")


def lab_vcenter() -> VCenter:
    """What a lab of three nodes has, with guests that do nothing."""
    vcenter = VCenter(Sessions([ADMINISTRATOR, READER], writers=[ADMINISTRATOR.username]))
    issuer = authority.root("Lab Root CA")

    def certify(name: str) -> str:
        return issuer.issue(authority.server(name)).pem

    around = layout.build(vcenter.inventory, len(NODES), certify)
    for number, name in enumerate(NODES):
        for machine, is_on in ((name, True), (places.standby(name), False)):
            guest = PlainGuest(is_on=is_on)
            deployed.node(vcenter.inventory, around, machine, number, guest, on=is_on)
    deployed.stranger(vcenter.inventory, around)
    return vcenter
