"""The HTTPS endpoint of vCenter: `/sdk` with the SOAP of vim25, and the files of datastores."""

from __future__ import annotations

import asyncio
import inspect
import logging
from typing import TYPE_CHECKING, Any

from aiohttp import web
from pyVmomi import VmomiSupport, vim, vmodl

from securemode_lab.vcenter import soap
from securemode_lab.vcenter.folder_files import COOKIE, FolderFiles
from securemode_lab.vcenter.objects import VIEW, Call, Managed, Method
from securemode_lab.vcenter.property_paths import typed, value_at
from securemode_lab.vcenter.service import API_VERSION
from securemode_lab.vcenter.sessions import ANONYMOUS, NOBODY, Session

if TYPE_CHECKING:
    from securemode_lab.vcenter.request_log import Entry
    from securemode_lab.vcenter.vcenter import VCenter

_MOST_BYTES = 64 * 1024 * 1024
_XML = "text/xml"
_VERSIONS = f"""<?xml version="1.0" encoding="UTF-8" ?>
<namespaces version="1.0">
 <namespace>
  <name>urn:vim25</name>
  <version>{API_VERSION}</version>
  <priorVersions>
   <version>8.0.2.0</version><version>8.0.1.0</version><version>8.0.0.1</version>
   <version>7.0.3.2</version><version>7.0.3.0</version><version>7.0</version>
   <version>6.7</version><version>6.5</version><version>6.0</version>
  </priorVersions>
 </namespace>
</namespaces>
"""
_LONG = ("RetrieveProperties", "RetrievePropertiesEx", "ContinueRetrievePropertiesEx")
"""Answers that may be long enough to be written in a thread, while the lab goes on."""
_FETCH = "Fetch"
_logger = logging.getLogger(__name__)


class Endpoint:
    """Answers requests to a vCenter."""

    def __init__(self, vcenter: VCenter) -> None:
        self._vcenter = vcenter

    def application(self) -> web.Application:
        """The application, for a server of the caller's own."""
        application = web.Application(client_max_size=_MOST_BYTES)
        for path in ("/sdk", "/sdk/", "/sdk/vimService"):
            application.router.add_post(path, self._call)
        application.router.add_get("/sdk/vimServiceVersions.xml", _versions)
        application.router.add_routes(FolderFiles(self._vcenter).routes())
        application.router.add_routes(self._vcenter.routes)
        return application

    async def _call(self, request: web.Request) -> web.Response:
        """One method of one object; a fault is an answer with the status 500."""
        session = self._vcenter.sessions.of(request.cookies.get(COOKIE, "").strip('"'))
        caller = session or Session(NOBODY)
        version = _version_of(request)
        try:
            return await self._answered(await request.read(), caller, version)
        except soap.BadEnvelope as bad:
            body = soap.refusal(str(bad))
        except vmodl.MethodFault as fault:
            body = soap.fault(fault, version)
        except ConnectionError:  # whoever asked is gone
            raise
        except Exception as defect:
            _logger.exception("a request to the lab's vCenter failed")
            body = soap.fault(vmodl.fault.SystemError(msg=f"the lab failed: {defect!r}"), version)
        return web.Response(status=500, body=body, content_type=_XML, charset="utf-8")

    async def _answered(self, body: bytes, caller: Session, version: str) -> web.Response:
        asked = soap.Request()
        entry: Entry | None = None
        try:
            soap.read(body, self._describe, asked)
            managed = self._vcenter.inventory.get(asked.moid)
            method = _method_of(managed, asked)
            entry = self._written_down(caller, asked, method)
            self._permit(managed, method, caller)
            result, kind = await self._result(managed, method, asked, caller)
        except vmodl.MethodFault as fault:
            entry = entry or self._written_down(caller, asked, None)
            entry.fault = VmomiSupport.GetWsdlName(type(fault))
            raise
        if asked.method in _LONG:
            write = asyncio.to_thread(soap.answer, asked.method, result, kind, version)
            answer = web.Response(body=await write, content_type=_XML, charset="utf-8")
        else:
            text = soap.answer(asked.method, result, kind, version)
            answer = web.Response(body=text, content_type=_XML, charset="utf-8")
        _give_cookie(answer, caller)
        return answer

    def _written_down(self, caller: Session, asked: soap.Request, method: Method | None) -> Entry:
        wrote = method is not None and not (
            method.only_looks or method.privilege.startswith("System.")
        )
        return self._vcenter.log.add(caller.user, asked.method, asked.kind, asked.moid, wrote=wrote)

    def _describe(self, moid: str, name: str) -> Any:
        """What pyVmomi says of a method, or the method itself where pyVmomi lacks it."""
        managed = self._vcenter.inventory.get(moid)
        if name == _FETCH:
            return _FETCHING
        method = managed.methods.get(name)
        if method is not None and method.info is not None:
            return method.info
        try:
            return VmomiSupport.GetWsdlMethod(soap.NAMESPACE, name).info
        except KeyError:
            raise vmodl.fault.MethodNotFound(
                msg=f"There is no method {name}", receiver=managed.ref, method=name
            ) from None

    def _permit(self, managed: Managed, method: Method, caller: Session) -> None:
        if method.privilege == ANONYMOUS:
            return
        if not caller.user:
            raise vim.fault.NotAuthenticated(
                msg="The session is not authenticated.",
                object=managed.ref,
                privilegeId=method.privilege,
            )
        if not caller.account.may(method.privilege):
            raise vim.fault.NoPermission(
                msg="Permission to perform this operation was denied.",
                object=managed.ref,
                privilegeId=method.privilege,
            )

    async def _result(
        self, managed: Managed, method: Method, asked: soap.Request, caller: Session
    ) -> tuple[Any, Any]:
        """What a method returns, and the type that is declared for it."""
        call = Call(self._vcenter.inventory, caller, managed)
        if asked.method == _FETCH:
            name = asked.arguments["prop"]
            value = value_at(managed, name, caller)
            return value, managed.kind._GetPropertyInfo(name).type  # noqa: SLF001
        if not caller.user and asked.method.startswith("RetrieveProperties"):
            _only_service_instance(asked)
        _must_be_complete(asked)
        result = method.handler(call, **asked.arguments)
        if inspect.isawaitable(result):
            result = await result
        kind = vim.Task if asked.info.isTask else asked.info.result
        return (None, kind) if kind is type(None) else (typed(result, kind), kind)


_FETCHING = VmomiSupport.Object(
    name=_FETCH,
    params=(VmomiSupport.Object(name="prop", type=str, version=soap.VERSION, flags=0),),
    result=object,
    isTask=False,
)


def _method_of(managed: Managed, asked: soap.Request) -> Method:
    if asked.method == _FETCH:
        is_open = managed.kind is vim.ServiceInstance or asked.moid == "SessionManager"
        return Method(_nothing, ANONYMOUS if is_open else VIEW)
    if asked.method not in managed.methods:
        raise vmodl.fault.NotSupported(msg=f"The lab's vCenter has no {asked.kind}.{asked.method}.")
    return managed.methods[asked.method]


def _must_be_complete(asked: soap.Request) -> None:
    """Refuse a call that lacks what its method cannot do without; a list may be empty."""
    for parameter in asked.info.params:
        is_optional = parameter.flags & VmomiSupport.F_OPTIONAL or issubclass(parameter.type, list)
        if not is_optional and parameter.name not in asked.arguments:
            raise vmodl.fault.InvalidArgument(
                msg=f"{asked.method} lacks {parameter.name}.", invalidProperty=parameter.name
            )


def _nothing(call: Call) -> None:
    """`Fetch` is answered by the endpoint itself."""
    del call


def _only_service_instance(asked: soap.Request) -> None:
    """Whoever is not logged in sees the service instance alone."""
    for spec in asked.arguments["specSet"]:
        for start in spec.objectSet:
            if not isinstance(start.obj, vim.ServiceInstance):
                raise vim.fault.NotAuthenticated(
                    msg="The session is not authenticated.", object=start.obj, privilegeId=VIEW
                )


def _give_cookie(answer: web.Response, caller: Session) -> None:
    """A login begins a session that the client knows by its cookie."""
    if caller.successor is not None:
        answer.set_cookie(COOKIE, caller.successor.cookie, path="/", httponly=True, secure=True)


def _version_of(request: web.Request) -> str:
    """The version of the API that a client speaks; the newest where it says none that is known."""
    action = request.headers.get("SOAPAction", "").strip('"')
    try:
        version = VmomiSupport.GetVersionFromVersionUri(action)
    except KeyError:
        return soap.VERSION
    return str(version) if str(version).startswith("vim.version") else soap.VERSION


async def _versions(request: web.Request) -> web.Response:
    del request
    return web.Response(text=_VERSIONS, content_type=_XML)
