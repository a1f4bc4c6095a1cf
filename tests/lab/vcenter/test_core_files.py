"""Files of datastores over HTTPS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
from pyVim.task import WaitForTask
from pyVmomi import vim

from lab.vcenter.serving import ADMINISTRATOR, READER, machine
from securemode_lab.vcenter.guests import PlainGuest

if TYPE_CHECKING:
    from lab.vcenter.serving import Served

WHERE = {"dcPath": "Lab", "dsName": "datastore1"}


def asked(served: Served, method: str, path: str, **arguments: Any) -> requests.Response:
    url = f"https://localhost:{served.port}/folder/{path}"
    with requests.Session() as session:
        session.trust_env = False
        session.verify = served.ca_file
        return session.request(method, url, **{"params": WHERE, "timeout": 10, **arguments})


def own(instance: Any) -> dict[str, Any]:
    """The cookie of a session, as its client sends it."""
    return {"headers": {"Cookie": instance._stub.cookie.partition(";")[0]}}


def test_a_picture_of_the_screen_is_fetched_with_the_session(served: Served, instance: Any) -> None:
    task = machine(instance, "node0").CreateScreenshot_Task()
    WaitForTask(task)
    datastore, _, path = task.info.result.partition("] ")
    where = {"dcPath": "Lab", "dsName": datastore.removeprefix("[")}
    answer = asked(served, "GET", path, params=where, **own(instance))
    assert (answer.status_code, answer.content) == (200, PlainGuest().screenshot())
    assert answer.headers["Content-Type"] == "image/png"


def test_files_are_written_read_and_deleted(served: Served) -> None:
    login: dict[str, Any] = {"auth": (ADMINISTRATOR.username, ADMINISTRATOR.password)}
    path = "node0/node0.nvram"
    assert asked(served, "GET", path, **login).status_code == 404
    assert asked(served, "PUT", path, data=b"settings", **login).status_code == 201
    assert asked(served, "PUT", path, data=b"other settings", **login).status_code == 200
    head = asked(served, "HEAD", path, **login)
    assert (head.status_code, head.headers["Content-Length"]) == (200, "14")
    assert asked(served, "GET", path, **login).content == b"other settings"
    assert asked(served, "DELETE", path, **login).status_code == 204
    assert asked(served, "DELETE", path, **login).status_code == 404
    assert served.vcenter.sessions.all() == []


@pytest.mark.parametrize(
    ("login", "status"),
    [
        ({}, 401),
        ({"auth": (ADMINISTRATOR.username, "wrong")}, 401),
        ({"headers": {"Authorization": "Basic nonsense"}}, 401),
        ({"headers": {"Cookie": "vmware_soap_session=nonsense"}}, 401),
        ({"auth": (READER.username, READER.password)}, 403),
    ],
)
def test_only_whoever_may_browse_gets_files(
    served: Served, login: dict[str, Any], status: int
) -> None:
    for method in ("GET", "PUT", "DELETE"):
        assert asked(served, method, "node0/node0.nvram", **login).status_code == status


@pytest.mark.parametrize("where", [{"dcPath": "Other", "dsName": "datastore1"}, {"dsName": "x"}])
def test_other_places_have_no_files(served: Served, where: dict[str, str]) -> None:
    login = (ADMINISTRATOR.username, ADMINISTRATOR.password)
    answer = asked(served, "PUT", "a/b", params=where, auth=login, data=b"x")
    assert answer.status_code == 404


def test_the_file_manager_deletes_files_and_folders(served: Served, instance: Any) -> None:
    files = served.vcenter.inventory.named(vim.Datastore, "datastore1").kept["files"]
    for path in ("a/one", "a/two", "b/one"):
        files[path] = b""
    manager = instance.content.fileManager
    WaitForTask(manager.DeleteDatastoreFile_Task("[datastore1] b/one"))
    WaitForTask(manager.DeleteDatastoreFile_Task("[datastore1] a"))
    assert not files
    with pytest.raises(vim.fault.FileNotFound):
        WaitForTask(manager.DeleteDatastoreFile_Task("[datastore1] a"))
    with pytest.raises(vim.fault.InvalidDatastorePath):
        WaitForTask(manager.DeleteDatastoreFile_Task("[nowhere] a"))
