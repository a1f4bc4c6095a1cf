"""Certificates that a look uploads, as the Management API lists them, and their way out again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from securemode.certificates import NotReadable, read_pem
from securemode.errors import CannotLook
from securemode.infinity.client import key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from securemode.infinity.client import ManagementWriter, Row
    from securemode.probes.probe import Access

RESOURCE = "tls_certificate"
_ATTEMPTS = 2


@dataclass(slots=True)
class UploadedCertificates:
    """The TLS certificates of one look, known by their common names.

    Attributes:
        api: lists and deletes them.
        access: of the look.
        names: of those that were sent, in their order, whatever became of them.
        is_unsure: whether an upload had no answer, so that it may still come to something.
    """

    api: ManagementWriter
    access: Access
    names: list[str] = field(default_factory=list)
    is_unsure: bool = False

    def listed(self) -> frozenset[str]:
        """Which of them there are."""
        return frozenset(name for name, _ in self._rows())

    def cleared(self) -> tuple[frozenset[str], tuple[str, ...]]:
        """Delete them; return which there were, and which are, or may be, left."""
        if self.is_unsure:
            self.access.cancelled.wait(self.access.timeout_s)
        found: set[str] = set()
        left = tuple(self.names)  # for all that is known
        for _ in range(_ATTEMPTS if self.names else 0):
            try:
                rows = list(self._rows())
                left = tuple(name for name, _ in rows)
                found.update(left)
                for _, key in rows:
                    self.api.delete(RESOURCE, key)
                left = tuple(sorted(self.listed())) if rows else ()
            except CannotLook:
                continue
            if not left:
                break
        return frozenset(found), left

    def _rows(self) -> Iterator[tuple[str, str]]:
        """Name and key of each."""
        for row in self.api.list(RESOURCE):
            for name in self.names:
                if _is_named(row, name):
                    yield name, key_of(row)


def _is_named(row: Row, name: str) -> bool:
    try:
        facts = read_pem(str(row.get("certificate") or ""))
    except NotReadable:
        facts = ()
    return any(name in one.common_names for one in facts) or name in str(row.get("subject_name"))
