"""What the document of a lab says of its vCenter; a lab without one says nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from securemode.environment.models import Login, VSphere
from securemode.environment.secret import Secret
from securemode.environment.stig import StigInputs
from securemode.setups.lab_placement import placement_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from securemode.environment.models import Credentials

_KEY = "vsphere"


def vcenter_of(document: Mapping[str, Any]) -> VSphere | None:
    """The vCenter, and which of its objects belong to the deployment."""
    given = document.get(_KEY)
    if given is None:
        return None
    return VSphere(
        address=given["address"],
        port=given["port"],
        ca_file=Path(given["ca_file"]),
        virtual_machines=given["virtual_machines"],
        contingency=given["contingency"],
        hosts=tuple(given["hosts"]),
        datastores=tuple(given["datastores"]),
        stig=StigInputs.model_validate_json(json.dumps(given.get("stig", {}))),
        deploy=placement_of(document),
    )


def capacities_of(document: Mapping[str, Any]) -> dict[str, int]:
    """IOPS that each datastore can deliver, by its name."""
    return dict(document.get(_KEY, {}).get("datastores", {}))


def with_vcenter_account(credentials: Credentials, document: Mapping[str, Any]) -> Credentials:
    """The accounts of the lab with that of its vCenter: the one that set-ups can work with."""
    given = document.get(_KEY)
    if given is None:
        return credentials
    account = Login(username=given["username"], password=Secret(given["password"]))
    password = given.get("bios_supervisor_password")
    return credentials.model_copy(
        update={
            "vsphere": account,
            "bios_supervisor_password": Secret(password) if password else None,
        }
    )
