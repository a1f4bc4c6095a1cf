"""HttpNfcLease: the time in which the disks of an imported virtual machine are uploaded.

A lease that hears nothing of its client's progress for too long ends by itself, and takes the
virtual machine along; so does every other failure.
"""

from __future__ import annotations

import asyncio
import math
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyVmomi import vim, vmodl

from securemode_lab.vcenter.lease_stream import BrokenStream, DiskStream, PlainStream
from securemode_lab.vcenter.objects import Managed, Method

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Awaitable, Callable, Sequence

    from securemode_lab.vcenter.lease_stream import Received, Stream
    from securemode_lab.vcenter.objects import Call, Inventory

_IMPORT = "VApp.Import"
_WHOLE = 100
_CHECKSUMS = ("sha1", "sha256")


@dataclass(slots=True)
class Upload:
    """One file that a lease waits for.

    Attributes:
        key: of its URL.
        import_key: by which the client knows it: `deviceId` of the import specification.
        name: last part of its URL.
        is_disk: whether it has to be a VMDK.
        device: key of the virtual device that it is for.
        received: what has come, None before.
        is_coming: whether it is under way.
        checksum: which one the manifest tells beside SHA-1.
    """

    key: str
    import_key: str
    name: str
    is_disk: bool
    device: int
    received: Received | None = None
    is_coming: bool = False
    checksum: str = "sha1"

    def stream(self) -> Stream:
        """What takes it in."""
        return DiskStream() if self.is_disk else PlainStream()


@dataclass(frozen=True, slots=True)
class Door:
    """Where uploads come in: `*` in a URL stands for whatever name the client uses.

    Attributes:
        port: of HTTPS.
        thumbprint: SHA-1 of the certificate, as vSphere writes it.
        timeout_s: after which silence ends a lease.
        preparation_s: that passes before a lease is ready.
    """

    port: int
    thumbprint: str
    timeout_s: int = 300
    preparation_s: float = 0.1

    def url(self, ticket: str, name: str) -> str:
        """Address of one file."""
        port = "" if self.port == 443 else f":{self.port}"  # noqa: PLR2004
        return f"https://*{port}/nfc/{ticket}/{name}"


@dataclass(frozen=True, slots=True)
class Import:
    """What a lease is about.

    Attributes:
        entity: the virtual machine, which is there from the start.
        uploads: its files.
        capacity_kb: of all its disks.
        must_have_room: raises `vim.fault.NoDiskSpace` where so many bytes are too many.
        complete: takes the machine into use.
        discard: takes it out of the inventory.
    """

    entity: Any
    uploads: Sequence[Upload]
    capacity_kb: int
    must_have_room: Callable[[int], None]
    complete: Callable[[Sequence[Upload]], None]
    discard: Callable[[], Awaitable[None]]


class Lease(Managed):
    """One lease.

    Args:
        inventory: in which it will be.
        door: where uploads come in.
        user: who asked for it.

    Attributes:
        ticket: the secret in its URLs.
        state: "initializing", "ready", "done" or "error".
    """

    def __init__(self, inventory: Inventory, door: Door, user: str) -> None:
        super().__init__(vim.HttpNfcLease, f"session[{secrets.token_hex(8)}]{secrets.token_hex(8)}")
        self.inventory = inventory
        self.transient = True
        self.user = user
        self.ticket = secrets.token_hex(16)
        self.state = "initializing"
        self._door = door
        self._import: Import | None = None
        self._error: vmodl.MethodFault | None = None
        self._percent = 0
        self._deadline: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None
        self.properties = {
            "initializeProgress": lambda: 0 if self.state == "initializing" else _WHOLE,
            "transferProgress": lambda: self._percent,
            "mode": "pushOrGet",
            "capabilities": vim.HttpNfcLease.Capabilities(
                pullModeSupported=False, corsSupported=False
            ),
            "info": self._info,
            "state": lambda: vim.HttpNfcLease.State(self.state),
            "error": lambda: self._error,
        }
        self.methods = {
            "HttpNfcLeaseProgress": Method(self._progress, _IMPORT),
            "HttpNfcLeaseComplete": Method(self._complete, _IMPORT),
            "HttpNfcLeaseAbort": Method(self._abort, _IMPORT),
            "HttpNfcLeaseGetManifest": Method(self._manifest, _IMPORT),
            "HttpNfcLeaseSetManifestChecksumType": Method(self._set_checksum, _IMPORT),
        }

    def ready(self, subject: Import) -> None:
        """Let the uploads come; from now on the lease hears of progress, or ends."""
        self._import = subject
        self.state = "ready"
        self._wait_on()

    def fail(self, fault: vmodl.MethodFault) -> None:
        """End in an error."""
        if self.state in {"done", "error"}:
            return
        self.state, self._error = "error", fault
        self._stop_waiting()
        if self._import is not None:
            self._ending = asyncio.ensure_future(self._import.discard())

    def upload(self, name: str) -> Upload | None:
        """The file of that name, None where the lease has no such one or is not ready."""
        if self.state != "ready" or self._import is None:
            return None
        return next((upload for upload in self._import.uploads if upload.name == name), None)

    async def receive(self, upload: Upload, chunks: AsyncIterable[bytes]) -> bool:
        """Take a file in; whether that went well. What goes wrong ends the lease."""
        assert self._import is not None
        stream, upload.is_coming = upload.stream(), True
        try:
            async for chunk in chunks:
                stream.feed(chunk)
                self._import.must_have_room(stream.size_bytes)
            upload.received = stream.end()
        except BrokenStream as broken:
            self.fail(vim.fault.InvalidDiskFormat(msg=f"{upload.name}: {broken}."))
        except ConnectionError:
            size = stream.size_bytes
            self.fail(_lost(f"The connection was lost after {size} bytes of {upload.name}."))
        except vim.fault.NoDiskSpace as full:
            self.fail(full)
        finally:
            upload.is_coming = False
        return self.state == "ready"

    @property
    def _timeout_s(self) -> float:
        shortened = self.inventory.trouble.lease_timeout_s
        return self._door.timeout_s if shortened is None else shortened

    def _info(self) -> Any:
        if self._import is None:
            return None
        return vim.HttpNfcLease.Info(
            lease=self.ref,
            entity=self._import.entity,
            deviceUrl=[self._device_url(upload) for upload in self._import.uploads],
            totalDiskCapacityInKB=self._import.capacity_kb,
            leaseTimeout=math.ceil(self._timeout_s),
        )

    def _device_url(self, upload: Upload) -> Any:
        return vim.HttpNfcLease.DeviceUrl(
            key=upload.key,
            importKey=upload.import_key,
            url=self._door.url(self.ticket, upload.name),
            sslThumbprint=self._door.thumbprint,
            disk=upload.is_disk,
            targetId=upload.name,
        )

    def _progress(self, call: Call, percent: int) -> None:
        """The client is still there."""
        del call
        self._must_be_ready()
        if not 0 <= percent <= _WHOLE:
            raise vmodl.fault.InvalidArgument(invalidProperty="percent")
        self._percent = percent
        self._wait_on()

    def _complete(self, call: Call) -> None:
        """The client has uploaded what it wanted to."""
        del call
        subject = self._must_be_ready()
        if any(upload.is_coming for upload in subject.uploads):
            raise vim.fault.InvalidState(msg="An upload is still under way.")
        self._stop_waiting()
        self.state = "done"
        subject.complete(subject.uploads)

    def _abort(self, call: Call, fault: vmodl.MethodFault | None = None) -> None:
        """The client gives up."""
        del call
        if self.state in {"done", "error"}:
            raise self._not_ready()
        self.fail(fault or vmodl.fault.RequestCanceled(msg="The import was aborted."))

    def _manifest(self, call: Call) -> Any:
        """What has come so far."""
        del call
        return vim.HttpNfcLease.ManifestEntry.Array(
            [
                vim.HttpNfcLease.ManifestEntry(
                    key=upload.key,
                    sha1=upload.received.sha1,
                    checksum=getattr(upload.received, upload.checksum),
                    checksumType=upload.checksum,
                    size=upload.received.size_bytes,
                    disk=upload.is_disk,
                    capacity=upload.received.capacity_bytes,
                    populatedSize=upload.received.populated_bytes,
                )
                for upload in self._must_be_ready().uploads
                if upload.received is not None
            ]
        )

    # pyVmomi's names of parameters are the method's.
    def _set_checksum(self, call: Call, deviceUrlsToChecksumTypes: Any = None) -> None:  # noqa: N803
        """Which checksum the manifest shall tell, by the key of a URL."""
        del call
        uploads = {upload.key: upload for upload in self._must_be_ready().uploads}
        for pair in deviceUrlsToChecksumTypes or []:
            if pair.key not in uploads or pair.value.lower() not in _CHECKSUMS:
                raise vmodl.fault.InvalidArgument(invalidProperty="deviceUrlsToChecksumTypes")
            uploads[pair.key].checksum = pair.value.lower()

    def _must_be_ready(self) -> Import:
        if self.state != "ready" or self._import is None:
            raise self._not_ready()
        return self._import

    def _not_ready(self) -> vmodl.MethodFault:
        if isinstance(self._error, vim.fault.Timedout):
            return self._error
        return vim.fault.InvalidState(msg=f"The lease is not ready: its state is {self.state}.")

    def _wait_on(self) -> None:
        self._stop_waiting()
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(self._timeout_s, self._expire)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _expire(self) -> None:
        silent = math.ceil(self._timeout_s)
        self.fail(vim.fault.Timedout(msg=f"The lease heard of no progress for {silent} seconds."))


def _lost(text: str) -> vim.fault.HttpFault:
    return vim.fault.HttpFault(msg=text, statusCode=400, statusMessage="Bad Request")
