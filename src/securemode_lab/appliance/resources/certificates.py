"""TLS certificates, trusted CA certificates and signing requests."""

from __future__ import annotations

from .fields import Secret, boolean, choice, listing, moment, text, to_one
from .resource import Resource
from .signing_requests import make_request, request_and_certificate
from .x509 import certificate_and_key, describe_certificate

TLS_CERTIFICATE = Resource(
    name="tls_certificate",
    title="TLS certificate",
    list_methods="DELETE GET POST PATCH",
    detail_methods="DELETE GET PATCH",
    complete=describe_certificate,
    check=certificate_and_key,
    fields=(
        text("certificate"),
        boolean("client_auth_usage", readonly=True),
        moment("end_date", "1970-01-01T00:00:00", readonly=True),
        text("issuer_hash", longest=8, filterable=True, readonly=True),
        text("issuer_key_id", None, longest=128, readonly=True),
        text("issuer_name", longest=250, filterable=True, readonly=True),
        text("key_id", None, longest=128, readonly=True),
        listing("nodes", readonly=True),
        text("parameters"),
        text("private_key", None, longest=12288, secret=Secret.OMITTED),
        text("private_key_passphrase", secret=Secret.BLANK),
        text("raw_issuer", longest=250, filterable=True, readonly=True),
        text("raw_subject", longest=250, filterable=True, readonly=True),
        text("serial_no", longest=128, readonly=True),
        boolean("server_auth_usage", default=True, readonly=True),
        moment("start_date", "1970-01-01T00:00:00", readonly=True),
        text("subject_alt_names", readonly=True),
        text("subject_hash", longest=8, filterable=True, readonly=True),
        text("subject_name", longest=250, filterable=True, readonly=True),
        text("text", readonly=True),
    ),
)

CA_CERTIFICATE = Resource(
    name="ca_certificate",
    title="Trusted CA certificate",
    list_methods="DELETE GET POST",
    detail_methods="DELETE GET PATCH",
    complete=describe_certificate,
    check=certificate_and_key,
    fields=(
        text("certificate", required=True),
        moment("end_date", "1970-01-01T00:00:00", readonly=True),
        text("issuer_hash", longest=8, filterable=True, readonly=True),
        text("issuer_key_id", None, longest=128, readonly=True),
        text("issuer_name", longest=250, filterable=True, readonly=True),
        text("key_id", None, longest=128, readonly=True),
        text("raw_issuer", longest=250, filterable=True, readonly=True),
        text("raw_subject", longest=250, filterable=True, readonly=True),
        text("serial_no", longest=128, readonly=True),
        moment("start_date", "1970-01-01T00:00:00", readonly=True),
        text("subject_hash", longest=8, filterable=True, readonly=True),
        text("subject_name", longest=250, filterable=True, readonly=True),
        text("text", readonly=True),
        boolean("trusted_intermediate"),
    ),
)

CERTIFICATE_SIGNING_REQUEST = Resource(
    name="certificate_signing_request",
    title="Certificate signing request",
    list_methods="DELETE GET POST",
    detail_methods="DELETE GET PATCH",
    complete=make_request,
    check=request_and_certificate,
    fields=(
        boolean("ad_compatible"),
        text("additional_subject_alt_names"),
        text("certificate"),
        text("csr", readonly=True),
        text("dn", longest=250),
        boolean("eku_client_auth"),
        boolean("eku_server_auth", default=True),
        text("private_key", longest=12288, secret=Secret.OMITTED),
        text("private_key_passphrase", secret=Secret.BLANK),
        choice("private_key_type", "UPLOAD", "RSA2048", "RSA4096", "ECDSAP256"),
        text("subject_name", longest=250, filterable=True),
        to_one("tls_certificate", "tls_certificate"),
    ),
)
