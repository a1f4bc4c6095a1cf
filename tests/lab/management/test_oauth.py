"""OAuth2 client credentials: assertion, token, and what a client may do."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

if TYPE_CHECKING:
    import requests

    from lab.management.conftest import ManagementNode

BASE = "/api/admin/configuration/v1/"
GLOBAL = f"{BASE}global/1/"
TOKEN = "/oauth/token/"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def _client(node: ManagementNode, role: int = 2) -> dict[str, str]:
    body = {"client_name": "robot", "role": f"{BASE}role/{role}/"}
    answer = node.ask("POST", f"{BASE}oauth2_client/", json=body)
    assert answer.status_code == 201
    created: dict[str, str] = answer.json()
    return created


def _part(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _assertion(node: ManagementNode, client: dict[str, str], **changes: Any) -> str:
    now = int(node.clock().timestamp())
    claims = {
        "iss": client["client_id"],
        "sub": client["client_id"],
        "aud": node.url + TOKEN,
        "iat": now,
        "exp": now + 3600,
        "jti": "1",
    } | changes
    signed = f"{_part({'alg': 'ES256', 'typ': 'JWT'})}.{_part(claims)}"
    key = load_pem_private_key(client["private_key_jwt"].encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"{signed}.{_part(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _ask(node: ManagementNode, assertion: str, **changes: str) -> requests.Response:
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION,
        "client_assertion": assertion,
        "scope": "is_admin use_api",
    }
    return node.ask("POST", TOKEN, data=form | changes, auth=None)


def _bearer(node: ManagementNode, client: dict[str, str]) -> dict[str, str]:
    answer = _ask(node, _assertion(node, client)).json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)
    return {"Authorization": f"Bearer {answer['access_token']}"}


def test_key_is_shown_once(node: ManagementNode) -> None:
    client = _client(node)

    assert "BEGIN PRIVATE KEY" in client["private_key_jwt"]
    (listed,) = node.get(f"{BASE}oauth2_client/")["objects"]
    assert "private_key_jwt" not in listed
    assert listed["client_id"] == client["client_id"]
    assert re.fullmatch(rf"{BASE}oauth2_client/\d+/", listed["resource_uri"])


def test_token_opens_the_api_until_it_expires(node: ManagementNode) -> None:
    headers = _bearer(node, _client(node))

    assert node.ask("GET", GLOBAL, auth=None, headers=headers).status_code == 200
    node.clock.advance(minutes=60)
    assert node.ask("GET", GLOBAL, auth=None, headers=headers).status_code == 401


def test_token_never_opens_the_web_interface(node: ManagementNode) -> None:
    headers = _bearer(node, _client(node))

    assert node.ask("GET", "/admin/", auth=None, headers=headers).status_code == 302


def test_role_of_the_client_holds(node: ManagementNode) -> None:
    headers = _bearer(node, _client(node, role=1))

    change = {"enable_ssh": False}
    assert node.ask("PATCH", GLOBAL, json=change, auth=None, headers=headers).status_code == 403


def test_clients_stay_out_of_the_authentication_settings(node: ManagementNode) -> None:
    headers = _bearer(node, _client(node))
    path = f"{BASE}authentication/1/"

    def change() -> int:
        body = {"ldap_server": "ldap.lab.example"}
        return node.ask("PATCH", path, json=body, auth=None, headers=headers).status_code

    assert change() == 403
    node.store.update("authentication", 1, {"api_oauth2_allow_all_perms": True})
    assert change() == 202


def test_basic_can_be_switched_off(node: ManagementNode) -> None:
    headers = _bearer(node, _client(node))
    node.store.update("authentication", 1, {"api_oauth2_disable_basic": True})

    assert node.ask("GET", GLOBAL).status_code == 401
    assert node.ask("GET", GLOBAL, auth=None, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1},
        {"sub": "another"},
        {"aud": "https://elsewhere.example/oauth/token/"},
        {"iss": "unknown"},
    ],
)
def test_wrong_claims_are_refused(node: ManagementNode, claims: dict[str, Any]) -> None:
    answer = _ask(node, _assertion(node, _client(node), **claims))

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_forged_and_damaged_assertions_are_refused(node: ManagementNode) -> None:
    client = _client(node)
    good = _assertion(node, client)
    header, claims, signature = good.split(".")
    unsigned = f"{_part({'alg': 'none'})}.{claims}."

    for bad in (unsigned, f"{header}.{claims}.{signature[::-1]}", good[:40], "", "a.b.c"):
        assert _ask(node, bad).status_code == 401
    assert _ask(node, good, grant_type="password").status_code == 400
    assert _ask(node, good).status_code == 200
