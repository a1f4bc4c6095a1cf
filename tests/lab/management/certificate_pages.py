"""The page for TLS certificates as a visitor sees it."""

from __future__ import annotations

import html
import re
import subprocess
from typing import TYPE_CHECKING

from lab.control.peers import needs
from securemode_lab.appliance.answers import Answers
from securemode_lab.appliance.derive import Configuration, Kind, NodeBehaviour, behaviour
from securemode_lab.appliance.variants import defaults

if TYPE_CHECKING:
    from pathlib import Path

    import requests

    from lab.management.conftest import ManagementNode

PAGE = "/admin/platform/tlscertificate/"
OWN = f"{PAGE}1/pfx/"
FIPS = "PKCS#12 bundles can't be uploaded in FIPS mode."


def derived(node: ManagementNode, *, fips: bool) -> NodeBehaviour:
    settings, own = node.store.get("global", 1), node.store.get("management_vm", 1)
    configuration = Configuration(settings, own, {})
    return behaviour(Kind.MANAGEMENT, configuration, Answers(fips_mode=fips), defaults())


def administrator(node: ManagementNode) -> requests.Session:
    browser = node.browser()
    node.log_in(browser)
    return browser


def send(
    node: ManagementNode,
    data: bytes,
    passphrase: str = "",
    browser: requests.Session | None = None,
) -> requests.Response:
    """What the page answers to an upload."""
    browser = browser or administrator(node)
    browser.get(node.url + PAGE, timeout=10)
    return browser.post(
        node.url + PAGE,
        {"csrfmiddlewaretoken": browser.cookies["csrftoken"], "passphrase": passphrase},
        files={"certificate_file": ("some.file", data, "application/octet-stream")},
        headers={"Referer": node.url + PAGE},
        timeout=10,
        allow_redirects=False,
    )


def message(answer: requests.Response) -> str:
    """Why an upload was refused."""
    assert answer.status_code == 200
    (text,) = re.findall(r'<ul class="errorlist"><li>(.+?)</li>', answer.text)
    return html.unescape(text)


def count(node: ManagementNode) -> int:
    return len(node.store.rows("tls_certificate"))


class Curl:
    """A visitor with a cookie jar, and no proxy."""

    def __init__(self, node: ManagementNode, folder: Path) -> None:
        self._node = node
        common = (needs("curl"), "-sS", "--noproxy", "*", "--max-time", "9", "--cacert", node.trust)
        self._command = (*common, "-b", "jar", "-c", "jar")
        self._folder = folder

    def ask(self, path: str, *options: str) -> str:
        address = self._node.url + path
        command = (*self._command, "-e", address, *options, address)
        done = subprocess.run(
            command, cwd=self._folder, capture_output=True, timeout=20, check=True
        )
        return done.stdout.decode()

    def send(self, path: str, *options: str, how: str = "-F") -> str:
        """A form, as multipart unless it is told otherwise."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.ask(path))
        assert token
        return self.ask(path, how, f"csrfmiddlewaretoken={token[1]}", *options)
