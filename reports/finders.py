"""Static files that stand in installed packages: served from there, never copied into the repository."""

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

# Address below STATIC_URL: the package, and the file inside it.
FILES = {"vendor/plotly.min.js": ("plotly", "package_data/plotly.min.js")}


class VendorStorage(FileSystemStorage):
    """A package's folder; ``prefix`` is where its files are collected to."""

    prefix = "vendor"


def installed_file(package: str, path: str) -> Path:
    """The file's place on disk, without importing the package."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"The package {package} is not installed.", name=package)
    return Path(spec.submodule_search_locations[0]) / path


class VendorFinder(BaseFinder):
    """Finds exactly the files named in `FILES`."""

    def check(self, **kwargs: Any) -> list:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = [str(installed_file(*FILES[path]))] if path in FILES else []
        return found if find_all else (found[0] if found else [])

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        for place in FILES.values():
            source = installed_file(*place)
            yield source.name, VendorStorage(location=source.parent)
