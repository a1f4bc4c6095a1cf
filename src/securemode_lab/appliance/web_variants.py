"""What is unknown of the real web interface and API, each with its possibilities."""

from __future__ import annotations

from typing import TypeAlias

Variants: TypeAlias = dict[str, str]

POSSIBILITIES: dict[str, tuple[str, ...]] = {
    "role_refusal": ("403", "401"),
    "session_limit": ("refuse", "evict"),
    "secret_style": ("token", "blank", "omit"),
    "client_certificate": ("400", "403", "alert"),
    "role_reading": ("permission", "every administrator"),
    "snapshot_archive": ("plain", "encrypted"),
    "snapshot_paths": ("bare", "dotted"),
}
"""Name to possible values; the first is the lab's default."""


def defaults() -> Variants:
    """The lab's default for each."""
    return {name: values[0] for name, values in POSSIBILITIES.items()}
