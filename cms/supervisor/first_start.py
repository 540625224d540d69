"""Knows whether an earlier first start broke off, so that it can be done again."""

import shutil
from pathlib import Path


class FirstStart:
    """A marker file that stands from before the first migration until the demo academy is loaded."""

    def __init__(self, var: Path):
        self.marker = var / "first-start-unfinished"

    @property
    def broke_off(self) -> bool:
        return self.marker.exists()

    def begin(self) -> None:
        self.marker.touch()

    def finish(self) -> None:
        self.marker.unlink(missing_ok=True)

    def clear_leftovers(self, *, media: Path, var: Path) -> None:
        """Remove files whose rows were rolled back with the broken start. Only ever inside the data folder."""
        if self.broke_off and var in media.parents:
            shutil.rmtree(media, ignore_errors=True)
