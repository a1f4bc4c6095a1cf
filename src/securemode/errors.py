"""Every error of ours, in one tree.

SecureModeError
├── ConfigurationError        what we were given is wrong: refused before anything happens
├── GuardViolated             the suite is at fault (no evidence, an unplanned probe)
├── SetupFailed               a set-up stopped; says what is done and what is not
└── CannotLook                a probe could not look: *inconclusive*, never pass, fail or default
    ├── Unreachable           no route, or the network reported the target as unreachable
    ├── Refused               the target refused the connection or closed it before saying anything
    ├── TimedOut              no answer within the time given
    ├── AuthenticationRejected  the credentials of the environment were not accepted
    ├── UnexpectedAnswer      an answer that the protocol or the product does not allow
    ├── UnreadableRecord      a record of the deployment is broken, locked, hostile or none at all
    ├── Unsupported           this machine or vantage cannot make the observation
    ├── Interrupted           the run was stopped before this could be looked at
    └── NotInEvidence         judging again looks at nothing, and the earlier run did not see this
"""

from __future__ import annotations


class SecureModeError(Exception):
    """Root of the tree. `message` says what is wrong, `remedy` what the reader can do next."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} Next: {self.remedy}" if self.remedy else self.message


class ConfigurationError(SecureModeError):
    """An environment, catalogue, feature or waiver file is wrong; nothing has been touched yet."""


class GuardViolated(SecureModeError):
    """The suite is at fault: a guard against silent greens found a hole."""


class SetupFailed(SecureModeError):
    """A set-up stopped before its end; the message says what has been done."""


class CannotLook(SecureModeError):
    """A probe could not look. Judges answer *inconclusive*."""


class Unreachable(CannotLook):
    """No route to the target, or the network said that it cannot be reached."""


class Refused(CannotLook):
    """The target refused the connection, or closed it before saying anything."""


class TimedOut(CannotLook):
    """The target did not answer within the time given."""


class AuthenticationRejected(CannotLook):
    """The target answered, and did not accept the environment's credentials."""


class UnexpectedAnswer(CannotLook):
    """The target answered something that neither protocol nor product allows."""


class UnreadableRecord(CannotLook):
    """A record (transcript, snapshot) is broken, locked, hostile, or something else altogether."""


class Unsupported(CannotLook):
    """This machine, user or vantage cannot make the observation."""


class Interrupted(CannotLook):
    """The run was stopped before this could be looked at."""


class NotInEvidence(CannotLook):
    """Evidence is judged again, and does not have this: it was not looked at."""
