"""What an environment knows of STIGs: how grave an open control is, and what they add up to."""

from __future__ import annotations

from enum import StrEnum

STIG_REQUIREMENT = "HOST-01"
"""The requirement of the guide that all controls add up to."""


class Category(StrEnum):
    """The severity categories of DISA, gravest first."""

    ONE = "CAT I"
    TWO = "CAT II"
    THREE = "CAT III"
