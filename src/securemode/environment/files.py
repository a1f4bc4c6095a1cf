"""Files that an environment refers to: paths relative to it, readable, kept from others."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic_core import core_schema

from securemode.environment.values import Part, problem

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler


@dataclass(frozen=True, slots=True)
class Readable:
    """Annotation of a path: relative to the environment's file, and readable to this run.

    Attributes:
        what: what the file holds, as the remedy says it.
        is_secret: whether others on this machine must not be able to read it.
    """

    what: str
    is_secret: bool = False

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Check the type first, then the file."""
        return core_schema.with_info_after_validator_function(self._checked, handler(source))

    def _checked(self, path: Path, info: core_schema.ValidationInfo[Any]) -> Path:
        """The absolute path; without a directory in the context the path is taken as it is."""
        directory: Path | None = (info.context or {}).get("directory")
        if "-----BEGIN" in str(path):  # and nothing of it is repeated
            raise problem("is PEM text, expected the path of a file", "put the text in a file")
        if directory is None:
            return path
        absolute = directory / path
        try:
            with absolute.open("rb"):
                mode = absolute.stat().st_mode
        except OSError as error:
            raise problem(
                f'names "{path}", which cannot be read ({error.strerror})',
                f"put {self.what} at {absolute}, or state another path",
            ) from None
        except ValueError:  # a null character
            raise problem("is no path of a file", f"state where {self.what} is") from None
        if self.is_secret and mode & stat.S_IROTH:
            raise problem(
                f'names "{path}", which every user of this machine can read',
                f"chmod o-r {absolute}, and replace it if others may have seen it",
            )
        return absolute


CertificateFile = Annotated[Path, Readable("the certificate (PEM)")]
KeyFile = Annotated[Path, Readable("the private key (PEM)", is_secret=True)]
CaFile = Annotated[Path, Readable("the site's CA certificates (PEM)")]
LogFile = Annotated[Path, Readable("what the collector writes")]


class KeyPair(Part):
    """A certificate and its private key, in two files or in one."""

    certificate: CertificateFile
    """The certificate (PEM), relative to this file; certificates of its issuers may follow it."""
    key: KeyFile
    """Its private key (PEM), without a passphrase; only the run's user may read the file."""
