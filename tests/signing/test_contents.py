from __future__ import annotations

import stat
import warnings
import zipfile
from typing import TYPE_CHECKING

import pytest

from securemode.errors import ConfigurationError
from securemode.signing.completeness import check
from securemode.signing.contents import contents_of
from signing.a_run import RUN_ID

if TYPE_CHECKING:
    from pathlib import Path


def zipped(run: Path, to: Path, prefix: str = "") -> Path:
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(run.rglob("*")):
            archive.write(path, prefix + path.relative_to(run).as_posix())
    return to


def added(archive: Path, name: str | zipfile.ZipInfo, content: bytes = b"x") -> Path:
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a name that is there twice
        file.writestr(name, content)
    return archive


@pytest.mark.parametrize("prefix", ["", f"{RUN_ID}/", f"reports/{RUN_ID}/"])
def test_a_zip_of_the_directory_is_the_directory(run: Path, tmp_path: Path, prefix: str) -> None:
    archive = zipped(run, tmp_path / "pack.zip", prefix)
    assert check(contents_of(archive)) == check(contents_of(run))


def test_a_file_beside_the_directory_is_an_added_one(run: Path, tmp_path: Path) -> None:
    archive = added(zipped(run, tmp_path / "pack.zip", f"{RUN_ID}/"), "beside.txt")
    assert [one.file for one in check(contents_of(archive)).problems] == ["beside.txt"]


def test_a_link_in_an_archive_is_named(run: Path, tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive = added(zipped(run, tmp_path / "pack.zip"), link, b"/etc/passwd")
    assert [tuple(one) for one in check(contents_of(archive)).problems] == [("link", "is a link")]


@pytest.mark.parametrize("name", ["../out", "/out", "a/../../out", "a\\..\\out"])
def test_an_archive_that_leads_out_of_itself_is_refused(
    run: Path, tmp_path: Path, name: str
) -> None:
    archive = added(zipped(run, tmp_path / "pack.zip"), name)
    with pytest.raises(ConfigurationError, match="leads out of it"):
        contents_of(archive)


def test_an_archive_with_two_files_of_one_name_is_refused(run: Path, tmp_path: Path) -> None:
    archive = added(zipped(run, tmp_path / "pack.zip"), "manifest.json")
    with pytest.raises(ConfigurationError, match="twice"):
        contents_of(archive)


def test_an_archive_made_to_fill_a_memory_is_refused(run: Path, tmp_path: Path) -> None:
    archive = added(zipped(run, tmp_path / "pack.zip"), "zeros", bytes(2**27))
    with pytest.raises(ConfigurationError, match="far more than it was packed from"):
        contents_of(archive)


def test_a_damaged_member_is_named(run: Path, tmp_path: Path) -> None:
    archive = tmp_path / "pack.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(path for path in run.rglob("*") if path.is_file()):
            file.write(path, path.relative_to(run).as_posix())
    whole = archive.read_bytes()
    archive.write_bytes(whole.replace(b"<testsuite ", b"<testsuitE ", 1))
    [problem] = check(contents_of(archive)).problems
    assert problem.file == "junit.xml"
    assert "damaged in the archive" in problem.what


def test_what_is_no_pack_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("text")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as file:
        file.writestr("a", "b")
    (tmp_path / "empty").mkdir()
    for name in ("text.zip", "empty.zip", "empty", "nothing"):
        with pytest.raises(ConfigurationError, match=name):
            contents_of(tmp_path / name)
