from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from securemode.environment.files import KeyPair
from securemode.environment.means import PeerCertificates, Trap
from securemode.setups.configure_application import ConfigureApplication
from setups.product import Product
from setups.surroundings import environment
from setups.test_configure_application import SITE, quietly

PAIR = KeyPair(certificate=Path("trap.pem"), key=Path("trap.key"))
TRAP = Trap(
    name="trap.example.com",
    ipv4="192.0.2.99",
    service_alias="acceptance",
    certificates=PeerCertificates(proper=PAIR),
)


def configured(product: Product, **changes: Any) -> ConfigureApplication:
    stated = {"trap": TRAP, "allow": frozenset({"outbound_call"}), **changes}
    changed = environment(SITE).model_copy(update=stated)
    return ConfigureApplication(changed, product, propagation_s=0)  # type: ignore[arg-type]


def services(product: Product) -> list[dict[str, Any]]:
    return [values for resource, _, values in product.writes if resource == "conference"]


def product_with(*rows: dict[str, Any]) -> Product:
    product = Product()
    product.rows["conference"] = list(rows)
    return product


def test_a_service_is_made_for_the_calls_and_only_once() -> None:
    product = product_with({"name": "Weekly", "aliases": [{"alias": "weekly"}]})
    configured(product).run(quietly)
    (made,) = services(product)
    assert (made["service_type"], [one["alias"] for one in made["aliases"]]) == (
        "conference",
        ["acceptance"],
    )
    assert "crypto_mode" not in made
    product.writes.clear()
    assert configured(product).run(quietly) == []
    assert services(product) == []


@pytest.mark.parametrize("aliases", [[{"alias": "Acceptance"}], ["acceptance"]])
def test_a_service_that_is_there_is_kept(aliases: list[Any]) -> None:
    product = product_with({"name": "Mine", "aliases": aliases})
    configured(product).run(quietly)
    assert services(product) == []


@pytest.mark.parametrize("change", [{"trap": None}, {"allow": frozenset({"snmp_write"})}])
def test_without_trap_or_permission_nothing_is_written(change: dict[str, Any]) -> None:
    product = product_with()
    said: list[str] = []
    configured(product, **change).run(said.append)
    assert services(product) == []
    assert any("no calls are placed" in line for line in said)
