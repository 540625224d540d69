"""What others tell."""

import logging
from typing import Any

from django.db import Error as DatabaseError
from django.utils import timezone
from wagtail.documents.models import document_served

from tracking.selectors.consent import may_tell
from tracking.services import tell

log = logging.getLogger(__name__)


def on_document_served(sender: Any, instance: Any, request: Any, **kwargs: Any) -> None:
    """A file goes out: tell of it where that was agreed to. The reader gets it whatever happens here."""
    try:
        if request.method == "GET" and (choice := may_tell(request)):
            params = {"file_name": instance.title, "file_extension": instance.file_extension}
            tell(name="file_download", at=timezone.now(), pseudonym=choice.pseudonym, params=params)
    except DatabaseError as error:
        log.warning("a download was not noted: %s", type(error).__name__)


def connect() -> None:
    document_served.connect(on_document_served, dispatch_uid="tracking")
