"""The pages of the web interface, as plain as they can be."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .resources.fields import Row

SITE = "Pexip Infinity Conferencing Platform"


def page(title: str, body: str, settings: Row) -> str:
    """A whole page; the site banner stands on top of each.

    Args:
        title: plain text.
        body: HTML.
        settings: the row of `global`.
    """
    banner = ""
    if settings["site_banner"]:
        colours = f"background:{settings['site_banner_bg']};color:{settings['site_banner_fg']}"
        text = escape(settings["site_banner"])
        banner = f'<div id="site-banner" style="{escape(colours)}">{text}</div>'
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8">'
        f"<title>{escape(title)} | {SITE}</title></head>\n"
        f"<body>\n{banner}\n<h1>{SITE}</h1>\n<h2>{escape(title)}</h2>\n{body}\n</body>\n</html>\n"
    )


def login(settings: Row, *, token: str, following: str, error: str = "", username: str = "") -> str:
    """The login form with the banner text, and with an error after a failed attempt."""
    notice = f'<ul class="errorlist nonfield"><li>{escape(error)}</li></ul>' if error else ""
    banner = ""
    if settings["logon_banner"]:
        banner = f'<div id="logon-banner"><pre>{escape(settings["logon_banner"])}</pre></div>'
    form = (
        '<form action="/admin/login/" method="post" id="login-form">\n'
        f'<input type="hidden" name="csrfmiddlewaretoken" value="{escape(token)}">\n'
        '<label for="id_username">Username:</label>\n'
        '<input type="text" name="username" autocapitalize="none" autocomplete="username" '
        f'maxlength="150" required id="id_username" value="{escape(username)}">\n'
        '<label for="id_password">Password:</label>\n'
        '<input type="password" name="password" autocomplete="current-password" required '
        'id="id_password">\n'
        f'<input type="hidden" name="next" value="{escape(following)}">\n'
        '<input type="submit" value="Log in">\n</form>'
    )
    return page("Log in", f"{banner}\n{notice}\n{form}", settings)


def listing(title: str, lines: Iterable[str], settings: Row) -> str:
    """A page that is a list of plain lines."""
    items = "\n".join(f"<li>{escape(line)}</li>" for line in lines)
    return inner(title, f"<ul>\n{items}\n</ul>", settings)


def inner(title: str, body: str, settings: Row) -> str:
    """A page for who is logged in: with the menu, which shows everybody every entry."""
    entries = "\n".join(
        f'<li><a href="{address}">{escape(entry)}</a></li>' for address, entry in MENU
    )
    menu = f'<nav id="menu"><ul>\n{entries}\n</ul></nav>'
    return page(title, f"{menu}\n{body}\n{LOG_OUT}", settings)


def csrf_refusal(reason: str, settings: Row) -> str:
    """The page for a form that did not come from one of our own pages."""
    body = f"<p>CSRF verification failed. Request aborted.</p><p>{escape(reason)}</p>"
    return page("Forbidden", body, settings)


LOG_OUT = '<p><a href="/admin/logout/">Log out</a></p>'
MENU = (
    ("/admin/", "Deployment"),
    ("/admin/logview/log/support/", "Support log"),
    ("/admin/logview/log/administrator/", "Administrator log"),
    ("/admin/logview/log/connectivity/", "Connectivity log"),
    ("/admin/platform/auditlog/", "Audit log"),
    ("/admin/platform/snapshot/", "Diagnostic snapshot"),
    ("/admin/platform/packetcapture/", "Packet capture"),
    ("/admin/platform/backup/", "Backup/restore"),
    ("/admin/platform/tlscertificate/", "TLS certificates"),
    ("/admin/platform/schema/", "Schemas"),
)
"""Address and name of each entry; beside the logs and the schemas the addresses are the lab's."""
