from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

from peers.access import login
from securemode.errors import AuthenticationRejected
from securemode.targets import Datastore, Host
from securemode.vsphere.access import VSphereAccess
from securemode.vsphere.discovery import discovered
from securemode.vsphere.session import VSphereSession

if TYPE_CHECKING:
    from peers.vcsim import Simulated


def never(_environment: object) -> VSphereSession:
    raise AssertionError


NODES = {"mgmt": "DC0_H0_VM0", "conf1": "DC0_C0_RP0_VM0"}


def test_hosts_and_datastores_are_those_of_the_machines(simulated: Simulated) -> None:
    deployment = discovered(simulated.environment(nodes=NODES)).deployment()
    assert Host(name="DC0_H0") in deployment.hosts
    assert len(deployment.hosts) == 2
    assert deployment.datastores == (Datastore(name="LocalDS_0"),)


def test_counterparts_have_their_hosts_too(simulated: Simulated) -> None:
    environment = simulated.environment(
        nodes={"mgmt": "DC0_H0_VM0", "conf1": "DC0_H0_VM1"}, contingency={"mgmt": "DC0_C0_RP0_VM1"}
    )
    assert len(discovered(environment).deployment().hosts) == 2


def test_what_is_stated_stays(simulated: Simulated) -> None:
    environment = simulated.environment(nodes=NODES, hosts=("esxi9",))
    deployment = discovered(environment).deployment()
    assert deployment.hosts == (Host(name="esxi9"),)
    assert deployment.datastores == (Datastore(name="LocalDS_0"),)


def test_a_vcenter_that_cannot_be_asked_stops_nothing(simulated: Simulated) -> None:
    environment = simulated.environment(nodes=NODES)
    assert environment.vsphere is not None
    silent = environment.vsphere.model_copy(update={"port": 1})
    unreachable = environment.model_copy(update={"vsphere": silent})
    assert discovered(unreachable) is unreachable


def test_an_account_that_is_rejected_here_is_not_tried_again_in_the_run(
    simulated: Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = simulated.environment(account=login("nobody", "knows me"), nodes=NODES)
    found = pickle.loads(pickle.dumps(discovered(environment)))
    assert found.deployment() == environment.deployment()
    monkeypatch.setattr(VSphereSession, "open", never)
    for _ in range(2):
        access = VSphereAccess(found)
        with pytest.raises(AuthenticationRejected, match="does not accept the account") as caught:
            access.session()
        assert caught.value.remedy == "correct credentials.vsphere in the environment."


@pytest.mark.parametrize("missing", ["vsphere", "credentials"])
def test_without_vcenter_or_account_nobody_is_asked(simulated: Simulated, missing: str) -> None:
    environment = simulated.environment(nodes=NODES)
    credentials = environment.credentials.model_copy(update={"vsphere": None})
    changes = {"vsphere": None} if missing == "vsphere" else {"stated_credentials": credentials}
    bare = environment.model_copy(update=changes)
    assert discovered(bare) is bare
