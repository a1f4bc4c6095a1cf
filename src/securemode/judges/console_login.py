"""What a login at the console says of WIZ-02."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.verdicts import Judgement, statement

if TYPE_CHECKING:
    from securemode.observations.console_login import ConsoleLoginSeen


def no_login_at_the_console(seen: ConsoleLoginSeen) -> Judgement:
    """WIZ-02: the system asks for a name and a password at the console, and refuses them."""
    result = "a shell" if seen.is_let_in else "a refused login"
    return statement(
        good=not seen.is_let_in,
        what=f'lets "{seen.account}" in by the console no more',
        otherwise=f'lets "{seen.account}" in at the console',
        expected="a refused login",
        saw=f"{result}, at the console of {seen.machine} ({seen.picture})",
    )
