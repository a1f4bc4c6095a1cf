"""The Management API: a client that can only read, and one that can also write."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote, urlencode, urlsplit

from securemode.errors import AuthenticationRejected, CannotLook, UnexpectedAnswer
from securemode.infinity.answers import ValuesRefused
from securemode.infinity.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from securemode.environment.models import KeyPair, Login
    from securemode.infinity.answers import Answer
    from securemode.infinity.download import Download

Row: TypeAlias = dict[str, Any]
Rows: TypeAlias = list[Row]

ROOT = "/api/admin"
CONFIGURATION = f"{ROOT}/configuration/v1"
STATUS = f"{ROOT}/status/v1"
COMMAND = f"{ROOT}/command/v1"

PAGE_ROWS = 500
MOST_PAGES = 40


class ManagementApi:
    """Reads the product's configuration and status; has no method that writes.

    Args:
        base_url: scheme, address and port of the Management Node.
        login: a web administrator; None where a client certificate says who we are.
        verify: file or directory of trusted CA certificates, or a boolean as requests has it.
        timeout_s: how long one answer may take.
        server_name: the node's name in its certificate; empty where the URL has it.
        pause: waits between attempts; takes seconds.
        identity: client certificate, presented where the product asks for one.
    """

    def __init__(
        self,
        base_url: str,
        login: Login | None,
        verify: str | bool = True,  # noqa: FBT001, FBT002 - a path or a switch, as in requests
        timeout_s: float = 10.0,
        *,
        server_name: str = "",
        pause: Callable[[float], object] = time.sleep,
        identity: KeyPair | None = None,
    ) -> None:
        self._transport = Transport(
            base_url,
            (login.username, login.password.reveal()) if login else None,
            verify=verify,
            timeout_s=timeout_s,
            server_name=server_name,
            pause=pause,
            identity=(str(identity.certificate), str(identity.key)) if identity else None,
        )

    def list(self, resource: str, **filters: object) -> Rows:
        """Every object of a configuration resource, however many pages they fill.

        Raises:
            NoSuchResource: this version has no such resource.
            CannotLook: anything else that kept us from all of them.
        """
        return self._pages(f"{CONFIGURATION}/{resource}/", filters)

    def status_list(self, resource: str, **filters: object) -> Rows:
        """Every object of a status resource."""
        return self._pages(f"{STATUS}/{resource}/", filters)

    def get(self, resource: str, key: object) -> Row:
        """One object of a configuration resource."""
        answer = self._transport.send("GET", object_path(resource, key)).required(200)
        return _row(answer.json(), answer)

    def download(self, uri: str, *, timeout_s: float) -> AbstractContextManager[Download]:
        """The file at a place that the product named, read while it comes.

        Whatever host the product names, this Management Node is asked, and nobody else.
        """
        try:
            target = urlsplit(uri)
        except ValueError as error:
            raise UnexpectedAnswer(f"The product names no place: {uri[:80]!r}.") from error
        path = f"/{target.path.lstrip('/')}" + (f"?{target.query}" if target.query else "")
        return self._transport.download(path, timeout_s=timeout_s)

    def is_up(self) -> bool:
        """Whether the Administrator interface answers at all, whatever it thinks of us."""
        try:
            self._transport.send("GET", f"{STATUS}/management_vm/").required(200)
        except AuthenticationRejected:
            return True
        except CannotLook:
            return False
        return True

    def _pages(self, path: str, filters: Mapping[str, object]) -> Rows:
        rows: Rows = []
        page = f"{path}?{urlencode({**filters, 'limit': PAGE_ROWS})}"
        read: set[str] = set()
        while page:
            if page in read or len(read) == MOST_PAGES:
                raise UnexpectedAnswer(
                    f"GET {path} is a list without an end: "
                    f"read {len(read)} pages, {len(rows)} rows."
                )
            read.add(page)
            answer = self._transport.send("GET", page).required(200)
            objects, page = _envelope(answer, path)
            rows += objects
        return rows


class ManagementWriter(ManagementApi):
    """Reads and writes; only set-ups and intrusive probes have one."""

    def patch(self, resource: str, key: object, values: Mapping[str, object]) -> None:
        """Change fields of one object.

        Raises:
            ValuesRefused: the product objects; the message has its words.
        """
        path = object_path(resource, key)
        self._transport.send("PATCH", path, payload=dict(values)).required(202, 200, 204)

    def post(self, resource: str, values: Mapping[str, object]) -> str:
        """Create an object and return its key."""
        path = f"{CONFIGURATION}/{resource}/"
        answer = self._transport.send("POST", path, payload=dict(values), repeatable=False)
        location = answer.required(201).headers.get("Location", "")
        if not location:
            raise answer.unexpected("no Location of what it created")
        return location.rstrip("/").rpartition("/")[2]

    def delete(self, resource: str, key: object) -> None:
        """Remove one object."""
        self._transport.send("DELETE", object_path(resource, key)).required(204)

    def command(self, name: str, values: Mapping[str, object]) -> Any:
        """Run a command such as "platform/backup_create" and return its data.

        Raises:
            ValuesRefused: the command did not succeed.
        """
        path = f"{COMMAND}/{name}/"
        answer = self._transport.send("POST", path, payload=dict(values), repeatable=False)
        body = _row(answer.required(202, 200).json(), answer)
        if body.get("status") != "success":
            raise ValuesRefused(f"{answer.request} does not succeed: {body.get('message', body)}.")
        return body.get("data")


def object_path(resource: str, key: object) -> str:
    """The path of one configuration object."""
    return f"{CONFIGURATION}/{resource}/{quote(str(key), safe='')}/"


def key_of(row: Row) -> str:
    """The key under which an object is read and written again."""
    uri = str(row.get("resource_uri") or "")
    return uri.rstrip("/").rpartition("/")[2] if uri else str(row["id"])


def _row(value: object, answer: Answer) -> Row:
    if not isinstance(value, dict):
        raise answer.unexpected("something other than an object")
    return value


def _envelope(answer: Answer, path: str) -> tuple[Rows, str]:
    """The objects of one page, and path and query of the next, empty after the last."""
    body = _row(answer.json(), answer)
    meta, objects = body.get("meta"), body.get("objects")
    if not isinstance(meta, dict) or not isinstance(objects, list):
        raise answer.unexpected("no list envelope (meta and objects)")
    following = meta.get("next") or ""
    if following and not str(following).startswith(f"{path}?"):
        raise answer.unexpected(f"a next page elsewhere ({following})")
    return [_row(value, answer) for value in objects], str(following)
