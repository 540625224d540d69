"""Which column of a file is which column of a resource: guessed from the header, remembered from the last file like it."""

import hashlib
import json
import re
import unicodedata

from django.conf import settings
from django.utils import translation

from workbench.imports.resource import RecordResource
from workbench.models import BatchState, ImportBatch


def folded(text: str) -> str:
    """``text`` as headers are compared: no case, accents, blanks or punctuation."""
    text = text.casefold().replace("ß", "ss").replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    plain = unicodedata.normalize("NFKD", text)
    return re.sub(r"[^a-z0-9]", "", "".join(letter for letter in plain if not unicodedata.combining(letter)))


def words_for(resource: type[RecordResource]) -> dict[str, str]:
    """Folded header -> column: its key, its label in every language, its other names."""
    words: dict[str, str] = {}
    for key, column in resource.columns().items():
        labels = []
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                labels.append(str(column.label))
        for word in (key, *labels, *column.aliases):
            words.setdefault(folded(word), key)
    return words


def guess_mapping(resource: type[RecordResource], header: list[str]) -> dict[str, int]:
    """Column -> place in the header; each place and each column at most once."""
    words = words_for(resource)
    mapping: dict[str, int] = {}
    for place, name in enumerate(header):
        key = words.get(folded(name))
        if key is not None:
            mapping.setdefault(key, place)
    return mapping


def header_key(header: list[str]) -> str:
    return hashlib.sha256(json.dumps([folded(name) for name in header]).encode()).hexdigest()


def remembered_mapping(resource: type[RecordResource], header: list[str]) -> dict[str, int] | None:
    """What was chosen for the last file with this header, as far as those columns still exist."""
    last = (
        ImportBatch.objects.filter(resource=resource.slug, header_key=header_key(header))
        .exclude(state__in=[BatchState.UPLOADED, BatchState.FAILED])
        .exclude(mapping={})
        .values_list("mapping", flat=True)
        .first()
    )
    if not last:
        return None
    return {key: place for key, place in last.items() if key in resource.columns()}


def mapping_for(resource: type[RecordResource], header: list[str]) -> dict[str, int]:
    remembered = remembered_mapping(resource, header)
    return guess_mapping(resource, header) if remembered is None else remembered
