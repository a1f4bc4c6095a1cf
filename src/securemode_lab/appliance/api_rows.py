"""What the methods of the API do to rows."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .api_errors import not_found, refused
from .api_values import Values
from .store import NoSuchRow, StillInUse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .api_documents import Documents
    from .resources.fields import Key, Row
    from .resources.resource import Resource
    from .store import Store


class Rows:
    """Creation, change and deletion, one row or a whole list at a time.

    A list is changed as a whole or not at all.
    """

    def __init__(self, store: Store, documents: Documents) -> None:
        self._store = store
        self._documents = documents

    async def create(self, resource: Resource, data: Row) -> Key:
        """A new row; its key."""
        row = self._values(resource).for_new_row(data)
        if resource.complete is not None:
            row = await asyncio.to_thread(resource.complete, row)
        return self._store.insert(resource.name, row)

    async def update(self, resource: Resource, key: Key, data: Row) -> None:
        """Change what the data names; the rest of the row stays."""
        try:
            row = self._values(resource).for_row(data, key)
        except NoSuchRow:
            raise not_found() from None
        self._store.update(resource.name, key, row)
        if resource.name == "certificate_signing_request" and row["certificate"]:
            self._answer_request(key, row)

    def delete(self, resource: Resource, key: Key) -> None:
        """Remove one row and the references to it."""
        try:
            if self._store.get(resource.name, key).get("primary"):
                raise refused("The primary Management Node can't be deleted.")
            self._store.delete(resource.name, key)
        except NoSuchRow:
            raise not_found() from None
        except StillInUse as error:
            raise refused(error.message) from None

    def delete_all(self, resource: Resource) -> None:
        """Remove every row."""
        with self._whole():
            for row in self._store.rows(resource.name):
                self.delete(resource, row[resource.key])

    async def replace_all(self, resource: Resource, data: Row) -> None:
        """Remove every row, then create those given."""
        with self._whole():
            self.delete_all(resource)
            for item in _objects(data):
                await self.create(resource, item)

    async def change_list(self, resource: Resource, data: Row) -> None:
        """Update the objects that say where they are, create the others, delete what is named."""
        with self._whole():
            for item in _objects(data):
                uri = item.get("resource_uri")
                if uri is None:
                    await self.create(resource, item)
                else:
                    await self.update(resource, _key(resource, uri), item)
            for uri in data.get("deleted_objects", []):
                self.delete(resource, _key(resource, uri))

    def _values(self, resource: Resource) -> Values:
        return Values(resource, self._store, self._documents)

    def _answer_request(self, key: Key, row: Row) -> None:
        """A signing request that got its certificate becomes a TLS certificate."""
        values = {name: row[name] for name in ("certificate", "private_key")}
        if row["tls_certificate"] is None:
            self._store.insert("tls_certificate", values)
        else:
            self._store.update("tls_certificate", row["tls_certificate"], values)
        self._store.delete("certificate_signing_request", key)

    @contextmanager
    def _whole(self) -> Iterator[None]:
        before = self._store.snapshot()
        try:
            yield
        except Exception:
            self._store.restore(before)
            raise


def _objects(data: Row) -> list[Row]:
    items = data.get("objects")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise refused("Invalid data sent.")
    return items


def _key(resource: Resource, uri: object) -> Key:
    key = resource.key_of(uri) if isinstance(uri, str) else None
    if key is None:
        raise refused(f"'{uri}' is no address of a {resource.title}.")
    return key
