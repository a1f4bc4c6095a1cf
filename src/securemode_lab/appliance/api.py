"""The management API: every request finds its resource in the table and is treated by its entry."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from . import permissions
from .api_bootstrap import bootstrap
from .api_errors import ApiError, not_allowed, not_found, refused
from .api_lists import filtered, ordered, page
from .api_schema import listed, root, schema
from .requestlog import WROTE
from .resources import AREAS
from .resources.resource import Area, Resource
from .store import NoSuchRow

if TYPE_CHECKING:
    from .accounts import Account
    from .api_access import Access
    from .api_commands import Commands
    from .api_documents import Documents
    from .api_rows import Rows
    from .api_status import Status
    from .resources.fields import Key, Row
    from .store import Store

PREFIX = "/api/admin/"
READING = ("GET", "OPTIONS")
AUDITED = frozenset(permissions.AUDITING)
KEPT_FROM_CLIENTS = frozenset({"authentication", "role", "role_mapping", "ldap_role"})


class Api:
    """Answers every request under `/api/admin/`."""

    def __init__(
        self,
        *,
        store: Store,
        status: Status,
        documents: Documents,
        rows: Rows,
        commands: Commands,
        access: Access,
    ) -> None:
        self._store = store
        self._status = status
        self._documents = documents
        self._rows = rows
        self._commands = commands
        self._access = access

    async def answer(self, request: web.Request) -> web.Response:
        """The answer to one request, errors included."""
        try:
            return await self._route(request)
        except ApiError as error:
            if error.body is None:
                return web.Response(status=error.status, headers=error.headers)
            return web.json_response(error.body, status=error.status, headers=error.headers)

    async def _route(self, request: web.Request) -> web.Response:
        if not request.path.endswith("/"):
            raise not_found()
        area, *rest = request.path.removeprefix(PREFIX).strip("/").split("/")
        if not rest or rest[0] != "v1":
            raise not_found()
        if area == "command":
            return await self._command_route(request, rest[1:])
        resources = AREAS.get(area)
        if resources is None:
            raise not_found()
        match rest[1:]:
            case []:
                await self._reader(request)
                return web.json_response(root(resources.values()))
            case [name] if name in resources:
                return await self._list(request, resources[name])
            case [name, "schema"] if name in resources:
                await self._reader(request)
                return web.json_response(schema(resources[name]))
            case [name, element] if name in resources:
                return await self._detail(request, resources[name], element)
        raise not_found()

    async def _reader(self, request: web.Request) -> None:
        _only(request, "GET")
        self._access.require(await self._access.account(request), *permissions.Permission)

    async def _list(self, request: web.Request, resource: Resource) -> web.Response:
        if request.method == "OPTIONS":
            return _options(resource.list_methods)
        _only(request, resource.list_methods)
        await self._permitted(request, resource)
        if request.method == "GET":
            return self._page(request, resource)
        if request.method == "DELETE":
            self._rows.delete_all(resource)
            return _wrote(request, 204)
        data = await _document(request)
        if request.method == "POST":
            return self._created(request, resource, await self._rows.create(resource, data))
        if request.method == "PUT":
            await self._rows.replace_all(resource, data)
            return _wrote(request, 204)
        await self._rows.change_list(resource, data)
        return _wrote(request, 202)

    async def _detail(self, request: web.Request, resource: Resource, element: str) -> web.Response:
        if request.method == "OPTIONS":
            return _options(resource.detail_methods)
        _only(request, resource.detail_methods)
        await self._permitted(request, resource)
        key = resource.key_from(element)
        row = self._row(resource, key)
        if key is None or row is None:
            raise not_found()
        if request.method == "GET":
            return web.json_response(self._documents.show(resource, row))
        if request.method == "DELETE":
            self._rows.delete(resource, key)
            return _wrote(request, 204)
        if request.method == "POST":
            raise not_found()
        await self._rows.update(resource, key, await _document(request))
        return _wrote(request, 204 if request.method == "PUT" else 202)

    async def _permitted(self, request: web.Request, resource: Resource) -> Account:
        account = await self._access.account(request)
        if request.method in READING:
            status = resource.area is Area.STATUS
            needed = permissions.to_read(resource.name, status=status)
            if self._access.lets_everybody_read and not AUDITED.issuperset(needed):
                needed = (permissions.Permission.IS_ADMINISTRATOR,)
        else:
            needed = permissions.to_write(resource.name)
            if account.is_client and resource.name in KEPT_FROM_CLIENTS and not self._all_perms():
                needed = ()
        self._access.require(account, *needed)
        return account

    def _all_perms(self) -> bool:
        return bool(self._store.get("authentication", 1)["api_oauth2_allow_all_perms"])

    def _row(self, resource: Resource, key: Key | None) -> Row | None:
        if key is None:
            return None
        try:
            if resource.area is Area.STATUS:
                return self._status.get(resource.name, key)
            return self._store.get(resource.name, key)
        except NoSuchRow:
            return None

    def _page(self, request: web.Request, resource: Resource) -> web.Response:
        source = self._status if resource.area is Area.STATUS else self._store
        query = list(request.query.items())
        rows = filtered(source.rows(resource.name), resource, query, self._store)
        meta, shown = page(ordered(rows, resource, query), resource, query)
        objects = [self._documents.show(resource, row) for row in shown]
        return web.json_response({"meta": meta, "objects": objects})

    def _created(self, request: web.Request, resource: Resource, key: Key) -> web.Response:
        answer = _wrote(request, 201)
        answer.headers["Location"] = f"{request.url.origin()}{resource.uri(key)}"
        row = self._store.get(resource.name, key)
        if resource.name == "worker_vm":
            answer.content_type = "application/xml"
            answer.body = bootstrap(row, self._store)
        elif resource.name == "oauth2_client":
            document = self._documents.show(resource, row)
            answer.content_type = "application/json"
            answer.text = json.dumps(document | {"private_key_jwt": row["private_key_jwt"]})
        return answer

    async def _command_route(self, request: web.Request, rest: list[str]) -> web.Response:
        match rest:
            case [group] if group in self._commands.groups:
                await self._reader(request)
                address = f"{PREFIX}command/v1/{group}/"
                names = self._commands.groups[group]
                return web.json_response({name: listed(f"{address}{name}/") for name in names})
            case [group, name] if name in self._commands.groups.get(group, {}):
                command = self._commands.groups[group][name]
                _only(request, "POST")
                account = await self._access.account(request)
                self._access.require(account, command.permission)
                data = await _document(request)
                answer = await self._commands.run(name, command, data)
                _wrote(request, 202)
                return web.json_response(answer, status=202)
        raise not_found()


def _only(request: web.Request, methods: str) -> None:
    if request.method not in methods.split():
        raise not_allowed(methods)


def _options(methods: str) -> web.Response:
    return web.Response(headers={"Allow": ", ".join(methods.split())})


def _wrote(request: web.Request, status: int) -> web.Response:
    """An empty answer to a request that changed something."""
    request[WROTE] = True
    return web.Response(status=status, content_type="text/html")


async def _document(request: web.Request) -> Row:
    """The body: a JSON object, or a form with files.

    Raises:
        ApiError: 400; it is neither.
    """
    if request.content_type in ("multipart/form-data", "application/x-www-form-urlencoded"):
        form = await request.post()
        return {
            name: part.file.read() if isinstance(part, web.FileField) else part
            for name, part in form.items()
        }
    if request.content_type != "application/json":
        raise refused(f"The format indicated '{request.content_type}' is not available.")
    try:
        data: Any = await request.json()
    except (ValueError, UnicodeDecodeError):
        raise refused("Request is not valid JSON.") from None
    if not isinstance(data, dict):
        raise refused("Request is not a JSON object.")
    return data
