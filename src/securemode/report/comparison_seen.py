"""Compares the evidence of two runs: the same id is the same look (`docs/adr/0003-evidence.md`)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from securemode.report.comparison_models import Difference
from securemode.report.comparison_paths import Declared, Leaf, leaves

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Record = Mapping[str, Any]

TOLD_BY = ("resource", "transport", "family", "sort", "presented", "limit", "role")
"""Parameters that tell one look at a target from another, in the words of the place."""

OPENED = {"open", "true"}
"""What a value at a path of the surface is when it is open to the network."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One look that saw something else than its counterpart in the earlier run.

    Attributes:
        identity: id of the record in the later run.
        earlier: its id in the earlier run: the same, unless the look had other parameters.
        probe, place: what looked, and where.
        leaf: what differs.
        is_new_surface: something is open, or offered, that was not.
    """

    identity: str
    earlier: str
    probe: str
    place: str
    leaf: Leaf
    is_new_surface: bool


@dataclass(frozen=True, slots=True)
class Pairs:
    """Looks of two runs, each with its counterpart, and how many have none."""

    paired: tuple[tuple[Record, Record], ...]
    only_before: int
    only_after: int


def paired(before: Iterable[Record], after: Iterable[Record]) -> Pairs:
    """Pair the looks of two runs: by id, else as the only look of that kind at that place."""
    first = {str(record["id"]): record for record in before if "probe" in record}
    second = {str(record["id"]): record for record in after if "probe" in record}
    found = [(first.pop(name), second.pop(name)) for name in list(second) if name in first]
    by_place = _only_ones(second.values())
    for key, record in _only_ones(first.values()).items():
        if other := by_place.get(key):
            found.append((record, other))
            del first[str(record["id"])], second[str(other["id"])]
    return Pairs(tuple(found), len(first), len(second))


def _only_ones(records: Iterable[Record]) -> dict[tuple[str, ...], Record]:
    """The records that are alone of their probe, vantage and place."""
    grouped: defaultdict[tuple[str, ...], list[Record]] = defaultdict(list)
    for record in records:
        grouped[record["probe"], record["vantage"], place(record)].append(record)
    return {key: group[0] for key, group in grouped.items() if len(group) == 1}


def place(record: Record) -> str:
    """Where a look looked: "conf1 5061", "deployment management_vm"."""
    parameters = record["parameters"]
    port = parameters.get("port") if {"service", "transport"} & set(parameters) else None
    told = (parameters.get(name) for name in TOLD_BY)
    return " ".join(str(part) for part in (record["target"], port, *told) if part)


def seen_otherwise(
    pairs: Pairs, declared: Mapping[str, Declared], *, alike: bool = False
) -> Iterator[Seen]:
    """Everything that a look saw otherwise than its counterpart.

    Args:
        pairs: the looks.
        declared: what each probe declares, by its name.
        alike: whether two deployments are compared that were made alike: two labs.
    """
    for before, after in pairs.paired:
        said = declared.get(after["probe"], Declared())
        for leaf in _leaves(before, after, said, alike=alike):
            yield Seen(
                identity=after["id"],
                earlier=before["id"],
                probe=after["probe"],
                place=place(after),
                leaf=leaf,
                is_new_surface=leaf.path in said.surface and _opens(leaf),
            )


def _leaves(before: Record, after: Record, declared: Declared, *, alike: bool) -> Iterator[Leaf]:
    """What differs; an error is compared by its kind, its words differ from run to run."""
    if "error" in before or "error" in after:
        first, second = _looking(before), _looking(after)
        if first != second:
            yield Leaf("", "the look", before=first, after=second)
        return
    observation = after["observation"]
    ignored = declared.ignored(observation, alike=alike)
    yield from leaves(before["observation"], observation, ignored)


def _looking(record: Record) -> str:
    if "error" not in record:
        return "an observation"
    return f"could not be made ({record['error']['kind']})"


def _opens(leaf: Leaf) -> bool:
    return bool(leaf.added) or leaf.after in OPENED


def merged(found: Iterable[Seen], judged: Mapping[str, tuple[str, ...]]) -> tuple[Difference, ...]:
    """One difference of all that changed alike, with every place at which it did.

    Args:
        found: what was seen otherwise.
        judged: id of a record to the requirements that were judged by it.
    """
    alike: defaultdict[tuple[str, Leaf], list[Seen]] = defaultdict(list)
    for one in found:
        alike[one.probe, replace(one.leaf, path="")].append(one)
    return tuple(
        Difference(
            probe=probe,
            places=_once(one.place for one in group),
            path=leaf.words,
            added=leaf.added,
            removed=leaf.removed,
            before=leaf.before,
            after=leaf.after,
            evidence=_once(one.identity for one in group),
            judged=_once(name for one in group for name in judged.get(one.identity, ())),
        )
        for (probe, leaf), group in alike.items()
    )


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
