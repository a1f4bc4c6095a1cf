"""What the tests of this directory share."""

from __future__ import annotations

from collections.abc import Callable

from securemode.environment.models import Environment

SOUND = """\
identity: {customer: A, site: B, contract: C, system: D}
management_node: {name: mgmt, ipv4: 192.0.2.10}
credentials:
  web: {username: admin, password: {env: E1_WEB_PASSWORD}}
trust: {ca_file: null}
"""

Load = Callable[..., Environment]
"""Loads the sound environment with more lines after it."""

Refusal = Callable[..., list[str]]
"""The lines of the error with which the same is refused."""
