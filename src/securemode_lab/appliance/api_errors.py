"""The error answers of the API, as the framework behind the product words and shapes them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .resources.resource import Errors

REALM = "Management API"


class ApiError(Exception):
    """A request that ends in an error: status, JSON body (None for an empty one), headers."""

    def __init__(
        self, status: int, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def refused(text: str) -> ApiError:
    """A request that makes no sense: 400 with one sentence."""
    return ApiError(HTTPStatus.BAD_REQUEST, {"error": text})


def invalid(resource: str, errors: Errors) -> ApiError:
    """Values that the product does not accept: 400, nested by the resource's name."""
    return ApiError(HTTPStatus.BAD_REQUEST, {resource: errors})


def first_sentence(error: ApiError) -> str:
    """The first of what `invalid` says, for a page that shows one message."""
    ((_, fields),) = error.body.items()
    return str(next(iter(fields.values()))[0])


def not_found() -> ApiError:
    """No such path or row."""
    return ApiError(HTTPStatus.NOT_FOUND)


def not_allowed(methods: str) -> ApiError:
    """A method that the resource does not have."""
    return ApiError(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": ", ".join(methods.split())})


def unauthenticated() -> ApiError:
    """Missing or wrong credentials."""
    challenge = {"WWW-Authenticate": f'Basic realm="{REALM}"'}
    return ApiError(HTTPStatus.UNAUTHORIZED, headers=challenge)


def not_in_the_lab(what: str) -> ApiError:
    """Something that the product can do and the lab can't; never pretended."""
    text = f"The lab does not implement {what}."
    return ApiError(HTTPStatus.NOT_IMPLEMENTED, {"error": text})
