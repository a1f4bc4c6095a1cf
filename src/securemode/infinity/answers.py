"""What the Management API may answer, and which of our errors everything else is.

Every message names method, path and status: "GET /api/admin/configuration/v1/global/ answers 500".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from securemode.errors import AuthenticationRejected, UnexpectedAnswer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_REJECTING = frozenset({401, 403})
_NO_CERTIFICATE = b"SSL certificate"
_EXCERPT = 120

CERTIFICATE = (
    "state credentials.client_certificate: one that the product trusts, of an administrator that "
    "its directory knows."
)
"""Next step where the product is in client-certificate mode and did not like ours."""
CHECK_ACCOUNT = "check credentials.web of the environment and the role of that account."


class NoSuchResource(UnexpectedAnswer):
    """The product has no such resource (in this version) or no such object."""


class ValuesRefused(UnexpectedAnswer):
    """The product refused what was written; the message carries its own words."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer as it came.

    Attributes:
        request: "GET /api/admin/…", for messages.
        status: HTTP status.
        headers: the headers, whatever their case.
        body: the whole body.
    """

    request: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_rejection(self) -> bool:
        """Whether the node did not want to know us, by password or by certificate.

        A web server that demands a client certificate answers 400, with a page that says so.
        """
        wants_certificate = self.status == 400 and _NO_CERTIFICATE in self.body  # noqa: PLR2004
        return self.status in _REJECTING or wants_certificate

    def required(self, *allowed: int) -> Answer:
        """This answer, if its status is one of those allowed.

        Raises:
            AuthenticationRejected: 401 or 403, or a client certificate is wanted.
            NoSuchResource: 404.
            ValuesRefused: 400, with what the product objects to.
            UnexpectedAnswer: any other status.
        """
        if self.status in allowed:
            return self
        said = f"{self.request} answers {self.status}"
        if self.is_rejection:
            certificate = self.status not in _REJECTING
            raise AuthenticationRejected(
                f"{said}: the credentials are not accepted, or may not do this.",
                remedy=CERTIFICATE if certificate else CHECK_ACCOUNT,
            )
        if self.status == 404:  # noqa: PLR2004 - an HTTP status is best known by its number
            raise NoSuchResource(f"{said}: there is nothing of this name.")
        if self.status == 400:  # noqa: PLR2004
            raise ValuesRefused(f"{said}: {'; '.join(_objections(self)) or self._excerpt()}.")
        raise UnexpectedAnswer(f"{said}, expected {_either(allowed)}: {self._excerpt()}.")

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            UnexpectedAnswer: the body is something else, or breaks off.
        """
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise self.unexpected(f"a body that is not JSON ({error})") from error

    def unexpected(self, what: str) -> UnexpectedAnswer:
        """The error to raise where the answer is not what the product documents."""
        return UnexpectedAnswer(
            f"{self.request} answers {self.status} with {what}: {self._excerpt()}."
        )

    def _excerpt(self) -> str:
        """The beginning of the body on one line."""
        text = " ".join(self.body[: 4 * _EXCERPT].decode("utf-8", "replace").split())
        if not text:
            return "the body is empty"
        return f'"{text[:_EXCERPT]}…"' if len(text) > _EXCERPT else f'"{text}"'


def _either(statuses: Collection[int]) -> str:
    return " or ".join(str(status) for status in statuses)


def _objections(answer: Answer) -> Iterator[str]:
    """The texts of a 400, which the product nests by resource and by field."""
    try:
        body = json.loads(answer.body)
    except ValueError:
        return
    yield from _flattened(body, ())


def _flattened(value: object, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            unnamed = key in ("__all__", "error")
            yield from _flattened(inner, path if unnamed else (*path, str(key)))
    elif isinstance(value, list):
        for inner in value:
            yield from _flattened(inner, path)
    else:
        text = str(value).rstrip(".")
        yield f"{'.'.join(path)}: {text}" if path else text
