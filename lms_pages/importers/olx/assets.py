"""The files in ``static/``, found by any of the names that texts use for them."""

import re
from collections import defaultdict
from pathlib import PurePosixPath

from lms_pages.importers.olx.source import Source

FOLDER = "static/"


def plain(name: str) -> str:
    """Studio writes spaces and folders as underscores, and authors mind neither case nor that."""
    return re.sub(r"[\s_/]+", "_", name.strip("/")).casefold()


class Assets:
    """Finds a file by its exact name first, then by the looser ones; two candidates are none."""

    def __init__(self, source: Source):
        self.names = dict.fromkeys(source.folder("static"))
        self.aliases: dict[str, str] = {}
        self.plain: dict[str, list[str]] = defaultdict(list)
        self.base: dict[str, list[str]] = defaultdict(list)
        for name in self.names:
            short = name[len(FOLDER) :]
            self.plain[plain(short)].append(name)
            self.base[PurePosixPath(short).name.casefold()].append(name)
        for key, about in source.json("policies/assets.json").items():
            if isinstance(about, dict):
                names = [str(about.get(field) or "") for field in ("displayname", "import_path", "filename")]
                names = [key, *(re.split(r"block@|/asset/", name)[-1] for name in names if name)]
                found = next((f"{FOLDER}{name}" for name in names if f"{FOLDER}{name}" in source.files), None)
                if found:
                    self.aliases.update((name, found) for name in names if f"{FOLDER}{name}" not in source.files)

    def find(self, name: str) -> str | None:
        """The path of the file that ``name`` (without "static/") means; None when there is none, or several."""
        exact = f"{FOLDER}{name}"
        if exact in self.names:
            return exact
        if name in self.aliases:
            return self.aliases[name]
        for found in (self.plain.get(plain(name)), self.base.get(PurePosixPath(name).name.casefold())):
            if found:
                return found[0] if len(found) == 1 else None
        return None
