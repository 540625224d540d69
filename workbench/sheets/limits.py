"""How much a spreadsheet may hold, and the one refusal."""

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


class SheetRefused(Exception):
    """The file was not read, or not to its end; the text is a sentence that says why and what to do."""


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes; ``unpacked`` is what an XLSX may unpack to, ``shared`` its table of texts, which is held in memory."""

    size: int = 20 * MEGABYTE
    rows: int = 100_000
    columns: int = 100
    characters: int = 10_000
    unpacked: int = 200 * MEGABYTE
    shared: int = 20 * MEGABYTE
    # XML of ours packs about 1 to 15; what packs far better says the same thing again and again.
    ratio: int = 150
    ratio_from: int = 10 * MEGABYTE
    entries: int = 1_000
