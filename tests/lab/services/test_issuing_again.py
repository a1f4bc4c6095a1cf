from __future__ import annotations

import io
import pickle

from securemode_lab.services import authority
from securemode_lab.services.certificates import SiteCertificates
from securemode_lab.services.pki import Pki
from securemode_lab.state_file import StatePickler


def copy_of(certificates: SiteCertificates) -> SiteCertificates:
    """The same in another process."""
    written = io.BytesIO()
    StatePickler(written).dump(certificates)
    made = pickle.loads(written.getvalue())
    assert isinstance(made, SiteCertificates)
    made.issue_again()
    return made


def test_whoever_orders_the_same_gets_the_same_certificates_in_the_same_order() -> None:
    certificates = SiteCertificates(Pki(), "http://127.0.0.1/")
    order = authority.server("conf1.lab.example")
    first, second = certificates.server(order), certificates.server(order)
    assert first.pem != second.pem
    again = copy_of(certificates)
    issued = [again.server(order) for _ in range(2)]
    assert [(one.pem, one.key_pem) for one in issued] == [
        (one.pem, one.key_pem) for one in (first, second)
    ]
    assert again.server(order).pem not in (first.pem, second.pem)
    assert again.root.own.pem == certificates.root.own.pem


def test_a_certificate_of_another_order_or_key_is_new() -> None:
    certificates = SiteCertificates(Pki(), "")
    order = authority.server("conf1.lab.example")
    first = certificates.server(order)
    again = copy_of(certificates)
    assert again.intermediate.issue(order, authority.new_key()).pem != first.pem
    assert again.server(authority.server("conf2.lab.example")).pem != first.pem
    assert again.server(order).pem == first.pem


def test_it_can_be_copied_as_often_as_one_likes() -> None:
    certificates = SiteCertificates(Pki(), "")
    order = authority.server("conf1.lab.example")
    first = certificates.server(order)
    assert copy_of(copy_of(certificates)).server(order).pem == first.pem
