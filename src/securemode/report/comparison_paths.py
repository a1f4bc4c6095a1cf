"""Finds what differs between two observations of one look, path by path.

An observation is JSON: objects, lists and plain values. Items of a list are paired by what names
them (a version, a port, a name), not by their place, so that one more item is one difference.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

NAMING = (
    *(("name",), ("version",), ("service",), ("server",), ("request",), ("requirement",)),
    *(
        ("port",),
        ("action",),
        ("door",),
        ("address",),
        ("dn",),
        ("subject_name",),
        ("moid",),
        ("record",),
        ("id",),
    ),
    *(("label",), ("key",), ("subject",), ("version", "offered"), ("name", "record")),
    *(("request", "address"), ("service", "address"), ("address", "port"), ("kind",)),
)
"""The fields that can name an item of a list; the first that tell all items apart do."""

_MOST_SHOWN = 160


@dataclass(frozen=True, slots=True)
class Leaf:
    """One path at which two observations differ.

    Attributes:
        path: dotted, without the items of lists: "versions.suites".
        words: the same for a reader: "TLS 1.2 suites".
        added, removed: items of a list that one of the two lacks.
        before, after: the values where it is no list.
    """

    path: str
    words: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Declared:
    """What a probe declares of the paths of its observation.

    Attributes:
        volatile: paths that are compared by nobody: they differ from look to look, or follow from
            another path. "rows where resource=system_backup" holds only where the observation
            has that value.
        surface: paths at which something added, "open" or true is new surface.
        identity: paths that tell two deployments apart that were made alike.
    """

    volatile: frozenset[str] = frozenset()
    surface: frozenset[str] = frozenset()
    identity: frozenset[str] = frozenset()

    def ignored(self, observation: Mapping[str, Any], *, alike: bool) -> frozenset[str]:
        """The paths of this very observation that are not compared.

        Args:
            observation: of the later run.
            alike: whether two deployments are compared that were made alike.
        """
        entries = self.volatile | self.identity if alike else self.volatile
        return frozenset(
            path
            for path, _, condition in (entry.partition(" where ") for entry in entries)
            if not condition or _holds(condition, observation)
        )


def _holds(condition: str, observation: Mapping[str, Any]) -> bool:
    name, _, value = condition.partition("=")
    return str(observation.get(name)) == value


def leaves(before: object, after: object, ignored: frozenset[str]) -> Iterator[Leaf]:
    """Every path at which two observations differ, volatile ones left out."""
    yield from _Walk(ignored).values(before, after, (), ())


@dataclass(frozen=True, slots=True)
class _Walk:
    ignored: frozenset[str]

    def values(
        self, before: object, after: object, path: tuple[str, ...], words: tuple[str, ...]
    ) -> Iterator[Leaf]:
        if before == after or ".".join(path) in self.ignored:
            return
        first, second = _named_pairs(before), _named_pairs(after)
        if isinstance(first, dict) and isinstance(second, dict):
            yield from self._objects(first, second, path, words)
        elif isinstance(first, list) and isinstance(second, list):
            yield from self._lists(first, second, path, words)
        else:
            yield _leaf(path, words, before=_shown(before), after=_shown(after))

    def _objects(
        self,
        before: dict[str, Any],
        after: dict[str, Any],
        path: tuple[str, ...],
        words: tuple[str, ...],
    ) -> Iterator[Leaf]:
        for key in dict.fromkeys((*before, *after)):
            name = key.replace("_", " ")
            yield from self.values(before.get(key), after.get(key), (*path, key), (*words, name))

    def _lists(
        self,
        before: list[Any],
        after: list[Any],
        path: tuple[str, ...],
        words: tuple[str, ...],
    ) -> Iterator[Leaf]:
        if not all(isinstance(item, dict) for item in (*before, *after)):
            yield from _plain_lists(before, after, path, words)
            return
        naming = self._naming(path, before, after)
        if naming is None:
            yield from self._by_place(before, after, path, words)
            return
        first = {_label(item, naming): item for item in before}
        second = {_label(item, naming): item for item in after}
        for label, item in first.items():
            if label in second:
                yield from self.values(item, second[label], path, (*words[:-1], label))
        added = tuple(label for label in second if label not in first)
        removed = tuple(label for label in first if label not in second)
        if added or removed:
            yield _leaf(path, words, added=added, removed=removed)

    def _naming(
        self, path: tuple[str, ...], *lists: list[dict[str, Any]]
    ) -> tuple[str, ...] | None:
        """The stable fields that tell the items of each list apart; None where none do."""
        for fields in NAMING:
            stable = not any(".".join((*path, name)) in self.ignored for name in fields)
            if stable and all(_tell(fields, one) for one in lists):
                return fields
        return None

    def _by_place(
        self,
        before: list[Any],
        after: list[Any],
        path: tuple[str, ...],
        words: tuple[str, ...],
    ) -> Iterator[Leaf]:
        for place, (first, second) in enumerate(zip(before, after, strict=False), start=1):
            yield from self.values(first, second, path, (*words, str(place)))
        added = tuple(map(_shown, after[len(before) :]))
        removed = tuple(map(_shown, before[len(after) :]))
        if added or removed:
            yield _leaf(path, words, added=added, removed=removed)


def _leaf(path: Sequence[str], words: Sequence[str], **said: Any) -> Leaf:
    return Leaf(".".join(path), " ".join(words), **said)


def _plain_lists(
    before: list[Any], after: list[Any], path: tuple[str, ...], words: tuple[str, ...]
) -> Iterator[Leaf]:
    """The order says nothing: it is that of the asking."""
    first, second = Counter(map(_shown, before)), Counter(map(_shown, after))
    added, removed = tuple((second - first).elements()), tuple((first - second).elements())
    if added or removed:
        yield _leaf(path, words, added=added, removed=removed)


def _named_pairs(value: object) -> object:
    """A list of (name, value), such as headers, as the object that it stands for."""
    if not (isinstance(value, list) and value and all(_is_pair(item) for item in value)):
        return value
    names: dict[str, Any] = {}
    for name, said in value:
        names[name] = f"{names[name]}, {said}" if name in names else said
    return names


def _is_pair(item: object) -> bool:
    return (
        isinstance(item, list) and len(item) == len(("name", "value")) and isinstance(item[0], str)
    )


def _tell(fields: Iterable[str], items: list[dict[str, Any]]) -> bool:
    values = [tuple(item.get(name) for name in fields) for item in items]
    plain = all(isinstance(part, str | int) and part != "" for value in values for part in value)
    return plain and len(set(values)) == len(values)


def _label(item: dict[str, Any], naming: Iterable[str]) -> str:
    """What names an item: the text itself ("TLS 1.2"), or a number and what it is ("port 7")."""
    return " ".join(
        item[name] if isinstance(item[name], str) else f"{name} {item[name]}" for name in naming
    )


def _shown(value: object) -> str:
    """A value in one line, as JSON where it is no text."""
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    line = " ".join(text.split())
    return line if len(line) <= _MOST_SHOWN else f"{line[: _MOST_SHOWN - 1]}…"
