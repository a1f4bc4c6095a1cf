"""The kinds of answers that the wizards take: how each is shown, what is made of a typed line."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

LARGEST_PORT = 65535
LARGEST_LIMIT = 2**31 - 1
LONGEST_HOST_NAME = 253
EMPTY = '""'

LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
HOST_LABEL = re.compile(LABEL)
DOMAIN_NAME = re.compile(rf"{LABEL}(?:\.{LABEL})*")
DIGITS = re.compile(r"[0-9]{1,10}")
SIP_TOKEN = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+")
USER_NAME = re.compile(r"[A-Za-z0-9_@+.-]{1,150}")
MAIL_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Invalid(Exception):
    """The line is no answer to the question; the message says why to who typed it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of answer.

    Attributes:
        show: the value as it stands in a prompt's brackets, empty for no value.
        parse: the value of a typed line; raises `Invalid`.
    """

    show: Callable[[Any], str]
    parse: Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a wizard: the name under which its answer is kept, its words, its kind."""

    key: str
    text: str
    kind: Kind


def _yes_or_no(line: str) -> bool:
    match line.lower():
        case "yes" | "y":
            return True
        case "no" | "n":
            return False
    raise Invalid("Please answer YES or NO.")


def _number(line: str, smallest: int, largest: int) -> int:
    if DIGITS.fullmatch(line) and smallest <= int(line) <= largest:
        return int(line)
    raise Invalid(f"Please enter a number from {smallest} to {largest}.")


def _port(line: str) -> int:
    return _number(line, 1, LARGEST_PORT)


def _limit(line: str) -> int | None:
    return _number(line, 0, LARGEST_LIMIT) or None


def _token(line: str) -> str:
    if line == EMPTY:
        return ""
    if not SIP_TOKEN.fullmatch(line):
        raise Invalid("Please enter letters, digits and . ! % * _ + ` ' ~ - only.")
    return line


def _prefix(line: str) -> str:
    if line == EMPTY:
        return ""
    if line.lower() not in {"uc", "dsn"}:
        raise Invalid(f"Please enter uc, dsn or {EMPTY}.")
    return line.lower()


def _matching(pattern: re.Pattern[str], complaint: str) -> Callable[[str], str]:
    def parse(line: str) -> str:
        if not pattern.fullmatch(line) or len(line) > LONGEST_HOST_NAME:
            raise Invalid(complaint)
        return line

    return parse


def _address(line: str) -> str:
    try:
        return str(ipaddress.IPv4Address(line))
    except ValueError:
        raise Invalid("Please enter an IPv4 address.") from None


def _mask(line: str) -> str:
    try:
        return str(ipaddress.IPv4Network(f"0.0.0.0/{ipaddress.IPv4Address(line)}").netmask)
    except ValueError:
        raise Invalid("Please enter a network mask such as 255.255.255.0.") from None


def _addresses(line: str) -> str:
    if not line:
        raise Invalid("Please enter one IPv4 address or several, separated by spaces.")
    return " ".join(map(_address, line.split()))


def _servers(line: str) -> str:
    names = line.split()
    if not names or not all(map(DOMAIN_NAME.fullmatch, names)):
        raise Invalid("Please enter one name or address or several, separated by spaces.")
    return " ".join(names)


def _quoted(value: str) -> str:
    return value or EMPTY


YES_NO = Kind(lambda value: "YES" if value else "NO", _yes_or_no)
PORT = Kind(str, _port)
LIMIT = Kind(lambda value: str(value or 0), _limit)
TOKEN = Kind(_quoted, _token)
PREFIX = Kind(_quoted, _prefix)
HOST_NAME = Kind(str, _matching(HOST_LABEL, "Please enter a host name without a domain."))
DOMAIN = Kind(str, _matching(DOMAIN_NAME, "Please enter a domain such as example.com."))
ADDRESS = Kind(str, _address)
MASK = Kind(str, _mask)
ADDRESSES = Kind(str, _addresses)
SERVERS = Kind(str, _servers)
USER = Kind(str, _matching(USER_NAME, "Please enter letters, digits and @ . + - _ only."))
MAIL = Kind(str, _matching(MAIL_ADDRESS, "Please enter an e-mail address."))
