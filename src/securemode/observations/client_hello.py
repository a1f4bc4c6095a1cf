"""What a TLS client offers: its ClientHello, by the names of the registries."""

from __future__ import annotations

from dataclasses import dataclass

SIGNALS = ("GREASE", "TLS_EMPTY_RENEGOTIATION_INFO_SCSV", "TLS_FALLBACK_SCSV")
"""Beginnings of names of entries that are no offer: a server can't choose them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientHelloSeen:
    """One ClientHello.

    A name is that of the IANA registry; a number that it does not have is shown as such. What
    clients throw in so that nobody relies on a list being complete (RFC 8701) is "GREASE".

    Attributes:
        record_version: of the record that carries it; it says little.
        legacy_version: the version field.
        versions: that are offered, in the client's order: those of supported_versions, or the
            legacy version alone, where that extension is missing.
        is_lowest_version_known: whether the list is whole; without supported_versions a client
            names the newest version that it would take, and keeps the oldest to itself.
        suites: in the client's order, signals among them.
        groups: likewise; empty without the extension.
        signature_algorithms: likewise.
        server_name: the name that is asked for, empty for none.
        alpn: protocols on top of TLS.
    """

    record_version: str
    legacy_version: str
    versions: tuple[str, ...]
    is_lowest_version_known: bool
    suites: tuple[str, ...]
    groups: tuple[str, ...] = ()
    signature_algorithms: tuple[str, ...] = ()
    server_name: str = ""
    alpn: tuple[str, ...] = ()

    @property
    def offered_suites(self) -> tuple[str, ...]:
        """The suites that a server can choose."""
        return tuple(name for name in self.suites if not name.startswith(SIGNALS))

    @property
    def offered_groups(self) -> tuple[str, ...]:
        """The groups that a server can choose."""
        return tuple(name for name in self.groups if not name.startswith(SIGNALS))
