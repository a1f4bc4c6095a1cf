"""Loads the plug-in and the step modules, nothing else."""

from pathlib import Path

pytest_plugins = [
    "securemode.plugin",
    *(f"steps.{path.stem}" for path in sorted(Path(__file__).parent.glob("steps/[a-z]*.py"))),
]
