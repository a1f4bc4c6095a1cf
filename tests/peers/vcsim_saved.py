"""The inventory of a running vcsim as files that another one loads, edited on the way.

vcsim refuses to change what its hosts say of their network; loaded, it says whatever the files say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from pyVmomi import vim

from securemode.vsphere.esxcli import _call

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from securemode.vsphere.session import VSphereSession

    Edit = Callable[[str, ET.Element], None]

NAMESPACE = "{urn:vim25}"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"


def save(session: VSphereSession, directory: Path, edit: Edit) -> None:
    """Write every object of the inventory, as `govc object.save` would.

    Args:
        session: with the vcsim to copy.
        directory: empty; `-load` takes it.
        edit: called with the kind of each object and its ObjectContent, before that is written.
    """
    ET.register_namespace("xsi", _XSI)
    ET.register_namespace("", NAMESPACE[1:-1])
    for number, content in enumerate(_contents(session)):
        reference = content.find(f"{NAMESPACE}obj")
        assert reference is not None
        kind = reference.get("type", "")
        edit(kind, content)
        content.tag = f"{NAMESPACE}ObjectContent"
        path = directory / f"{number:04d}-{kind}-{reference.text}.xml"
        ET.ElementTree(content).write(path, encoding="utf-8", xml_declaration=True)


def _contents(session: VSphereSession) -> list[ET.Element]:
    """Every managed entity as vcsim sends it, unread by pyVmomi, which would miss fields."""
    content = session.content
    view = content.viewManager.CreateContainerView(
        content.rootFolder, type=[vim.ManagedEntity], recursive=True
    )
    named = [(type(each).__name__, each._moId) for each in (content.rootFolder, *view.view)]
    objects = "".join(
        f'<objectSet><obj type="{kind.rpartition(".")[2]}">{moid}</obj></objectSet>'
        for kind, moid in named
    )
    answer = _call(
        session._stub,
        "RetrievePropertiesEx",
        f'<_this type="PropertyCollector">{content.propertyCollector._moId}</_this><specSet>'
        f"<propSet><type>ManagedEntity</type><all>true</all></propSet>{objects}</specSet><options/>",
    )
    return answer.findall(f".//{NAMESPACE}objects")
