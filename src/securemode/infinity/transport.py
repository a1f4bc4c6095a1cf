"""HTTP to the Management Node: bounded in time, size, attempts and parallel requests."""

from __future__ import annotations

import email.utils
import errno
import functools
import http.cookiejar
import ssl
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.util.ssl_ import create_urllib3_context
from urllib3.util.ssl_match_hostname import CertificateError as NameMismatch

from securemode.errors import (
    AuthenticationRejected,
    CannotLook,
    Refused,
    TimedOut,
    UnexpectedAnswer,
    Unreachable,
)
from securemode.infinity.answers import CERTIFICATE, Answer
from securemode.infinity.download import Download

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from urllib3.connection import HTTPSConnection

PARALLEL_REQUESTS = 4
"""The vendor's own command line keeps to five at a time, because more overload the node."""

ATTEMPTS = 3
RETRIED = frozenset({429, 500, 502, 503, 504})
LONGEST_PAUSE_S = 5.0
FIRST_PAUSE_S = 0.2
LARGEST_BODY = 64 * 2**20
_CHUNK = 2**16
_UNREACHABLE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL})


class Transport:
    """Requests to one Management Node under one account.

    Args:
        base_url: scheme, address and port: "https://198.51.100.10:443".
        credentials: user name and password for Basic authentication, or None.
        verify: file or directory of CA certificates; True for requests' own set; False for a peer
            whose certificate proves nothing (a lab).
        timeout_s: how long one answer may take, connection included.
        server_name: name to ask for and to find in the certificate; empty for the address itself.
        pause: waits between attempts; takes seconds.
        identity: files of a client certificate and its key, presented where the node asks.
    """

    def __init__(
        self,
        base_url: str,
        credentials: tuple[str, str] | None,
        *,
        verify: str | bool,
        timeout_s: float,
        server_name: str = "",
        pause: Callable[[float], object] = time.sleep,
        identity: tuple[str, str] | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._verify = verify
        self._timeout_s = timeout_s
        self._pause = pause
        self._session = _session(credentials, server_name)
        self._session.cert = identity

    def send(
        self, method: str, path: str, *, payload: object = None, repeatable: bool = True
    ) -> Answer:
        """Send one request; an overloaded node is asked again, a few times.

        Args:
            method: HTTP method.
            path: path and query.
            payload: sent as JSON where it is not None.
            repeatable: whether a server error may be answered by the same request once more.

        Raises:
            CannotLook: no usable answer, as one of its subclasses.
        """
        for attempt in range(1, ATTEMPTS + 1):
            answer = self._introduced(method, path, payload)
            again = answer.status == 429 or (repeatable and answer.status in RETRIED)  # noqa: PLR2004
            if not again:
                return answer
            if attempt < ATTEMPTS:
                self._pause(_pause_s(answer, attempt))
        raise UnexpectedAnswer(
            f"{answer.request} answers {answer.status}, {ATTEMPTS} times in a row.",
            remedy="look at the Management Node's load and its support log.",
        )

    @contextmanager
    def download(self, path: str, *, timeout_s: float) -> Iterator[Download]:
        """The body of one answer, read while it comes.

        Args:
            path: path and query.
            timeout_s: how long all of it may take.

        Raises:
            CannotLook: no usable answer, as one of its subclasses.
        """
        request = f"GET {path.partition('?')[0]}"
        try:
            with self._session.get(
                self._base_url + path,
                timeout=self._timeout_s,
                verify=self._verify,
                allow_redirects=False,
                stream=True,
                headers={"Accept": "*/*", "Accept-Encoding": "identity"},
            ) as response:
                if response.status_code != 200:  # noqa: PLR2004
                    body = _body(response, time.monotonic() + self._timeout_s, request)
                    Answer(request, response.status_code, response.headers, body).required(200)
                yield Download(response, request, timeout_s)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise _could_not(request, error, self._timeout_s) from error

    def _introduced(self, method: str, path: str, payload: object) -> Answer:
        """One request; where it is rejected, one more over a new connection.

        A kept connection may be older than the node's wish to see a client certificate.
        """
        answer = self._once(method, path, payload)
        if self._session.cert and answer.is_rejection:
            self._session.close()
            answer = self._once(method, path, payload)
        return answer

    def _once(self, method: str, path: str, payload: object) -> Answer:
        request = f"{method} {path.partition('?')[0]}"
        deadline = time.monotonic() + self._timeout_s
        try:
            with (
                _gate(self._base_url),
                self._session.request(
                    method,
                    self._base_url + path,
                    json=payload,
                    timeout=self._timeout_s,
                    verify=self._verify,
                    allow_redirects=False,
                    stream=True,
                ) as response,
            ):
                body = _body(response, deadline, request)
                return Answer(request, response.status_code, response.headers, body)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise _could_not(request, error, self._timeout_s) from error


def _body(response: requests.Response, deadline: float, request: str) -> bytes:
    """The whole body, read piece by piece so that neither a trickle nor a flood holds us up."""
    body = bytearray()
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > LARGEST_BODY:
            raise UnexpectedAnswer(f"{request} answers more than {LARGEST_BODY} bytes.")
        if time.monotonic() > deadline:
            raise TimedOut(f"{request} does not come to the end of its answer in time.")
    return bytes(body)


def _pause_s(answer: Answer, attempt: int) -> float:
    """How long to wait before asking again; the node may say so itself.

    Raises:
        TimedOut: it asks for more than we wait.
    """
    stated = answer.headers.get("Retry-After", "").strip()
    if not stated:
        return FIRST_PAUSE_S * 2.0 ** (attempt - 1)
    pause_s = float(stated) if stated.isdecimal() else _seconds_until(stated)
    if pause_s > LONGEST_PAUSE_S:
        raise TimedOut(
            f"{answer.request} answers {answer.status} and asks to wait {pause_s:.0f} s, "
            f"which is more than {LONGEST_PAUSE_S:.0f} s.",
            remedy="run again when the Management Node is less busy.",
        )
    return pause_s


def _seconds_until(moment: str) -> float:
    try:
        at = email.utils.parsedate_to_datetime(moment).timestamp()
    except ValueError:
        return FIRST_PAUSE_S
    return max(0.0, at - time.time())


def _could_not(request: str, error: Exception, timeout_s: float) -> CannotLook:
    """Which of our errors a failed exchange is; the library's own words stay in the chain."""
    causes = tuple(_causes(error))
    if isinstance(error, requests.exceptions.SSLError | urllib3.exceptions.SSLError):
        return _of_tls(request, error, causes)
    numbers = {cause.errno for cause in causes if isinstance(cause, OSError)}
    if numbers & _UNREACHABLE:
        return Unreachable(f"{request}: the network does not reach the Management Node.")
    if errno.ECONNREFUSED in numbers:
        return Refused(f"{request}: the Management Node refuses the connection.")
    if any(isinstance(cause, TimeoutError | urllib3.exceptions.TimeoutError) for cause in causes):
        return TimedOut(f"{request} has no answer within {timeout_s:g} s.")
    if any(isinstance(cause, ConnectionError) for cause in causes):
        return Refused(f"{request}: the Management Node closes the connection without an answer.")
    return UnexpectedAnswer(f"{request} has an answer that is broken HTTP or breaks off.")


def _of_tls(request: str, error: Exception, causes: tuple[BaseException, ...]) -> CannotLook:
    """Which of our errors a failed handshake is: the node's no to us, or ours to the node."""
    if "ALERT" in str(error) and "CERTIFICATE" in str(error):
        return AuthenticationRejected(
            f"{request} is refused at the TLS handshake: {causes[-1]}.", remedy=CERTIFICATE
        )
    distrusted = any(isinstance(c, ssl.CertificateError | NameMismatch) for c in causes)
    return UnexpectedAnswer(
        f"{request} fails at the TLS handshake: {causes[-1]}.",
        remedy="name the CA of its certificate under trust.ca_file, and the name in it as fqdn."
        if distrusted
        else "see what listens on the Management Node's HTTPS port.",
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything that it wraps, outermost first."""
    seen: list[BaseException] = []
    waiting: list[Any] = [error]
    while waiting:
        cause = waiting.pop(0)
        if isinstance(cause, BaseException) and cause not in seen:
            seen.append(cause)
            yield cause
            waiting += [getattr(cause, "reason", None), *cause.args]
            waiting += [cause.__cause__, cause.__context__]


@functools.cache
def _gate(origin: str) -> threading.BoundedSemaphore:
    """The one gate of all clients of this process to one Management Node."""
    del origin
    return threading.BoundedSemaphore(PARALLEL_REQUESTS)


def _session(credentials: tuple[str, str] | None, server_name: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # neither proxies nor .netrc of whoever runs this
    if credentials is not None:
        session.auth = tuple(part.encode() for part in credentials)  # type: ignore[assignment]
    session.headers["Accept"] = "application/json"
    session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
    session.mount("https://", _NodeAdapter(server_name))
    return session


class _NodeAdapter(HTTPAdapter):
    """Few kept connections, and the node's name where the URL has its address."""

    def __init__(self, server_name: str) -> None:
        self._server_name = server_name
        super().__init__(pool_connections=1, pool_maxsize=PARALLEL_REQUESTS, pool_block=True)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Ask for the name, and look for it in the certificate."""
        if self._server_name:
            kwargs |= {"server_hostname": self._server_name, "assert_hostname": self._server_name}
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"https": _TrustKnowingPool}


class _TrustKnowingPool(urllib3.HTTPSConnectionPool):
    """Connects without a warning where the caller decided that the certificate proves nothing."""

    def _validate_conn(self, conn: HTTPSConnection) -> None:  # type: ignore[override]
        if conn.is_closed:
            if self.cert_reqs == "CERT_NONE":  # else urllib3 reads this machine's CAs, for nothing
                conn.ssl_context = create_urllib3_context(cert_reqs=ssl.CERT_NONE)
            conn.connect()
