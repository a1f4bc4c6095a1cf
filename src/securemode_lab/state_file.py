"""A deployment in a file: written in one piece, read by the lab that wrote it and by nobody else.

The file holds every secret of the deployment, and whoever could write it could have the lab run
anything (it is a pickle). So it belongs to the lab's user alone, and any other is refused.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import stat
import sys
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from securemode_lab.kept_state import Kept
from securemode_lab.refusals import CannotBeWritten, StateRefused

_FORM = 1
_OWNER_ONLY = 0o600
_OTHERS = 0o077
_OTHERS_WRITE = 0o022
_VMOMI = "pyVmomi.VmomiSupport"
_REMEDY = "remove it and keep the state of a new lab"
Reduced = tuple[Any, ...]


def write(path: Path, kept: Kept) -> None:
    """Write a deployment beside its place and put it there when it is whole.

    Raises:
        CannotBeWritten: part of it has no written form, or the file cannot be made.
    """
    content = io.BytesIO()
    try:
        StatePickler(content, protocol=pickle.HIGHEST_PROTOCOL).dump(kept)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise CannotBeWritten(f"part of the deployment has no written form: {error}") from error
    body = content.getvalue()
    head = _head() | {"profile": kept.profile, "sha256": hashlib.sha256(body).hexdigest()}
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(unfinished, flags, _OWNER_ONLY), "wb") as file:
            file.write(json.dumps(head).encode() + b"\n" + body)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise CannotBeWritten(f"{path}: {error.strerror or error}") from error


def read(path: Path, profile: str) -> Kept:
    """The deployment that a file holds.

    Args:
        path: of the file.
        profile: of the network that the lab has here.

    Raises:
        StateRefused: it is somebody else's, of another lab, of another network or damaged.
        OSError: it cannot be opened.
    """
    head, body = _content(path)
    if {name: head.get(name) for name in _head()} != _head():
        raise StateRefused(f"{path}: was written by another version of the lab; {_REMEDY}")
    if head.get("profile") != profile:
        raise StateRefused(
            f"{path}: is of a lab on {head.get('profile')}, and this one is on {profile}; {_REMEDY}"
        )
    if head.get("sha256") != hashlib.sha256(body).hexdigest():
        raise StateRefused(f"{path}: is damaged; {_REMEDY}")
    try:
        kept = pickle.loads(body)  # noqa: S301 - as this very lab wrote it, and nobody else could
    except Exception as error:
        raise StateRefused(f"{path}: cannot be understood ({error!r}); {_REMEDY}") from error
    if not isinstance(kept, Kept):
        raise StateRefused(f"{path}: holds no deployment; {_REMEDY}")
    return kept


def _content(path: Path) -> tuple[dict[str, Any], bytes]:
    """Head and body of a file that belongs to this user, in a folder where nobody else writes."""
    folder = path.absolute().parent.stat()
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        own = os.fstat(file.fileno())
        if not stat.S_ISREG(own.st_mode) or {own.st_uid, folder.st_uid} != {os.geteuid()}:
            raise StateRefused(f"{path}: file and folder have to belong to the user of the lab")
        if own.st_mode & _OTHERS or folder.st_mode & _OTHERS_WRITE:
            raise StateRefused(f"{path}: others may read it, or write beside it; {_REMEDY}")
        first, body = file.readline(), file.read()
    try:
        head = json.loads(first)
    except ValueError:
        head = None
    if not isinstance(head, dict):
        raise StateRefused(f"{path}: is no state of a lab")
    return head, body


def _head() -> dict[str, Any]:
    """What has to be the same where the file is read."""
    return {"form": _FORM, "python": sys.version, "source": _source()}


def _source() -> str:
    """Digest of the lab's own modules: what one of them wrote, another may understand otherwise."""
    digest = hashlib.sha256()
    root = Path(__file__).parent
    for module in sorted(root.rglob("*.py")):
        digest.update(f"{module.relative_to(root)}\0".encode() + module.read_bytes() + b"\0")
    return digest.hexdigest()


class StatePickler(pickle.Pickler):
    """Writes keys and certificates as DER, and values of vSphere by the names of their types."""

    def reducer_override(self, value: Any) -> Reduced:
        """How one value is written; whatever needs nothing of this goes its usual way."""
        if isinstance(value, x509.Certificate):
            return _certificate, (value.public_bytes(Encoding.DER),)
        if isinstance(value, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            form = (Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
            return _key, (value.private_bytes(*form),)
        if isinstance(value, x509.ObjectIdentifier):
            return _object_identifier, (value.dotted_string,)
        if type(value).__module__ == _VMOMI:
            return _of_vsphere(value)
        usual: Reduced = NotImplemented
        return usual


def _certificate(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)


def _object_identifier(dotted: str) -> x509.ObjectIdentifier:
    return x509.ObjectIdentifier(dotted)


def _key(der: bytes) -> object:
    return load_der_private_key(der, None)


def _of_vsphere(value: Any) -> Reduced:
    """A type, a reference, a data object, a list or a primitive of pyVmomi."""
    from pyVmomi.VmomiSupport import GetVmodlName, ManagedObject  # noqa: PLC0415 - takes long

    if isinstance(value, type):
        return _type, (GetVmodlName(value),)
    name = GetVmodlName(type(value))
    if isinstance(value, ManagedObject):
        return _primitive, (name, value._moId)  # noqa: SLF001 - pyVmomi has no other way
    if isinstance(value, list):
        listed: Any = type(value)
        return _blank, (f"{GetVmodlName(listed.Item)}[]",), None, iter(value)
    if isinstance(value, int):
        return _primitive, (name, int(value))
    if isinstance(value, str):
        return _primitive, (name, str(value))
    return (_primitive, (name, bytes(value))) if isinstance(value, bytes) else _data(name, value)


def _data(name: str, value: Any) -> Reduced:
    return _blank, (name,), dict(value.__dict__)


def _primitive(name: str, value: Any) -> Any:
    """A value of pyVmomi that is made of a plain one."""
    return _type(name)(value)


def _blank(name: str) -> Any:
    """An object without members, or a list without items, that are filled in afterwards."""
    kind = _type(name)
    return kind.__new__(kind)


def _type(name: str) -> Any:
    from pyVmomi.VmomiSupport import GetVmodlType  # noqa: PLC0415 - takes long

    return GetVmodlType(name)
