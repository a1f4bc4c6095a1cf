"""What the product says of its own configuration."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class SecretState(StrEnum):
    """What a secret field tells; never its value.

    *Blank* and *absent* do not tell that there is none: the product shows many secrets to nobody.
    """

    SET = "set"
    BLANK = "blank"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class ConfigurationRows:
    """Every object of one resource of the Management API.

    Attributes:
        resource: name of the resource: "worker_vm".
        read_at: when it was read by our clock, UTC, ISO 8601.
        served: whether this version of the product has the resource at all.
        rows: the objects as JSON values; a secret is replaced by the text of its `SecretState`, an
            SNMP community other than "public" likewise.
    """

    resource: str
    read_at: str
    served: bool
    rows: tuple[dict[str, Any], ...] = ()
