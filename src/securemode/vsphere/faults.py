"""Which of our errors a failed call of vCenter is."""

from __future__ import annotations

import errno
import socket
import ssl
from contextlib import contextmanager
from http.client import HTTPException
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import ExpatError

from pyVmomi import vim, vmodl

from securemode.errors import (
    AuthenticationRejected,
    CannotLook,
    Refused,
    TimedOut,
    UnexpectedAnswer,
    Unreachable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

CREDENTIALS = "correct credentials.vsphere in the environment."
TRUST = "name the CA of its certificate under vsphere.ca_file, and the name in it as its address."

_UNREACHABLE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL})

CONNECTION = (OSError, HTTPException, ExpatError, ParseError)
"""What the connection raises where it fails."""


@contextmanager
def told(doing: str) -> Iterator[None]:
    """Turn whatever pyVmomi raises inside into one of our errors.

    Args:
        doing: what is being done, for the message: "reading the virtual machines".

    Raises:
        CannotLook: no usable answer, as one of its subclasses.
    """
    try:
        yield
    except vmodl.MethodFault as fault:
        raise of_fault(doing, fault) from fault
    except CONNECTION as error:
        raise of_connection(doing, error) from error


def of_fault(doing: str, fault: vmodl.MethodFault) -> CannotLook:
    """Which of our errors a fault of vCenter is; its own words are part of the message."""
    name = type(fault).__name__.rpartition(".")[2]
    if isinstance(fault, vim.fault.InvalidLogin | vim.fault.NotAuthenticated):
        return AuthenticationRejected(
            f"{doing}: vCenter does not accept the account ({name}).", remedy=CREDENTIALS
        )
    if isinstance(fault, vim.fault.NoPermission):
        return AuthenticationRejected(
            f"{doing}: the account lacks the privilege {fault.privilegeId or 'for it'}.",
            remedy="give the account of credentials.vsphere that privilege.",
        )
    said = " ".join((fault.msg or "").split())
    return UnexpectedAnswer(f"{doing}: vCenter answers {name}{f' ({said})' if said else ''}.")


def of_connection(doing: str, error: Exception) -> CannotLook:
    """Which of our errors a broken connection is."""
    if isinstance(error, ssl.SSLError):
        return _of_tls(doing, error)
    kinds: tuple[tuple[bool, type[CannotLook], str], ...] = (
        (isinstance(error, socket.gaierror), Unreachable, "nobody knows the name of vCenter"),
        (isinstance(error, TimeoutError), TimedOut, "vCenter does not answer in time"),
        (_number(error) in _UNREACHABLE, Unreachable, "the network does not reach vCenter"),
        (isinstance(error, ConnectionError), Refused, "vCenter refuses or closes the connection"),
    )
    other = (UnexpectedAnswer, "vCenter answers something else than SOAP over HTTPS")
    kind, what = next(((kind, what) for is_so, kind, what in kinds if is_so), other)
    return kind(f"{doing}: {what}.")


def _of_tls(doing: str, error: ssl.SSLError) -> CannotLook:
    if isinstance(error, ssl.SSLCertVerificationError):
        return UnexpectedAnswer(
            f"{doing}: vCenter's certificate is not vouched for ({error.verify_message}).",
            remedy=TRUST,
        )
    return UnexpectedAnswer(f"{doing}: the TLS handshake with vCenter fails ({error.reason}).")


def _number(error: Exception) -> int | None:
    return error.errno if isinstance(error, OSError) else None
