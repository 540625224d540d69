"""The rows of the design, read from the linted contract itself, so that there is one list of them."""

import configparser
from pathlib import Path

from django.conf import settings

CONTRACTS = ".importlinter"


def contract(name: str) -> configparser.SectionProxy:
    config = configparser.ConfigParser()
    config.read(Path(settings.BASE_DIR) / CONTRACTS)
    return config[f"importlinter:contract:{name}" if name else "importlinter"]


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


def rows() -> dict[str, int]:
    """Each app and its row: 0 at the bottom. Apps of one row share its number."""
    layers = reversed(lines(contract("apps")["layers"]))
    return {app.strip(): row for row, layer in enumerate(layers) for app in layer.split("|")}
