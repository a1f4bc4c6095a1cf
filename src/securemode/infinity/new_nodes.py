"""Makes Conferencing Nodes known to the Management Node, which answers with how each begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from securemode.infinity.client import CONFIGURATION, ManagementWriter

if TYPE_CHECKING:
    from collections.abc import Mapping

RESOURCE = "worker_vm"


class NewNode(NamedTuple):
    """A Conferencing Node that has just been made known.

    Attributes:
        key: under which it is read and written.
        bootstrap: XML that its machine has to be given; the product tells it this once only.
    """

    key: str
    bootstrap: str


class NodeRegistry(ManagementWriter):
    """Reads and writes, and takes the one answer that is no JSON."""

    def create_node(self, values: Mapping[str, object]) -> NewNode:
        """Make a Conferencing Node known.

        Raises:
            ValuesRefused: the product objects; the message has its words.
            UnexpectedAnswer: it does not answer with a bootstrap configuration.
        """
        path = f"{CONFIGURATION}/{RESOURCE}/"
        answer = self._transport.send("POST", path, payload=dict(values), repeatable=False)
        location = answer.required(201).headers.get("Location", "")
        key = location.rstrip("/").rpartition("/")[2]
        text = answer.body.decode("utf-8", "replace")
        if not key or not text.lstrip("\ufeff \r\n").startswith("<"):
            raise answer.unexpected("no Location, or no bootstrap configuration")
        return NewNode(key, text)
