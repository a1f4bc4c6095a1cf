from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.control.running import TIMEOUT_S, up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab.control.running import RunningLab

_OWN_FOLDER = re.compile(r"/[^ ]*/securemode-lab-[^/]+/")
_OF_THE_PROCESS = ("pid", "namespaces", "control", "restart")


@pytest.fixture
def kept(lab: RunningLab, tmp_path: Path) -> Iterator[tuple[RunningLab, Path]]:
    """A lab that is not as it was made, and the file that it was written to."""
    if lab.document["namespaces"] is None:
        pytest.skip("a lab on loopback has the addresses of its process")
    tmp_path.chmod(0o700)
    lab.done("variant", name="port_80", value="closed")
    lab.done("restart", node="conf1")
    lab.done("vsphere")
    path = tmp_path / "lab.state"
    lab.done("keep", file=str(path))
    yield lab, path
    lab.done("variant", name="port_80", value="redirect")


def _started_of(path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What becomes of a start that has to be refused."""
    return subprocess.run(
        [sys.executable, "-m", "securemode_lab", "up", "--state", str(path), *options],
        input="",
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


def _anywhere(value: object) -> object:
    """Paths below the folder of a lab without that folder, and files as their content."""
    if isinstance(value, dict):
        return {name: _anywhere(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_anywhere(part) for part in value]
    if isinstance(value, str) and _OWN_FOLDER.match(value):
        path = Path(value)
        content = path.read_bytes() if path.suffix in (".pem", ".key") else b""
        return _OWN_FOLDER.sub("", value), content
    return value


def test_another_process_is_the_same_deployment(kept: tuple[RunningLab, Path]) -> None:
    lab, path = kept
    before, machines = lab.done("state"), lab.done("vsphere")["machines"]
    again = up("--state", str(path))
    try:
        assert again.done("state") == before | {"saved": []}
        assert again.done("vsphere")["machines"] == machines
        for name, said in lab.document.items():
            if name not in _OF_THE_PROCESS:
                assert _anywhere(again.document[name]) == _anywhere(said), name
        again.done("restart", node="conf2")
        again.done("save", name="again")
        again.done("restore", name="again")
    finally:
        again.stop()


def test_nobody_else_can_read_the_file_and_nothing_is_beside_it(
    kept: tuple[RunningLab, Path],
) -> None:
    _lab, path = kept
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_what_cannot_be_brought_back_is_not_written(lab: RunningLab, tmp_path: Path) -> None:
    lab.fault("ssh-on")
    answer = lab.control("keep", file=str(tmp_path / "lab.state"))
    assert not answer["ok"]
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_made_is_an_answer(lab: RunningLab, tmp_path: Path) -> None:
    answer = lab.control("keep", file=str(tmp_path / "nowhere" / "lab.state"))
    assert not answer["ok"]


def _damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-100] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.chmod(0o644), "others may read it"),
        (lambda path: path.parent.chmod(0o777), "write beside it"),
        (_damage, "is damaged"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "is damaged"),
        (lambda path: path.write_bytes(b"nonsense"), "is no state of a lab"),
        (lambda path: path.write_bytes(b'{"form": 1}\n'), "another version of the lab"),
        (lambda path: path.unlink(), "No such file"),
        (lambda path: path.rename(path.with_name("it")).parent and path.symlink_to("it"), ""),
    ],
)
def test_another_file_is_refused_with_its_reason(
    kept: tuple[RunningLab, Path], spoil: object, said: str
) -> None:
    _lab, path = kept
    assert callable(spoil)
    spoil(path)
    done = _started_of(path)
    assert done.returncode == 5
    assert done.stdout == ""
    assert done.stderr.startswith("securemode_lab: ")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_state_of_another_network_is_refused(kept: tuple[RunningLab, Path]) -> None:
    _lab, path = kept
    done = _started_of(path, "--profile", "loopback")
    assert done.returncode == 5
    assert "this one is on loopback" in done.stderr
