from __future__ import annotations

from typing import TYPE_CHECKING

from securemode.judges.redirects import redirects_are_ignored
from securemode.plugin.steps import judgement, observation
from securemode.probes.probe import not_on_link
from securemode.probes.redirect import Redirect

if TYPE_CHECKING:
    from securemode.probes.probe import Withheld
    from securemode.sightings import Finding, Sightings
    from securemode.targets import Node


@observation("the node is told by an ICMPv6 redirect of another way to this machine")
def icmpv6_redirect(node: Node) -> Redirect | Withheld:
    return not_on_link(node) or Redirect(target=node)


@judgement("its answers take the same way as before")
def answers_take_the_same_way(seen: Sightings) -> tuple[Finding, ...]:
    return seen.each(redirects_are_ignored)
