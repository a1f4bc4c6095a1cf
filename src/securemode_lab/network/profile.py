"""Which kind of network this machine allows: tried out in a child process, best first."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

from securemode_lab.network import firewall, links, namespaces
from securemode_lab.network.backbone import Backbone
from securemode_lab.network.loopback import Loopback
from securemode_lab.network.netlink import NETLINK_NETFILTER, NETLINK_ROUTE, Channel
from securemode_lab.network.rules import SILENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode_lab.network.attachment import Network

_SWITCHES = (
    ("kernel/apparmor_restrict_unprivileged_userns", "1", "0"),
    ("kernel/unprivileged_userns_clone", "0", "1"),
    ("user/max_user_namespaces", "0", "10000"),
    ("user/max_net_namespaces", "0", "10000"),
)
"""Kernel parameters that forbid namespaces: path below /proc/sys, forbidding and allowing value."""


class NamespacesRefused(Exception):
    """Namespaces were asked for by name and this machine does not allow them."""


def choose(profile: str = "auto") -> Network:
    """The best network that this machine allows, or the one asked for.

    The process must have one thread only, and moves into its namespaces here.

    Args:
        profile: one of `attachment.PROFILES`.

    Raises:
        NamespacesRefused: they were asked for by name; says why and what to enable.
    """
    if profile == "loopback":
        return Loopback("loopback was asked for by name")
    refused_to_user = _refusal(namespaces.enter)
    if refused_to_user is None:
        namespaces.enter()
        return Backbone(user_namespace=True)
    reason = f"user namespaces are refused here ({refused_to_user})"
    if os.geteuid() == 0 and _refusal(_unshare_network) is None:
        _unshare_network()
        return Backbone(user_namespace=False, reason=f"{reason}; {_remedy()}")
    reason = f"{reason}, and network namespaces without them need root; {_remedy()}"
    if profile == "namespaces":
        raise NamespacesRefused(reason)
    return Loopback(reason)


def _unshare_network() -> None:
    namespaces.unshare(namespaces.CLONE_NEWNET)
    namespaces.stay_visible()


def _refusal(enter: Callable[[], None]) -> str | None:
    """Why a network cannot be built after `enter`, or None; nothing of it stays behind."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, _attempt(enter).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return None if said == "works" else said or "the attempt was killed"


def _attempt(enter: Callable[[], None]) -> str:
    """Everything that a lab needs of the kernel, once."""
    try:
        enter()
        os.close(namespaces.new_network())
        Channel(NETLINK_ROUTE).exchange(links.bridge("probe"))
        Channel(NETLINK_NETFILTER).exchange(*firewall.transaction(SILENT))
        namespaces.sysctl("net.ipv4.ip_unprivileged_port_start", 0)
    except OSError as refused:
        return errno.errorcode.get(refused.errno or 0, "?") + f": {refused.strerror}"
    except BaseException as unexpected:  # noqa: BLE001 - a child must say what happened and end
        return repr(unexpected)
    return "works"


def _remedy() -> str:
    """What an administrator can enable on this machine."""
    commands = [
        f"sysctl {path.replace('/', '.')}={allowing}"
        for path, forbidding, allowing in _SWITCHES
        if _read(Path("/proc/sys") / path) == forbidding
    ]
    if commands:
        return f"to enable them: {', '.join(commands)}"
    return (
        "a container or security module forbids them: allow unshare(CLONE_NEWUSER | CLONE_NEWNET), "
        "for Docker with --security-opt seccomp=unconfined --security-opt apparmor=unconfined"
    )


def _read(path: Path) -> str | None:
    try:
        return path.read_text().strip()
    except OSError:
        return None
