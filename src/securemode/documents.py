"""YAML files that people write: read as YAML 1.2, every key with its line, all problems at once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from securemode.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

Where = tuple[str | int, ...]
"""Keys and indexes that lead to a value."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in a file, by line and field."""

    line: int
    field: str
    what: str
    remedy: str

    def text(self, path: Path) -> str:
        """The problem as one line: "<file>:<line>: <field>: <what>. Remedy: <remedy>."."""
        subject = f"{self.field}: " if self.field else ""
        text = f"{shown(path)}:{self.line}: {subject}{self.what}. Remedy: {self.remedy}."
        return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


@dataclass(frozen=True, slots=True)
class Document:
    """A file as it was read.

    Attributes:
        path: of the file.
        data: the mapping that it holds, of plain dict, list, str, int, float, bool and None.
        lines: line of every key and list item.
        problems: what is wrong already, such as duplicate keys.
    """

    path: Path
    data: dict[str, Any]
    lines: Mapping[Where, int]
    problems: tuple[Problem, ...] = ()

    def line(self, where: Where) -> int:
        """The line of a value, or of the nearest one above it."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)


def shown(path: Path) -> str:
    """The path as a reader knows it: relative where it is below the current directory."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def refusal(texts: Iterable[str]) -> ConfigurationError:
    """One error of many lines, a problem each."""
    return ConfigurationError("\n".join(texts))


def read(path: Path) -> Document:
    """Read a file that has to hold one mapping.

    Raises:
        ConfigurationError: it cannot be read, is empty, is not YAML or not a mapping.
    """
    node = _composed(path)
    if node is None:
        raise refusal([Problem(1, "", "is empty", "state its keys").text(path)])
    if not isinstance(node, MappingNode):
        wrong = Problem(1, "", "is not a mapping of keys to values", "write lines like key: value")
        raise refusal([wrong.text(path)])
    reading = _Reading()
    data = reading.mapping(node, ())
    return Document(path, data, reading.lines, tuple(reading.problems))


def _composed(path: Path) -> Node | None:
    try:
        text = path.read_text(encoding="utf-8")
        if directive := re.search(r"^%", text, re.MULTILINE):
            line = text.count("\n", 0, directive.start()) + 1
            wrong = Problem(line, "", "is a YAML directive, which is refused", "remove the line")
            raise refusal([wrong.text(path)])
        node: Node | None = YAML(typ="safe", pure=True).compose(text)
    except OSError as error:
        raise ConfigurationError(
            f"{shown(path)}: cannot be read ({error.strerror}).",
            remedy="check the name of the file and its permissions.",
        ) from None
    except UnicodeDecodeError:
        raise ConfigurationError(
            f"{shown(path)}: is not UTF-8 text.", remedy="save it as UTF-8."
        ) from None
    except RecursionError:
        wrong = Problem(1, "", "is nested too deep", "write it flatter")
        raise refusal([wrong.text(path)]) from None
    except YAMLError as error:
        raise refusal([_syntax(error).text(path)]) from None
    return node


def _syntax(error: YAMLError) -> Problem:
    """What YAML says of its own grammar, without the line itself: that may hold a secret."""
    remedy = "check indentation, colons and quotes on this line and the one above"
    if isinstance(error, MarkedYAMLError) and error.problem_mark is not None:
        return Problem(error.problem_mark.line + 1, "", f"is not YAML: {error.problem}", remedy)
    return Problem(1, "", "is not YAML: it holds control characters", "save it as plain text")


@dataclass(slots=True)
class _Reading:
    """The walk over the nodes of one file."""

    lines: dict[Where, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    above: list[Node] = field(default_factory=list)

    def mapping(self, node: MappingNode, where: Where) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                self._wrong(
                    line, where, "has a key that is not a word", "write lines like key: value"
                )
                continue
            here = (*where, str(key_node.value))
            if here in self.lines:
                first = self.lines[here]
                self._wrong(line, here, f"is stated again, first in line {first}", "keep one")
                continue
            self.lines[here] = line
            found[str(key_node.value)] = self._value(value_node, here)
        return found

    def _value(self, node: Node, where: Where) -> Any:
        if any(node is one for one in self.above):
            return self._wrong(self.lines[where], where, "contains itself", "remove the alias")
        self.above.append(node)
        try:
            return self._tagged(node, where)
        except (KeyError, ValueError):
            what = f"has a value that is not of its tag {node.tag}"
            return self._wrong(
                self.lines[where], where, what, "remove the tag, or correct the value"
            )
        finally:
            self.above.pop()

    def _tagged(self, node: Node, where: Where) -> Any:
        kind = str(node.tag).removeprefix("tag:yaml.org,2002:")
        if isinstance(node, MappingNode) and kind == "map":
            return self.mapping(node, where)
        if isinstance(node, SequenceNode) and kind == "seq":
            for index, item in enumerate(node.value):
                self.lines[*where, index] = item.start_mark.line + 1
            return [self._value(item, (*where, index)) for index, item in enumerate(node.value)]
        return _SCALARS[kind](str(node.value))

    def _wrong(self, line: int, where: Where, what: str, remedy: str) -> None:
        self.problems.append(Problem(line, name(where), what, remedy))


def _whole(text: str) -> int:
    digits = text.replace("_", "").lower()
    return int(digits, 0 if digits.lstrip("+-")[:2] in {"0x", "0o", "0b"} else 10)


def _real(text: str) -> float:
    return float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))


_SCALARS: dict[str, Callable[[str], str | float | None]] = {
    "null": lambda _: None,
    "bool": lambda text: text.lower() == "true",
    "int": _whole,
    "float": _real,
    "str": str,
    "timestamp": str,
}
"""What plain values are, by the last word of their tag; a date stays the text that was written."""


def name(where: Where) -> str:
    """A place as people write it: "conferencing_nodes[1].ipv4"."""
    said = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in where)
    return said.removeprefix(".")
