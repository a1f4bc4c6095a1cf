"""Snapshots: what is read out of one, and everything that is refused."""

from __future__ import annotations

import gzip
import io
import sys
import tarfile
import tracemalloc
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.snapshots import ENDED_TEXT, SECRET, Entry, Made, database, encrypted
from securemode.environment.secret import Secret
from securemode.errors import UnreadableRecord
from securemode.records import archive
from securemode.records.snapshot import ANSWERS, Snapshot, read_snapshot

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = Secret("open sesame")
ORDINARY = Made().packed()


def read(data: bytes, password: Secret | None = None) -> Snapshot:
    return read_snapshot(io.BytesIO(data), password)


class Trickle:
    """A source that gives a few bytes at a time, as a network does."""

    def __init__(self, data: bytes, piece: int) -> None:
        self.file = io.BytesIO(data)
        self.piece = piece

    def read(self, size: int, /) -> bytes:
        return self.file.read(min(size, self.piece))


class Zeros:
    """A gzip stream of zeros without an end, which nobody holds in memory."""

    def __init__(self) -> None:
        self.head = gzip.compress(bytes(2**20), 9)[:10]
        self.engine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)

    def read(self, size: int, /) -> bytes:
        if self.head:
            head, self.head = self.head, b""
            return head
        made = b""
        while not made:
            made = self.engine.compress(bytes(2**20))
        return made[:size] if len(made) <= size else made


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
@pytest.mark.parametrize("plain", [True, False], ids=["tar", "tgz"])
def test_a_snapshot_tells_the_answers_and_nothing_else(form: int, *, plain: bool) -> None:
    made = Made(form=form)
    told = read(made.tar() if plain else made.packed())
    assert told.answers is not None
    answers = dict(told.answers)
    assert len(answers) == 25
    assert answers["fips_mode"] == "YES"
    assert answers["icmpv6_redirects"] == "NO"
    assert (answers["web_global_session_limit"], answers["sip_tls_port"]) == ("0", "5061")
    assert (answers["cca_id"], answers["resource_priority_prefix"]) == ("CCA-7", "")
    assert (told.ended, told.version) == (ENDED_TEXT, "41")
    assert (told.unknown, told.unreadable) == ((), ())
    assert told.configuration.management_node == "mgmt"
    assert told.configuration.conferencing_nodes == ("conf1", "conf2")
    assert told.configuration.incident_reporting is False
    assert told.configuration.usage_statistics is True
    assert SECRET not in repr(told)


def test_without_its_answers_the_wizard_was_never_run() -> None:
    told = read(Made(stored=None).packed())
    assert (told.answers, told.ended, told.version) == (None, "", "41")


def test_what_does_not_fit_is_said() -> None:
    stored = {"fips_mode": "perhaps", "enable_fir": 1, "sip_tls_port": True, "new_one": 7}
    told = read(Made(stored=stored).packed())
    assert told.answers == ()
    assert told.unknown == ("new_one",)
    assert told.unreadable == ("fips_mode", "sip_tls_port", "enable_fir")


@pytest.mark.parametrize("piece", [1, 7, 511, 4096])
def test_a_snapshot_may_come_in_any_pieces(piece: int) -> None:
    assert read_snapshot(Trickle(ORDINARY, piece)) == read(ORDINARY)


def test_long_names_are_read() -> None:
    deep = "/".join(["a" * 90] * 3)
    for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        assert read(Made(form=form, entries=[Entry(deep, b"x")]).packed()).answers is not None


def test_a_database_with_a_write_ahead_log_and_one_without_the_tables() -> None:
    assert read(Made(database=database(wal=True)).packed()).configuration.management_node == "mgmt"
    empty = read(Made(database=database(script="CREATE TABLE other (name TEXT);")).packed())
    assert empty.configuration.conferencing_nodes == ()
    assert empty.configuration.incident_reporting is None


@pytest.mark.parametrize(
    "how",
    [["-pbkdf2", "-md", "sha256"], ["-pbkdf2", "-md", "md5"], ["-md", "md5"], ["-md", "sha256"]],
    ids=" ".join,
)
@pytest.mark.parametrize("piece", [13, 2**16])
def test_an_encrypted_snapshot_is_read(how: list[str], piece: int, tmp_path: Path) -> None:
    locked = encrypted(ORDINARY, tmp_path, *how)
    assert read_snapshot(Trickle(locked, piece), PASSWORD) == read(ORDINARY)


def test_a_locked_snapshot_needs_its_password(tmp_path: Path) -> None:
    locked = encrypted(ORDINARY, tmp_path, "-pbkdf2")
    for password, said in (
        (None, "states no password"),
        (Secret(""), "states no password"),
        (Secret("canary-wrong"), "its password is another one"),
    ):
        with pytest.raises(UnreadableRecord, match=said) as refusal:
            read(locked, password)
        assert "snapshot_password" in refusal.value.remedy
        assert "canary" not in str(refusal.value)
    for cut in (len(locked) // 2, len(locked) - 7, len(locked) - 16, 20, 9):
        with pytest.raises(UnreadableRecord, match=r"breaks off|broken"):
            read(locked[:cut], PASSWORD)


def test_a_password_is_no_harm_to_a_plain_snapshot() -> None:
    assert read(ORDINARY, PASSWORD) == read(ORDINARY)


HOSTILE = {
    "climbs out": ([Entry("../../etc/passwd", b"x")], "path that leads out"),
    "absolute": ([Entry("/etc/passwd", b"x")], "path that leads out"),
    "climbs in the middle": ([Entry("etc/../../x", b"x")], "path that leads out"),
    "link out": ([Entry("a", type=tarfile.SYMTYPE, linkname="/etc/passwd")], "link that leads out"),
    "link up": ([Entry("a", type=tarfile.SYMTYPE, linkname="../../x")], "link that leads out"),
    "hard link": ([Entry("a", type=tarfile.LNKTYPE, linkname="/etc/shadow")], "link that leads"),
    "link in place": ([Entry(ANSWERS, type=tarfile.SYMTYPE, linkname="x")], "link in place of"),
    "link above": ([Entry("etc/pexip", type=tarfile.SYMTYPE, linkname="x")], "link in place of"),
    "device": ([Entry("dev/sda", type=tarfile.BLKTYPE)], "neither file nor directory"),
    "terminal": ([Entry("dev/tty", type=tarfile.CHRTYPE)], "neither file nor directory"),
    "pipe": ([Entry("run/x", type=tarfile.FIFOTYPE)], "neither file nor directory"),
    "sparse": ([Entry("x", type=tarfile.GNUTYPE_SPARSE)], "neither file nor directory"),
    "twice": ([Entry(ANSWERS, b'{"fips_mode": true}')], "security.json twice"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_an_archive_made_to_harm_is_refused(case: str) -> None:
    entries, said = HOSTILE[case]
    with pytest.raises(UnreadableRecord, match=said):
        read(Made(entries=entries).packed())


def test_a_link_that_stays_inside_is_passed_over() -> None:
    inside = [Entry("var/log/current", type=tarfile.SYMTYPE, linkname="unified.log")]
    assert read(Made(entries=inside).packed()) == read(ORDINARY)


def test_answers_that_are_too_large_are_refused() -> None:
    with pytest.raises(UnreadableRecord, match=r"security.json of the snapshot has \d+ bytes"):
        read(Made(stored=b"[" * (2**20 + 1)).packed())


def test_a_header_that_is_too_large_is_refused() -> None:
    long_name = Entry("b" * (archive.LARGEST_HEADER + 10), b"x")
    for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        with pytest.raises(UnreadableRecord, match="has a header of"):
            read(Made(form=form, entries=[long_name]).packed())


def test_a_bomb_is_refused_before_it_fills_the_memory() -> None:
    tracemalloc.start()
    with pytest.raises(UnreadableRecord, match="like an archive made to fill a memory"):
        read_snapshot(Zeros())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 * 2**20


def test_very_many_members_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_MEMBERS", 20)
    with pytest.raises(UnreadableRecord, match="more than 20 members"):
        read(Made(entries=[Entry(f"log/{number}") for number in range(30)]).packed())


def test_more_than_may_be_compressed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_COMPRESSED", len(ORDINARY) // 2)
    with pytest.raises(UnreadableRecord, match="has more than"):
        read_snapshot(Trickle(ORDINARY, 100))


@pytest.mark.parametrize("cut", [3, 10, 100, len(ORDINARY) // 2, len(ORDINARY) - 9])
def test_a_truncated_snapshot_is_refused(cut: int) -> None:
    with pytest.raises(UnreadableRecord, match=r"breaks off|no archive"):
        read(ORDINARY[:cut])


def test_a_truncated_tar_is_refused() -> None:
    with pytest.raises(UnreadableRecord, match="breaks off"):
        read(Made().tar()[:3000])


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04" + bytes(600), b"not an archive at all " * 60, bytes(2000), b"Salted__"],
    ids=["nothing", "zip", "text", "zeros", "salted"],
)
def test_what_is_no_snapshot_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableRecord) as refusal:
        read(data)
    assert refusal.value.message.endswith(".")


def test_an_archive_of_something_else_is_refused() -> None:
    made = Made(version=None)
    made.members = lambda: [Entry("holiday.jpg", b"x")]  # type: ignore[method-assign]
    with pytest.raises(UnreadableRecord, match="it is no diagnostic snapshot"):
        read(made.packed())


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (Made(stored=b"not json"), "security.json of the snapshot is no JSON"),
        (Made(stored=b"[1, 2]"), "is no JSON object"),
        (Made(stored=b"[" * 100_000), "is no JSON"),
        (Made(version=[1]), "version.json of the snapshot is no JSON object"),
        (Made(database=b"not a database" * 99), "is no database"),
        (Made(database=database()[:5000]), "cannot be read"),
    ],
    ids=["text", "list", "nested", "version", "no-database", "half-a-database"],
)
def test_broken_members_are_refused(made: Made, said: str) -> None:
    with pytest.raises(UnreadableRecord, match=said):
        read(made.packed())


def test_a_view_in_place_of_a_table_is_not_run() -> None:
    endless = (
        "CREATE VIEW platform_workervm AS WITH RECURSIVE n(name) AS (SELECT 1 UNION ALL "
        "SELECT name + 1 FROM n) SELECT name FROM n;"
    )
    told = read(Made(database=database(script=endless)).packed())
    assert told.configuration.conferencing_nodes == ()


@settings(deadline=None, max_examples=60)
@given(
    cuts=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 600), st.binary(max_size=64)), max_size=4
    )
)
def test_a_mangled_archive_is_read_or_refused(cuts: list[tuple[float, int, bytes]]) -> None:
    data = Made().tar()
    for where, gone, new in cuts:
        at = int(where * len(data))
        data = data[:at] + new + data[at + gone :]
    try:
        told = read(data)
    except UnreadableRecord:
        return
    assert told.answers is None or all(len(answer) <= 250 for _, answer in told.answers)


def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    watching = True

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "open":
            opened.append(str(arguments[0]))

    sys.addaudithook(note)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    read(ORDINARY)
    watching = False  # a hook stays for good
    assert opened == []
