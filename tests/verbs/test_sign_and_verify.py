"""`securemode sign` and `securemode verify`: what is printed, what is written, the exit codes."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization

from peers.pki import PEM, issued
from securemode.cli import main
from securemode.verbs.sign import file_name
from signing import a_run
from signing.a_run import RUN_ID, People

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_run.write(tmp_path_factory.mktemp("written") / RUN_ID)


@pytest.fixture
def run(written: Path, tmp_path: Path) -> Path:
    return shutil.copytree(written, tmp_path / RUN_ID)


@pytest.fixture
def people(tmp_path: Path) -> People:
    return People(tmp_path / "people")


def said(capsys: pytest.CaptureFixture[str]) -> str:
    streams = capsys.readouterr()
    return streams.out + streams.err


def test_a_run_that_nobody_signed_is_whole_and_no_more(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(run)]) == 3
    out = said(capsys)
    assert "files, all as manifest.json says." in out
    assert f"Run {RUN_ID}: not accepted." in out
    assert "Nobody has signed it" in out


def test_a_signed_run_is_traced_to_its_authority(
    run: Path, people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sign", str(run), *people.options]) == 0
    out = said(capsys)
    assert f"Ada Example signed run {RUN_ID} (not accepted)" in out
    assert "openssl cms -verify -binary -inform DER -in" in out
    assert (run / "manifest.ada-example.p7s").exists()
    assert main(["verify", str(run), "--ca", str(people.ca)]) == 0
    assert "CN=Ada Example signed exactly this manifest, on 20" in said(capsys)


def test_without_an_authority_it_is_said_that_the_signer_is_not_traced(
    run: Path, people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["sign", str(run), *people.options])
    assert main(["verify", str(run)]) == 3
    assert "not traced to an authority, so anyone may have made" in said(capsys)


def test_another_authority_does_not_vouch_for_the_signer(
    run: Path, people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["sign", str(run), *people.options])
    other = tmp_path / "other.pem"
    other.write_bytes(issued("Another Root", is_authority=True).pem)
    assert main(["verify", str(run), "--ca", str(other)]) == 1
    assert "CN=Root of Tests is missing" in said(capsys)


def test_an_impostor_of_the_authority_does_not_vouch_for_the_signer(
    run: Path, people: People, tmp_path: Path
) -> None:
    main(["sign", str(run), *people.options])
    other = tmp_path / "other.pem"
    other.write_bytes(issued("Root of Tests", is_authority=True).pem)
    assert main(["verify", str(run), "--ca", str(other)]) == 1


def test_several_persons_sign_each_in_a_file_of_their_own(
    run: Path, people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    ben = People(run.parent / "ben", name="Ben Example")
    assert main(["sign", str(run), *people.options]) == 0
    assert main(["sign", str(run), *ben.options, "--signer", "The Witness"]) == 0
    both = run.parent / "both.pem"
    both.write_bytes(people.ca.read_bytes() + ben.ca.read_bytes())
    capsys.readouterr()
    assert main(["verify", str(run), "--ca", str(both)]) == 0
    out = said(capsys)
    assert "manifest.ada-example.p7s: CN=Ada Example signed" in out
    assert "manifest.the-witness.p7s: CN=Ben Example signed" in out


def test_nobody_signs_twice_by_accident(
    run: Path, people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["sign", str(run), *people.options])
    before = (run / "manifest.ada-example.p7s").read_bytes()
    assert main(["sign", str(run), *people.options]) == 4
    assert "Ada Example has signed this run already" in said(capsys)
    assert (run / "manifest.ada-example.p7s").read_bytes() == before
    assert main(["sign", str(run), *people.options, "--force"]) == 0


def test_a_changed_run_is_not_signed(
    run: Path, people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    (run / "junit.xml").write_text("<testsuites/>")
    assert main(["sign", str(run), *people.options]) == 4
    assert "junit.xml: was changed" in said(capsys)
    assert not list(run.glob("*.p7s"))


def test_a_changed_file_and_a_truncated_signature_are_named(
    run: Path, people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["sign", str(run), *people.options])
    signature = run / "manifest.ada-example.p7s"
    signature.write_bytes(signature.read_bytes()[:-20])
    (run / "README.txt").unlink()
    capsys.readouterr()
    assert main(["verify", str(run), "--ca", str(people.ca)]) == 1
    out = said(capsys)
    assert "README.txt: is missing" in out
    assert "manifest.ada-example.p7s: does not hold: it is cut off" in out


def test_a_signature_of_another_run_does_not_hold(
    run: Path, people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["sign", str(run), *people.options])
    manifest = run / "manifest.json"
    manifest.write_text(manifest.read_text().replace(RUN_ID, "20251124T000000Z-lab-0000"))
    assert main(["verify", str(run), "--ca", str(people.ca)]) == 1
    assert "manifest.ada-example.p7s: does not hold: it signs other content" in said(capsys)


def test_a_zip_is_verified_as_its_directory_is(run: Path, people: People, tmp_path: Path) -> None:
    main(["sign", str(run), *people.options])
    archive = shutil.make_archive(str(tmp_path / "pack"), "zip", run.parent, run.name)
    assert main(["verify", archive, "--ca", str(people.ca)]) == 0


def test_the_passphrase_comes_from_the_environment(
    run: Path, people: People, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pkcs8 = serialization.PrivateFormat.PKCS8
    locked = people.signer.key.private_bytes(
        PEM, pkcs8, serialization.BestAvailableEncryption(b"open sesame")
    )
    people.key.write_bytes(locked)
    asked = ["sign", str(run), *people.options, "--key-passphrase-env", "PASSPHRASE"]
    monkeypatch.delenv("PASSPHRASE", raising=False)
    assert main(asked) == 4
    assert "there is no environment variable PASSPHRASE" in said(capsys)
    monkeypatch.setenv("PASSPHRASE", "open sesame")
    assert main(asked) == 0
    assert "open sesame" not in said(capsys)


def test_what_is_no_run_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(tmp_path)]) == 4
    assert said(capsys).startswith("ERROR: ")
    assert main(["verify", str(tmp_path / "nothing")]) == 4


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Ada Example", "ada-example"),
        ("../../etc/passwd", "etc-passwd"),
        ("Łucja Żak-Müller", "ucja-zak-muller"),
        ("a" * 300, "a" * 60),
    ],
)
def test_a_name_becomes_part_of_a_file_name(name: str, file: str) -> None:
    assert file_name(name) == file


def test_a_name_without_a_letter_is_refused(
    run: Path, people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sign", str(run), *people.options, "--signer", "Жанна"]) == 4
    assert "state --signer NAME" in said(capsys)


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_are_answered(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([option])
    assert ended.value.code == 0
    assert "securemode" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["frobnicate"], ["sign"], ["verify"]])
def test_an_unknown_or_unfinished_command_is_a_usage_error(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: securemode" in capsys.readouterr().err
