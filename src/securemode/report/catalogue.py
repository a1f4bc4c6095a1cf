"""What the record reads of a requirement of the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class CatalogueRemedy(Protocol):
    """Where the setting is changed, in each of the product's own places; empty where it is not."""

    @property
    def interface(self) -> str:
        """Path in the web interface."""
        ...

    @property
    def api(self) -> str:
        """Resource and field of the Management API."""
        ...

    @property
    def wizard(self) -> str:
        """Question of the installation or security wizard, and its answer."""
        ...

    @property
    def text(self) -> str:
        """Sentences, for what has no such place."""
        ...


class CatalogueRow(Protocol):
    """One requirement."""

    @property
    def id(self) -> str:
        """Permanent id: "WIZ-14"."""
        ...

    @property
    def title(self) -> str:
        """A line that names it."""
        ...

    @property
    def section(self) -> str:
        """Section of the guide."""
        ...

    @property
    def applies_to(self) -> object:
        """Once for each of what; printed as its text."""
        ...

    @property
    def expected(self) -> str:
        """The guide's value."""
        ...

    @property
    def severity(self) -> object:
        """How much it matters; printed as its text."""
        ...

    @property
    def why(self) -> str:
        """Why it matters."""
        ...

    @property
    def kinds(self) -> Mapping[str, object]:
        """Kinds by which it is verified."""
        ...

    @property
    def remedy(self) -> CatalogueRemedy:
        """How a deviation is put right."""
        ...
