"""Certificates: what is in them, what a TLS port serves, and what the site trusts."""

from __future__ import annotations

from dataclasses import dataclass

from securemode.observations.tls import TlsService, TlsVersion  # noqa: TC001 (read at run time)


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """What one X.509 certificate says.

    Attributes:
        pem: the certificate itself.
        fingerprint: SHA-256 of it, hexadecimal.
        key_fingerprint: SHA-256 of its public key, hexadecimal.
        subject: name of its holder, RFC 4514.
        issuer: name of who signed it, RFC 4514.
        common_names: every CN of the subject.
        dns_names: DNS names of the subjectAltName.
        ip_addresses: addresses of the subjectAltName.
        user_principal_names: userPrincipalNames of the subjectAltName.
        not_before: begin of its validity, UTC, ISO 8601.
        not_after: end of its validity, UTC, ISO 8601.
        key_type: "RSA", "EC", or the library's name of another.
        key_bits: size of the key, 0 where it has no choice of sizes.
        exponent: public exponent of an RSA key.
        curve: name of the curve of an EC key.
        signature_algorithm: name of it, as OpenSSL calls it.
        self_signed: whether it is signed by its own key.
        is_authority: whether it may sign other certificates.
    """

    pem: str
    fingerprint: str
    key_fingerprint: str
    subject: str
    issuer: str
    common_names: tuple[str, ...] = ()
    dns_names: tuple[str, ...] = ()
    ip_addresses: tuple[str, ...] = ()
    user_principal_names: tuple[str, ...] = ()
    not_before: str
    not_after: str
    key_type: str
    key_bits: int
    exponent: int | None = None
    curve: str | None = None
    signature_algorithm: str
    self_signed: bool
    is_authority: bool

    def __str__(self) -> str:
        return self.subject or f"a certificate without a subject ({self.fingerprint[:16]})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedChain:
    """One chain, in the order in which the server sent it.

    Attributes:
        version: over which it was sent.
        offered: what the client wanted: "RSA", "ECDSA" or "any" sort of certificate.
        certificates: the chain; the first is the server's own.
    """

    version: TlsVersion
    offered: str
    certificates: tuple[CertificateFacts, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EphemeralKey:
    """The key exchange that the server chose when it was offered one family of groups.

    Attributes:
        offered: "finite field", "approved curves", "other curves" or "X25519 and X448".
        version: over which it was offered.
        dh_bits: size of the prime of a finite-field exchange.
        group: name of the group or curve.
    """

    offered: str
    version: TlsVersion
    dh_bits: int | None = None
    group: str | None = None

    def __str__(self) -> str:
        return f"{self.dh_bits}-bit DH" if self.dh_bits else str(self.group)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedCertificatesSeen:
    """Every chain that a TLS port serves, and the ephemeral keys that go with it.

    Attributes:
        service: what answers there.
        address: the address that was connected to.
        port: the port that was connected to.
        server_name: the name that was asked for, empty for none.
        looked_at: by our clock, UTC, ISO 8601.
        chains: at least one.
        ephemeral: one for each family of groups that the server accepted.
    """

    service: TlsService
    address: str
    port: int
    server_name: str
    looked_at: str
    chains: tuple[ServedChain, ...]
    ephemeral: tuple[EphemeralKey, ...] = ()

    @property
    def leaves(self) -> tuple[CertificateFacts, ...]:
        """The server's own certificates, each once."""
        return tuple(dict.fromkeys(chain.certificates[0] for chain in self.chains))


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAuthoritiesSeen:
    """The certification authorities that the environment trusts.

    Attributes:
        source: where they are stated: "trust.ca_file", or "this machine" where nothing is.
        authorities: of `trust.ca_file`.
        intermediates: of `trust.intermediate_file`.
    """

    source: str
    authorities: tuple[CertificateFacts, ...]
    intermediates: tuple[CertificateFacts, ...] = ()

    @property
    def anchors(self) -> tuple[CertificateFacts, ...]:
        """Where a chain may end: the roots, or all of them where no root is among them."""
        roots = tuple(one for one in self.authorities if one.self_signed)
        return roots or self.authorities
