"""From stored values to JSON: related rows as addresses or objects, secrets never in clear."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import TYPE_CHECKING, Any

from .resources import CONFIGURATION
from .resources.fields import Field, Kind, Row, Secret
from .resources.resource import Area

if TYPE_CHECKING:
    from .resources.resource import Resource
    from .store import Store
    from .web_variants import Variants

TOKEN_PREFIX = "$~!1"
TOKEN_BYTES = 144
NODES = ("management_vm", "worker_vm")


class Documents:
    """The rows of the database as the API shows them.

    What the product shows for each secret is only partly known, so there is a variant:
    `secret_style` "token" is as the field's entry in the table says, "blank" shows no token,
    "omit" no secret field at all.

    Attributes:
        token_key: what tokens are made with; another one makes others of the same secrets.
    """

    def __init__(self, store: Store, variants: Variants) -> None:
        self._store = store
        self._variants = variants
        self.token_key = secrets.token_bytes(32)

    def show(self, resource: Resource, row: Row) -> Row:
        """One row as a GET answers it."""
        shown = {
            name: self._value(resource, field, row)
            for name, field in resource.columns.items()
            if not self._is_omitted(field)
        }
        return shown | {"resource_uri": resource.uri(row[resource.key])}

    def is_shown_secret(self, resource: Resource, field: Field, row: Row, data: Row) -> bool:
        """Whether a client writes back what it was shown instead of the secret."""
        if field.secret is None or self._is_omitted(field) or not row[field.name]:
            return False
        shown = self._secret(resource, field, row)
        return bool(shown) and bool(data[field.name] == shown)

    def _is_omitted(self, field: Field) -> bool:
        if field.secret is None:
            return False
        return field.secret is Secret.OMITTED or self._variants["secret_style"] == "omit"

    def _value(self, resource: Resource, field: Field, row: Row) -> Any:
        if field.secret is not None:
            return self._secret(resource, field, row)
        if field.name == "nodes" and resource.area is Area.CONFIGURATION:
            return self._nodes_using(resource, row)
        value = row[field.name]
        if field.kind is not Kind.RELATED or value is None:
            return value
        if field.many:
            return [self._related(field, key) for key in value]
        return self._related(field, value)

    def _related(self, field: Field, key: Any) -> Any:
        target = CONFIGURATION.get(field.target)
        if target is None:
            return f"/api/admin/{Area.CONFIGURATION}/v1/{field.target}/{key}/"
        if field.embedded:
            return self.show(target, self._store.get(target.name, key))
        return target.uri(key)

    def _nodes_using(self, resource: Resource, row: Row) -> list[str]:
        """Names of the nodes to which a certificate or an SSH key is assigned."""
        column = "tls_certificate" if resource.name == "tls_certificate" else "ssh_authorized_keys"
        key = row[resource.key]
        return [
            f"{node['hostname']}.{node['domain']}"
            for name in NODES
            for node in self._store.rows(name)
            if key == node[column] or (isinstance(node[column], list) and key in node[column])
        ]

    def _secret(self, resource: Resource, field: Field, row: Row) -> str | None:
        value = row[field.name]
        if not value or self._variants["secret_style"] == "blank" or field.secret is Secret.BLANK:
            return None if value is None else ""
        return self.kept(resource, field, row)

    def kept(self, resource: Resource, field: Field, row: Row) -> str | None:
        """A secret as the product keeps it: nobody can read it."""
        value = row[field.name]
        if not value:
            return None if value is None else ""
        if field.secret is Secret.DIGEST:
            return hashlib.sha1(value.encode(), usedforsecurity=False).hexdigest()
        seed = "\0".join((resource.name, str(row[resource.key]), field.name, value)).encode()
        token = hashlib.shake_256(self.token_key + seed).digest(TOKEN_BYTES)
        return TOKEN_PREFIX + base64.b64encode(token).decode()
