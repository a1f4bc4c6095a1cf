"""Pages of the web interface that make, list, hand out and delete files.

Their paths are the lab's own: the product's are not public.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from aiohttp import web

from . import web_csrf, web_pages
from .requestlog import WROTE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from .accounts import Account
    from .permissions import Permission
    from .store import Store

    Form = Mapping[str, str]

DOWNLOAD = "download/"


class BadForm(Exception):
    """What was sent cannot be done; the text says why."""


class Files(Protocol):
    """Where the files of a page are kept."""

    @property
    def names(self) -> list[str]:
        """File names, oldest first."""

    def archive(self, name: str) -> bytes | None:
        """The content, None where there is no such file."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """One page.

    Attributes:
        path, title: of the page.
        files: behind it.
        make, fetch: permissions to create and delete, and to download.
        create: makes a file out of a form; BadForm where it cannot.
        delete: whether there was a file of that name; None where files go by themselves.
        field: label and name of what the form asks for, if anything.
    """

    path: str
    title: str
    files: Files
    make: Permission
    fetch: Permission
    create: Callable[[Form], Awaitable[object]]
    delete: Callable[[str], bool] | None = None
    field: tuple[str, str] | None = None

    @property
    def downloads(self) -> str:
        """Where its files are."""
        return self.path + DOWNLOAD


class Shelves:
    """Answers for all of these pages.

    Args:
        store: with the banner that every page shows.
        shelves: the pages.
        denied: makes the answer to whom a role forbids something.
    """

    def __init__(
        self, store: Store, shelves: list[Shelf], denied: Callable[[], web.Response]
    ) -> None:
        self._store = store
        self._shelves = shelves
        self._denied = denied

    def at(self, path: str) -> Shelf | None:
        """The page to which a path belongs."""
        return next((shelf for shelf in self._shelves if path.startswith(shelf.path)), None)

    async def answer(self, request: web.Request, shelf: Shelf, account: Account) -> web.Response:
        """The page, a change, or a file."""
        if request.path.startswith(shelf.downloads):
            return self.download(request, shelf, account)
        if request.path != shelf.path:
            raise web.HTTPNotFound
        if request.method == "POST":
            return await self._change(request, shelf, account)
        if not account.may(shelf.make, shelf.fetch):
            return self._denied()
        return self._page(request, shelf, account)

    def download(self, request: web.Request, shelf: Shelf, account: Account) -> web.Response:
        """One file."""
        if not account.may(shelf.fetch):
            return self._denied()
        name = request.path.removeprefix(shelf.downloads).strip("/")
        archive = shelf.files.archive(name)
        if archive is None:
            raise web.HTTPNotFound
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(body=archive, headers=headers, content_type="application/octet-stream")

    async def _change(self, request: web.Request, shelf: Shelf, account: Account) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        reason = web_csrf.refusal(request, form)
        if reason:
            page = web_pages.csrf_refusal(reason, self._store.get("global", 1))
            return _html(page, HTTPStatus.FORBIDDEN)
        if not account.may(shelf.make):
            return self._denied()
        try:
            await _do(shelf, form)
        except BadForm as bad:
            return self._page(request, shelf, account, str(bad))
        request[WROTE] = True
        return web.Response(status=HTTPStatus.FOUND, headers={"Location": shelf.path})

    def _page(
        self, request: web.Request, shelf: Shelf, account: Account, error: str = ""
    ) -> web.Response:
        token = web_csrf.token_of(request)
        makes, fetches = account.may(shelf.make), account.may(shelf.fetch)
        items = [
            "<li>"
            + (_link(shelf.downloads + name + "/", name) if fetches else escape(name))
            + (_button(shelf, token, "delete", name) if makes and shelf.delete else "")
            + "</li>"
            for name in shelf.files.names
        ]
        notice = f'<ul class="errorlist"><li>{escape(error)}</li></ul>' if error else ""
        form = _button(shelf, token, "create") if makes else ""
        body = "\n".join((notice, "<ul>", *items, "</ul>", form))
        answer = _html(web_pages.inner(shelf.title, body, self._store.get("global", 1)))
        web_csrf.set_token(answer, token)
        return answer


async def _do(shelf: Shelf, form: Form) -> None:
    action, name = form.get("action"), form.get("name", "")
    if action == "create":
        await shelf.create(form)
    elif action != "delete" or shelf.delete is None:
        raise BadForm("There is no such action.")
    elif not shelf.delete(name):
        raise BadForm("There is no such file.")


def _button(shelf: Shelf, token: str, action: str, name: str = "") -> str:
    hidden = {web_csrf.FIELD: token, "action": action} | ({"name": name} if name else {})
    inputs = "".join(
        f'<input type="hidden" name="{key}" value="{escape(value)}">'
        for key, value in hidden.items()
    )
    if shelf.field is not None and action == "create":
        label, key = shelf.field
        kind = "password" if key == "passphrase" else "text"
        inputs += f'<label>{label}: <input type="{kind}" name="{key}"></label>'
    return (
        f'<form action="{shelf.path}" method="post">{inputs}'
        f'<input type="submit" value="{action.capitalize()}"></form>'
    )


def _link(address: str, text: str) -> str:
    return f'<a href="{escape(address)}">{escape(text)}</a>'


def _html(text: str, status: int = HTTPStatus.OK) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html")
