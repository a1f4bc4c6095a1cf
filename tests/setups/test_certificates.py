"""The blocks that bring certificates into the product, on an API in memory."""

from __future__ import annotations

import stat
import subprocess
from typing import TYPE_CHECKING, Any, cast

import pytest
from cryptography.hazmat.primitives.serialization import pkcs12

from peers.access import program
from peers.pki import Holder, issued
from securemode.certificates import read_pem
from securemode.environment.models import KeyPair, NodeSettings, Site, Trust
from securemode.errors import AuthenticationRejected, SetupFailed
from securemode.judges.authorities import last_resort_is_trusted, last_resort_lasts
from securemode.observations.configuration import ConfigurationRows
from securemode.setups.certificates import (
    certificates,
    planned_authorities,
    planned_server_certificates,
)
from securemode.setups.client_certificates import (
    ClientCertificateMode,
    planned_client_certificates,
    why_left_alone,
)
from securemode.setups.last_resort import planned_last_resort
from securemode.verdicts import Verdict
from setups.surroundings import environment as plain

if TYPE_CHECKING:
    from pathlib import Path

    from securemode.environment.models import Environment
    from securemode.infinity.client import ManagementWriter

ROOT = "/api/admin/configuration/v1"
NOW = "2026-01-01T00:00:00Z"
FQDN = "conf1.lab.example"


class Product:
    """An API in memory; `lets_in` names the certificates that it accepts once the mode is on."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {
            "management_vm": [
                {"name": "mgmt.lab.example", "tls_certificate": None, "alternative_fqdn": ""}
            ],
            "worker_vm": [{"name": "conf1", "tls_certificate": None, "alternative_fqdn": ""}],
            "tls_certificate": [],
            "ca_certificate": [],
            "authentication": [{"client_certificate": "NO", "source": "LDAP+LOCAL"}],
        }
        self.writes: list[tuple[str, dict[str, Any]]] = []
        self.lets_in = {"client", "last"}
        for resource, rows in self.rows.items():
            for row in rows:
                row["resource_uri"] = f"{ROOT}/{resource}/1/"

    def list(self, resource: str) -> list[dict[str, Any]]:
        return [dict(row) for row in self.rows[resource]]

    def post(self, resource: str, values: dict[str, Any]) -> str:
        key = str(len(self.rows[resource]) + 2)
        self.rows[resource].append(values | {"resource_uri": f"{ROOT}/{resource}/{key}/"})
        self.writes.append((resource, values))
        return key

    def patch(self, resource: str, key: str, values: dict[str, Any]) -> None:
        uri = f"{ROOT}/{resource}/{key}/"
        next(row for row in self.rows[resource] if row["resource_uri"] == uri).update(values)
        self.writes.append((resource, values))

    @property
    def writer(self) -> ManagementWriter:
        return cast("ManagementWriter", self)

    def nodes(self) -> dict[str, Any]:
        return {name: self.list(name) for name in ("management_vm", "worker_vm")}

    def seen(self) -> ConfigurationRows:
        rows = tuple(self.list("ca_certificate"))
        return ConfigurationRows("ca_certificate", NOW, served=True, rows=rows)


class Pki:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.root = issued("root", is_authority=True)
        self.intermediate = issued("intermediate", self.root, is_authority=True)
        self.leaf = issued(FQDN, self.intermediate)

    def file(self, name: str, *certificates: Holder) -> Path:
        path = self.directory / name
        path.write_bytes(b"".join(one.pem for one in certificates))
        return path

    def environment(self, **more: Any) -> Environment:
        base = plain(site=Site(client_certificate_identity=more.pop("identity", "CN")))
        trust = Trust(
            ca_file=self.file("root.pem", self.root),
            intermediate_file=self.file("intermediate.pem", self.intermediate),
        )
        credentials = base.credentials.model_copy(update=more)
        return base.with_deployment(
            conferencing_nodes=(NodeSettings(name="conf1", ipv4="192.0.2.21", fqdn=FQDN),),
            trust=trust,
            certificates={"conf1": self.leaf.pair(self.directory, "conf1")},
            credentials=credentials,
        )

    def last_resort(self) -> KeyPair:
        return KeyPair(certificate=self.directory / "admin.pem", key=self.directory / "admin.key")


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    return Pki(tmp_path)


@pytest.fixture
def product() -> Product:
    return Product()


def test_authorities_are_uploaded_once(pki: Pki, product: Product) -> None:
    environment = pki.environment()
    planned = planned_authorities(product.list("ca_certificate"), environment)
    assert [change.requirement for one in planned for change in one.changes()] == ["CA-01", "CA-02"]
    for one in planned:
        one.write(product.writer)
    uploaded = [row["certificate"] for row in product.list("ca_certificate")]
    assert uploaded == [pki.root.pem.decode(), pki.intermediate.pem.decode()]
    assert not planned_authorities(product.list("ca_certificate"), environment)


def test_without_trust_there_is_nothing_to_upload(product: Product) -> None:
    assert not planned_authorities(product.list("ca_certificate"), plain())


def test_server_certificates_are_uploaded_with_their_chain(pki: Pki, product: Product) -> None:
    environment = pki.environment()

    def planned() -> tuple[Any, ...]:
        rows = product.list("tls_certificate")
        return planned_server_certificates(product.nodes(), rows, environment)

    (one,) = planned()
    assert [str(change) for change in one.changes()] == [
        f"conf1: TLS certificate: nothing → CN={FQDN} (CERT-01)",
        f"conf1: Configured FQDN: nothing → {FQDN} (CERT-02)",
    ]
    assert "PRIVATE KEY" not in repr([str(change) for change in one.changes()])
    one.write(product.writer)
    (uploaded,) = product.list("tls_certificate")
    chain = [str(facts) for facts in read_pem(uploaded["certificate"])]
    assert chain == [f"CN={FQDN}", "CN=intermediate"]
    assert uploaded["private_key"] == pki.leaf.key_pem.decode()
    (node,) = product.list("worker_vm")
    assert (node["tls_certificate"], node["alternative_fqdn"]) == (uploaded["resource_uri"], FQDN)
    assert product.list("management_vm")[0]["tls_certificate"] is None
    assert not planned()
    product.rows["worker_vm"][0]["tls_certificate"] = None
    (again,) = planned()
    again.write(product.writer)
    assert len(product.rows["tls_certificate"]) == 1
    assert not planned()


def test_the_management_node_goes_by_its_fqdn(pki: Pki, product: Product) -> None:
    pair = pki.leaf.pair(pki.directory, "mgmt")
    environment = pki.environment().with_deployment(certificates={"mgmt": pair})
    plan = certificates(environment, product.writer)
    assert [edit.what for edit in plan.edits][2:] == [f"mgmt: TLS certificate CN={FQDN}"]
    assert plan.notes == ("certificates has none for conf1: its certificate is left as it is.",)
    product.rows["worker_vm"][0] |= {"name": "Some node", "address": "192.0.2.21"}
    by_address = certificates(pki.environment(), product.writer)
    assert by_address.edits[-1].what == f"conf1: TLS certificate CN={FQDN}"


def test_a_file_that_is_no_certificate(pki: Pki, product: Product) -> None:
    environment = pki.environment()
    (pki.directory / "root.pem").write_text("nonsense")
    with pytest.raises(SetupFailed, match=r"root\.pem cannot be read as certificates"):
        planned_authorities(product.list("ca_certificate"), environment)


def test_the_last_resort_is_made_as_the_guide_has_it(pki: Pki, product: Product) -> None:
    environment = pki.environment(last_resort=pki.last_resort())

    def planned() -> tuple[Any, ...]:
        return planned_last_resort(product.list("ca_certificate"), environment)

    (one,) = planned()
    assert [change.requirement for change in one.changes()] == ["LAST-01", "LAST-01"]
    one.write(product.writer)
    assert not planned()
    assert last_resort_is_trusted(product.seen(), account="admin").verdict is Verdict.PASS
    lasts = last_resort_lasts(product.seen(), account="admin", margin_days=90)
    assert lasts.verdict is Verdict.PASS
    for name in ("admin.pem", "admin.key", "admin.p12"):
        assert stat.S_IMODE((pki.directory / name).stat().st_mode) == 0o600
    bundle = pkcs12.load_pkcs12((pki.directory / "admin.p12").read_bytes(), None)
    assert bundle.cert is not None
    assert bundle.cert.certificate.subject.rfc4514_string() == "CN=admin,O=Users"
    shown = subprocess.run(
        [program("openssl"), "x509", "-noout", "-text", "-in", str(pki.directory / "admin.pem")],
        check=True,
        capture_output=True,
        text=True,
        timeout=10,
    ).stdout
    for line in (
        "Public-Key: (4096 bit)",
        "CA:TRUE",
        "Digital Signature, Key Encipherment, Certificate Sign",
        "othername: UPN::admin",
        "Serial Number: 1 (0x1)",
    ):
        assert line in shown, line


def test_a_last_resort_that_exists_is_only_imported(pki: Pki, product: Product) -> None:
    pair = issued("admin", is_authority=True, user="admin").pair(pki.directory, "old")
    environment = pki.environment(last_resort=pair)
    before = pair.certificate.read_bytes()
    (one,) = planned_last_resort(product.list("ca_certificate"), environment)
    one.write(product.writer)
    assert pair.certificate.read_bytes() == before
    assert product.rows["ca_certificate"][0]["certificate"] == before.decode()


@pytest.mark.parametrize(
    ("holder", "fault"),
    [
        (issued("other", is_authority=True, user="other"), "names CN=other, not admin"),
        (issued("admin", is_authority=True, user="admin", days=(-1, 80)), "ends at"),
    ],
)
def test_a_last_resort_of_no_use(pki: Pki, product: Product, holder: Holder, fault: str) -> None:
    environment = pki.environment(last_resort=holder.pair(pki.directory, "old"))
    with pytest.raises(SetupFailed, match=fault):
        planned_last_resort(product.list("ca_certificate"), environment)


class Door:
    """Opens for the certificates that the product lets in, under the name of their file."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.tries: list[str] = []

    def __call__(self, _: Environment, identity: KeyPair) -> ManagementWriter:
        name = identity.certificate.stem
        self.tries.append(name)
        if name not in self.product.lets_in:
            raise AuthenticationRejected("GET authentication answers 403")
        return self.product.writer


class Mode:
    """Client-certificate mode about to be switched on."""

    def __init__(self, pki: Pki, product: Product, **more: Any) -> None:
        self.product = product
        self.door = Door(product)
        own = issued("admin", is_authority=True, user="admin")
        client = more.pop("client", issued("ada", pki.intermediate))
        identities = {
            "client_certificate": client.pair(pki.directory, "client"),
            "last_resort": own.pair(pki.directory, "last"),
        }
        self.environment = pki.environment(**(identities | more))
        for one in (pki.root, pki.intermediate, own):
            product.post("ca_certificate", {"certificate": one.pem.decode()})
        product.writes.clear()

    def planned(self) -> tuple[ClientCertificateMode, ...]:
        rows = self.product.list("authentication")
        return planned_client_certificates(rows, self.environment)

    def write(self) -> None:
        (one,) = self.planned()
        mode = ClientCertificateMode(
            one.key, one.now, one.wanted, one.environment, self.door, pause=lambda _: None
        )
        mode.write(self.product.writer)

    @property
    def now(self) -> str:
        return str(self.product.rows["authentication"][0]["client_certificate"])


def test_the_mode_is_switched_on_and_tried(pki: Pki, product: Product) -> None:
    mode = Mode(pki, product)
    assert [str(change) for change in mode.planned()[0].changes()] == [
        "administrator authentication: Require client certificate: NO → CN (CBA-01)"
    ]
    mode.write()
    assert mode.now == "CN"
    assert mode.door.tries == ["client", "last"]
    assert not mode.planned()


@pytest.mark.parametrize("lets_in", ["client", "last"])
def test_a_certificate_that_is_not_let_in_switches_it_off_again(
    pki: Pki, product: Product, lets_in: str
) -> None:
    mode = Mode(pki, product)
    product.lets_in = {lets_in}
    with pytest.raises(SetupFailed, match="The mode is off again") as caught:
        mode.write()
    assert mode.now == "NO"
    assert "403" in caught.value.message
    assert [values["client_certificate"] for _, values in product.writes] == ["CN", "NO"]


def test_being_locked_out_is_said(pki: Pki, product: Product) -> None:
    mode = Mode(pki, product)
    product.lets_in = set()
    with pytest.raises(SetupFailed, match="restore a backup"):
        mode.write()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"source": "LOCAL"}, "the authentication source is LOCAL"),
        ({"client": issued("ada")}, "leads to no trusted authority"),
        ({"client": "expired"}, "credentials.client_certificate is not in force"),
        ({"identity": "UPN"}, "credentials.client_certificate names nobody by UPN"),
    ],
)
def test_without_a_way_back_nothing_is_changed(
    pki: Pki, product: Product, change: dict[str, Any], message: str
) -> None:
    if source := change.pop("source", ""):
        product.rows["authentication"][0]["source"] = source
    if change.get("client") == "expired":
        change = {"client": issued("ada", pki.intermediate, days=(-9, -1))}
    mode = Mode(pki, product, **change)
    with pytest.raises(SetupFailed, match="was not switched on") as caught:
        mode.write()
    assert message in caught.value.message
    assert not product.writes
    assert not mode.door.tries


def test_what_is_not_stated_is_left_alone(pki: Pki, product: Product) -> None:
    environment = pki.environment(client_certificate=pki.leaf.pair(pki.directory, "x"))
    assert not planned_client_certificates(product.list("authentication"), environment)
    assert why_left_alone(environment) == (
        "credentials.last_resort not stated: client-certificate mode is left as it is."
    )
    assert not planned_last_resort(product.list("ca_certificate"), environment)
