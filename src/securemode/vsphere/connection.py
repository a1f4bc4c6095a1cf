"""The connection to vCenter's SOAP endpoint: TLS verified, in the newest API that both speak."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any

from pyVmomi import SoapStubAdapter, vim
from pyVmomi.VmomiSupport import GetServiceVersions, versionIdMap

from securemode.infinity.access import API_PATIENCE

if TYPE_CHECKING:
    from securemode.environment.models import Environment
    from securemode.environment.vsphere import VSphere

OLDEST = "vim.version.version9"
"""API 5.5: older than any vCenter that is still about, so that every one answers to it."""

_IDLE_S = 60


def connected(environment: Environment, vcenter: VSphere) -> Any:
    """A stub of pyVmomi that is not logged in yet.

    Args:
        environment: whose trust and limits.
        vcenter: where it is.
    """
    trusted = vcenter.ca_file or environment.trust.ca_file
    given = {
        "host": f"[{vcenter.address}]" if ":" in vcenter.address else vcenter.address,
        "port": vcenter.port,
        "sslContext": ssl.create_default_context(cafile=str(trusted) if trusted else None),
        "httpConnectionTimeout": timeout_s(environment),
        "connectionPoolTimeout": _IDLE_S,
    }
    greeting = SoapStubAdapter(version=OLDEST, **given)
    try:
        content = vim.ServiceInstance("ServiceInstance", greeting).RetrieveContent()
    finally:
        greeting.DropConnections()
    return SoapStubAdapter(version=newest_common(content.about.apiVersion), **given)


def timeout_s(environment: Environment) -> float:
    """How long one answer of vCenter may take."""
    return API_PATIENCE * environment.limits.answer_timeout_s


def newest_common(stated: str) -> str:
    """The newest version of the API that pyVmomi knows and the server has.

    Args:
        stated: what the server says of itself: "8.0.3.0".
    """
    known = ((_numbers(versionIdMap[name]), name) for name in GetServiceVersions("vim25"))
    fitting = [(numbers, name) for numbers, name in known if () < numbers <= _numbers(stated)]
    return max(fitting, default=((), OLDEST))[1]


def _numbers(version: str) -> tuple[int, ...]:
    """Its parts as numbers, padded to four; nothing where it has other parts."""
    parts = version.split(".")
    if not all(part.isascii() and part.isdecimal() for part in parts):
        return ()
    return tuple(int(part) for part in (*parts, "0", "0", "0"))[:4]
