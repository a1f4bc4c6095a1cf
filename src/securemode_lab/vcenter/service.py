"""The service instance and the session manager: where every client of vim25 begins."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pyVmomi import VmomiSupport, vim

from securemode_lab.vcenter.objects import Inventory, Managed, Method
from securemode_lab.vcenter.search import ROOT
from securemode_lab.vcenter.sessions import ANONYMOUS

if TYPE_CHECKING:
    from collections.abc import Callable

    from securemode_lab.vcenter.objects import Call
    from securemode_lab.vcenter.sessions import Session, Sessions

API_VERSION = "8.0.3.0"
_BUILD = "24322831"


def about() -> Any:
    """Which product this is."""
    return vim.AboutInfo(
        name="VMware vCenter Server",
        fullName=f"VMware vCenter Server 8.0.3 build-{_BUILD}",
        vendor="VMware, Inc.",
        version="8.0.3",
        patchLevel="00300",
        build=_BUILD,
        localeVersion="INTL",
        localeBuild="000",
        osType="linux-x64",
        productLineId="vpx",
        apiType="VirtualCenter",
        apiVersion=API_VERSION,
        instanceUuid="6d1f4b0e-8a55-4c0d-9a0a-0b5f6d0c1e2f",
        licenseProductName="VMware VirtualCenter Server",
        licenseProductVersion="8.0",
    )


def service_instance(inventory: Inventory) -> Managed:
    """The object with which everybody begins."""
    return Managed(
        vim.ServiceInstance,
        "ServiceInstance",
        {
            "content": lambda: content(inventory),
            "serverClock": lambda: datetime.now(UTC),
            "capability": vim.Capability(
                provisioningSupported=True,
                multiHostSupported=True,
                userShellAccessSupported=False,
                networkBackupAndRestoreSupported=True,
            ),
        },
        {
            "RetrieveServiceContent": Method(lambda call: content(call.inventory), ANONYMOUS),
            "CurrentTime": Method(lambda call: datetime.now(UTC), "System.View"),  # noqa: ARG005
        },
    )


def content(inventory: Inventory) -> Any:
    """Where everything else is: each manager that the inventory has."""
    found = vim.ServiceInstanceContent(about=about(), rootFolder=vim.Folder(ROOT))
    for member in found._GetPropertyList():  # noqa: SLF001 - pyVmomi's public name
        if not issubclass(member.type, VmomiSupport.ManagedObject) or member.name == "rootFolder":
            continue
        known = [managed for managed in inventory if managed.kind is member.type]
        standing = [managed for managed in known if not managed.transient]
        if standing:
            setattr(found, member.name, standing[0].ref)
    return found


class SessionManager(Managed):
    """What logs people in and out.

    Args:
        sessions: of the vCenter.
        ended: told of every session that has ended, to clear up behind it.
    """

    def __init__(self, sessions: Sessions, ended: Callable[[Session], None]) -> None:
        super().__init__(vim.SessionManager, "SessionManager")
        self._sessions = sessions
        self._ended = ended
        self.properties = {
            "sessionList": lambda: [session.described() for session in sessions.all()],
            "defaultLocale": "en",
            "supportedLocaleList": ["en"],
            "messageLocaleList": ["en"],
            "message": "",
        }
        self.methods = {
            "Login": Method(self._login, ANONYMOUS),
            "Logout": Method(self._logout),
            "SessionIsActive": Method(self._is_active, "Sessions.ValidateSession"),
            "TerminateSession": Method(self._terminate, "Sessions.TerminateSession"),
            "AcquireGenericServiceTicket": Method(self._ticket),
        }

    def read(self, name: str, session: Session | None = None) -> Any:
        """`currentSession` is the caller's, and unset for whoever is not logged in."""
        if name == "currentSession":
            return session.described() if session is not None and session.user else None
        return super().read(name, session)

    def _login(self, call: Call, userName: str, password: str, locale: str | None = None) -> Any:  # noqa: N803
        """The endpoint gives the cookie of the session to the client."""
        del locale
        made = self._sessions.login(userName, password)
        call.session.successor = made
        return made.described()

    def _logout(self, call: Call) -> None:
        self._end(call.session)

    def _is_active(self, call: Call, sessionID: str, userName: str) -> bool:  # noqa: N803
        del call
        known = self._sessions.all()
        return any((one.key, one.user) == (sessionID, userName) for one in known)

    def _terminate(self, call: Call, sessionId: Any) -> None:  # noqa: N803
        del call
        for session in self._sessions.all():
            if session.key in sessionId:
                self._end(session)

    def _ticket(self, call: Call, spec: Any) -> Any:
        """A ticket for one request to an address of this server."""
        del call, spec
        return vim.SessionManager.GenericServiceTicket(id=secrets.token_hex(16))

    def _end(self, session: Session) -> None:
        self._sessions.end(session)
        self._ended(session)
