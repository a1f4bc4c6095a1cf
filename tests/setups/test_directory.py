from __future__ import annotations

from typing import Any

import pytest

from securemode.environment.secret import Secret
from securemode.environment.site import LdapSite, Site
from securemode.errors import SetupFailed, UnexpectedAnswer
from securemode.setups.roles import roles
from setups.product import ROOT, TOKEN, Product
from setups.surroundings import environment
from setups.test_configure_application import configured, quietly

READERS = "cn=viewers,ou=groups,dc=example,dc=com"
WRITERS = "cn=operators,ou=groups,dc=example,dc=com"
AUDITORS = "cn=auditors,ou=groups,dc=example,dc=com"
LDAP = LdapSite(
    server="ldap.example.com",
    base_dn="dc=example,dc=com",
    bind_username="cn=infinity,dc=example,dc=com",
    groups={"Read-only": READERS, "Read-write": WRITERS, "Auditor": AUDITORS},
)
BIND: dict[str, Any] = {"ldap_bind_password": Secret("canary-bind")}


def site(**changes: Any) -> Site:
    return Site(login_banner="Keep out", ldap=LDAP.model_copy(update=changes))


def uri(number: int) -> str:
    return f"{ROOT}/role/{number}/"


def mapping(name: str, group: str, *numbers: int) -> dict[str, Any]:
    held = [uri(number) for number in numbers]
    return {"name": name, "source": "LDAP", "value": group, "roles": held}


def mapped(product: Product) -> list[tuple[str, str, list[str]]]:
    rows = product.rows["role_mapping"]
    return [(row["name"], row["value"], row["roles"]) for row in rows]


def test_the_directory_is_asked_beside_the_local_database() -> None:
    product = Product()
    configured(product, site(), **BIND).run(quietly)
    assert product.rows["authentication"][0] == {
        "source": "LDAP+LOCAL",
        "client_certificate": "NO",
        "ldap_server": "ldap.example.com",
        "ldap_base_dn": "dc=example,dc=com",
        "ldap_bind_username": "cn=infinity,dc=example,dc=com",
        "ldap_bind_password": "canary-bind",
        "ldap_permit_no_tls": False,
        "resource_uri": f"{ROOT}/authentication/1/",
    }


def test_every_group_gives_its_role_even_one_just_made() -> None:
    product = Product()
    configured(product, site(), **BIND).run(quietly)
    assert [row["name"] for row in product.rows["role"]] == ["Read-only", "Read-write", "Auditor"]
    assert product.rows["role_mapping"] == [
        {**mapping(name, group, number), "resource_uri": f"{ROOT}/role_mapping/{number}/"}
        for number, (name, group) in enumerate(LDAP.groups.items(), 1)
    ]


def test_roles_and_mappings_are_there_before_the_directory_is_asked() -> None:
    product = Product()
    configured(product, site(), **BIND).run(quietly)
    order = [resource for resource, _, _ in product.writes]
    assert order.index("role") < order.index("role_mapping") < order.index("authentication")
    assert max(n for n, name in enumerate(order) if name == "role_mapping") < order.index(
        "authentication"
    )


def test_a_second_run_changes_nothing() -> None:
    product = Product()
    configured(product, site(), **BIND).run(quietly)
    product.writes.clear()
    assert configured(product, site(), **BIND).run(quietly) == []
    assert product.writes == []


def test_the_password_goes_along_with_the_account_and_is_not_compared() -> None:
    product = Product()
    configured(product, site(), **BIND).run(quietly)
    product.rows["authentication"][0]["ldap_bind_password"] = "another"
    product.writes.clear()
    assert configured(product, site(), **BIND).run(quietly) == []
    product.rows["authentication"][0]["ldap_bind_username"] = "cn=other,dc=example,dc=com"
    configured(product, site(), **BIND).run(quietly)
    assert product.writes == [
        (
            "authentication",
            "1",
            {"ldap_bind_username": LDAP.bind_username, "ldap_bind_password": "canary-bind"},
        )
    ]


def test_ldap_without_tls_is_no_longer_permitted() -> None:
    product = Product()
    product.rows["authentication"][0]["ldap_permit_no_tls"] = True
    changes = configured(product, site(), **BIND).run(quietly)
    assert product.rows["authentication"][0]["ldap_permit_no_tls"] is False
    assert [c.setting for c in changes if c.requirement == "LDAP-03"] == ["Permit LDAP without TLS"]


def test_a_mapping_is_known_by_its_group_however_that_is_written() -> None:
    product = Product()
    product.post("role_mapping", mapping("Our viewers", READERS.upper().replace(",", ", "), 1))
    product.writes.clear()
    configured(product, site(), **BIND).run(quietly)
    assert [name for name, _, _ in mapped(product)] == ["Our viewers", "Read-write", "Auditor"]
    assert ("role_mapping", "1") not in {write[:2] for write in product.writes}


def test_a_group_loses_a_role_that_the_site_gives_to_another_and_keeps_what_it_does_not_state() -> (
    None
):
    product = Product()
    product.rows["role"].append(
        {"name": "Helpdesk", "permissions": [], "resource_uri": f"{ROOT}/role/3/"}
    )
    product.post("role_mapping", mapping("Read-only", READERS, 1, 2, 3))
    changes = configured(product, site(), **BIND).run(quietly)
    assert mapped(product)[0] == ("Read-only", READERS, [uri(3), uri(1)])
    assert (
        "LDAP role mapping Read-only: roles: Read-only, Read-write, Helpdesk → "
        "Helpdesk, Read-only (LDAP-04)"
    ) in map(str, changes)


def test_a_role_moves_with_its_mapping_to_another_group() -> None:
    product = Product()
    product.post("role_mapping", mapping("Read-write", "cn=old,dc=example,dc=com", 2))
    configured(product, site(), **BIND).run(quietly)
    assert mapped(product)[0] == ("Read-write", WRITERS, [uri(2)])
    assert len(mapped(product)) == 3


def test_one_group_may_give_two_roles() -> None:
    product = Product()
    groups = {"Read-only": READERS, "Read-write": READERS.upper()}
    configured(product, site(groups=groups), **BIND).run(quietly)
    assert mapped(product) == [("Read-only and Read-write", READERS, [uri(1), uri(2)])]


def test_mappings_that_the_site_does_not_state_are_left_and_told_of() -> None:
    product = Product()
    product.post("role_mapping", mapping("Boss", "cn=boss,dc=example,dc=com", 2))
    oidc = {**mapping("Sign-on", "anybody", 2), "source": "OIDC"}
    product.post("role_mapping", oidc)
    setup = configured(product, site(), **BIND)
    setup.run(quietly)
    assert ("Boss", "cn=boss,dc=example,dc=com", [uri(2)]) in mapped(product)
    (said,) = (note for note in setup.notes if "which gives" in note)
    assert said == (
        "site.ldap.groups does not have cn=boss,dc=example,dc=com, which gives Read-write: "
        "it is left."
    )


def test_a_version_that_has_only_ldap_roles() -> None:
    product = Product()
    product.rows["ldap_role"] = product.rows.pop("role_mapping")
    configured(product, site(), **BIND).run(quietly)
    assert product.rows["ldap_role"][2] == {
        "name": "Auditor",
        "ldap_group_dn": AUDITORS,
        "roles": [uri(3)],
        "resource_uri": f"{ROOT}/ldap_role/3/",
    }
    product.writes.clear()
    assert configured(product, site(), **BIND).run(quietly) == []


def test_a_role_that_the_product_does_not_have_stops_everything() -> None:
    product = Product()
    with pytest.raises(SetupFailed, match="no role called Helpdesk; nothing was written") as caught:
        configured(product, site(groups={"Helpdesk": READERS}), **BIND).run(quietly)
    assert caught.value.remedy == "make the role, or remove it from site.ldap.groups."
    assert product.writes == []


def test_a_refused_directory_leaves_the_local_database_alone() -> None:
    class Refusing(Product):
        def patch(self, resource: str, key: str, values: dict[str, Any]) -> None:
            if resource == "authentication":
                raise UnexpectedAnswer("PATCH /x/ answers 400: cannot connect.")
            super().patch(resource, key, values)

    product = Refusing()
    with pytest.raises(SetupFailed, match=r"administrator authentication .source, .* not written"):
        configured(product, site(), **BIND).run(quietly)
    assert product.rows["authentication"][0]["source"] == "LOCAL"


def test_what_is_not_stated_is_left_alone_and_said() -> None:
    product = Product()
    product.rows["authentication"][0]["ldap_permit_no_tls"] = True
    setup = configured(product)
    setup.run(quietly)
    assert product.rows["authentication"][0]["ldap_permit_no_tls"] is True
    assert "site.ldap is not stated: administrators are looked up as before." in setup.notes
    bare = configured(product, site(groups={}))
    bare.run(quietly)
    assert product.rows["authentication"][0]["ldap_bind_password"] == ""
    assert product.rows["role_mapping"] == []
    assert [note for note in bare.notes if "ldap" in note] == [
        "credentials.ldap_bind_password is not stated: it is left as it is.",
        "site.ldap.groups is not stated: role mappings are left as they are.",
    ]


def test_the_password_is_never_said() -> None:
    product = Product()
    setup = configured(product, site(), **BIND)
    said: list[str] = []
    changes = setup.run(said.append)
    assert product.list("authentication")[0]["ldap_bind_password"] == TOKEN
    assert "canary" not in "\n".join([setup.transcript, *said, *map(str, changes)])


def test_the_roles_are_a_part_of_their_own() -> None:
    plan = roles(environment(), Product())  # type: ignore[arg-type]
    assert [edit.what for edit in plan.edits] == [
        "role Read-only",
        "role Read-write",
        "role Auditor",
    ]
