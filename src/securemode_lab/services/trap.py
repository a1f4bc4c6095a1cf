"""The machine that whoever tests with the lab answers calls on: its name and its certificates.

It stands at the operator's addresses, and nothing of the lab listens there.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cryptography.x509.oid import ExtendedKeyUsageOID

from securemode_lab.services import papers
from securemode_lab.services.authority import Order

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from securemode_lab.services.certificates import SiteCertificates

HOST = "trap"
SERVICE_ALIAS = "acceptance"
"""Of the service from which calls to it come."""
_OTHER_HOST = "another"
_PURPOSES = (ExtendedKeyUsageOID.SERVER_AUTH,)


def orders(domain: str, addresses: Sequence[str]) -> dict[str, Order]:
    """What each of its certificates says."""
    name, other = f"{HOST}.{domain}", f"{_OTHER_HOST}.{domain}"
    proper = Order(common_name=name, names=(name,), purposes=_PURPOSES)
    return {
        "proper": proper,
        "address_only": Order(
            common_name="Acceptance", addresses=tuple(addresses), purposes=_PURPOSES
        ),
        "expired": Order(
            common_name=name,
            names=(name,),
            purposes=_PURPOSES,
            begins=timedelta(days=-60),
            ends=timedelta(days=-30),
        ),
        "other_name": Order(common_name=other, names=(other,), purposes=_PURPOSES),
    }


def document(
    domain: str, operator: tuple[str, str | None], certificates: SiteCertificates, folder: Path
) -> dict[str, Any]:
    """What the lab's document says of it; the certificates become files."""
    ipv4, ipv6 = operator
    ordered = orders(domain, [address for address in operator if address])
    return {
        "name": f"{HOST}.{domain}",
        "ipv4": ipv4,
        "ipv6": ipv6,
        "service_alias": SERVICE_ALIAS,
        "certificates": {
            sort: papers.write_pair(folder, f"trap-{sort}", certificates.server(order))
            for sort, order in ordered.items()
        },
    }
