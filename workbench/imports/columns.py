"""Columns of a resource, and how a cell's text becomes a value and back. Each refusal is a ValueError with a sentence."""

import datetime
import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field
from import_export.widgets import Widget

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
ISO_DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[ T]\d{2}:\d{2}(?::\d{2})?)?")
DOTTED_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
YES = {"yes", "y", "true", "1", "x", "ja", "j", "wahr"}
NO = {"no", "n", "false", "0", "nein", "falsch"}


class Column(Field):
    """One column of a file. ``label`` heads it in exports and templates; ``aliases`` are other words for it in headers.

    ``readonly`` columns are exported and only compared, never written. ``example`` stands in the template.
    """

    def __init__(
        self,
        label: str | Promise,
        *,
        attribute: str,
        widget: Widget | None = None,
        help: str | Promise = "",
        aliases: Iterable[str] = (),
        example: str = "",
        required: bool = False,
        readonly: bool = False,
    ):
        super().__init__(attribute=attribute, widget=widget or TextWidget(), readonly=readonly)
        self.label, self.help, self.aliases = label, help, tuple(aliases)
        self.example, self.required = example, required

    def text_of(self, instance: Any) -> str:
        """The value as it stands in a file and in the table of differences."""
        return str(self.export(instance))

    def cell_of(self, instance: Any) -> Any:
        """The value as it stands in a cell: text, or a day where the column holds days."""
        text = self.text_of(instance)
        if text and isinstance(self.widget, DayWidget):
            return datetime.date.fromisoformat(text)
        return text


class TextWidget(Widget):
    """Text on one line, without blanks around it, at most ``most`` characters."""

    def __init__(self, most: int = 255):
        super().__init__()
        self.most = most

    def clean(self, value, row=None, **kwargs):
        text = (value or "").strip()
        if CONTROL.search(text):
            raise ValueError(_("holds a character that cannot be seen. Delete it or type the text again."))
        if len(text) > self.most:
            raise ValueError(
                _("has %(length)d characters; at most %(most)d fit.") % {"length": len(text), "most": self.most}
            )
        return text

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else str(value)


class EmailWidget(TextWidget):
    """An e-mail address in lower case."""

    def clean(self, value, row=None, **kwargs):
        text = super().clean(value, row).lower()
        if text:
            try:
                validate_email(text)
            except ValidationError:
                raise ValueError(
                    _("“%(value)s” is not an e-mail address. Write it as name@example.com.") % {"value": text[:80]}
                ) from None
        return text


class DayWidget(Widget):
    """A day; of a moment, its day in the reader's time zone. Written as 2026-03-01, read as that or as 01.03.2026."""

    def clean(self, value, row=None, **kwargs):
        text = (value or "").strip()
        if not text:
            return None
        if found := ISO_DAY.fullmatch(text):
            year, month, day = found.groups()
        elif found := DOTTED_DAY.fullmatch(text):
            day, month, year = found.groups()
        else:
            raise ValueError(
                _("“%(value)s” is not a day. Write it as 2026-03-01 or 01.03.2026.") % {"value": text[:40]}
            )
        try:
            found_day = datetime.date(int(year), int(month), int(day))
        except ValueError:
            raise ValueError(_("“%(value)s” is no day of the calendar.") % {"value": text[:40]}) from None
        if not 1950 <= found_day.year <= 2100:
            raise ValueError(_("“%(value)s” is too far away. Check the year.") % {"value": text[:40]})
        return found_day

    def render(self, value, obj=None, **kwargs):
        if isinstance(value, datetime.datetime):
            value = timezone.localtime(value).date()
        return value.isoformat() if value else ""


class WholeNumberWidget(Widget):
    """A whole number from ``least`` to ``most``, or nothing."""

    def __init__(self, least: int = 1, most: int = 30_000):
        super().__init__()
        self.least, self.most = least, most

    def clean(self, value, row=None, **kwargs):
        text = (value or "").strip()
        if not text:
            return None
        if not re.fullmatch(r"[0-9]{1,9}", text) or not self.least <= int(text) <= self.most:
            raise ValueError(
                _("“%(value)s” is not a whole number from %(least)d to %(most)d.")
                % {"value": text[:40], "least": self.least, "most": self.most}
            )
        return int(text)

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else str(value)


class YesNoWidget(Widget):
    """Yes or no, in English or German; an empty cell is ``empty``."""

    def __init__(self, *, empty: bool):
        super().__init__()
        self.empty = empty

    def clean(self, value, row=None, **kwargs):
        text = (value or "").strip().lower()
        if not text:
            return self.empty
        if text in YES or text == str(_("yes")):
            return True
        if text in NO or text == str(_("no")):
            return False
        raise ValueError(_("“%(value)s” is neither yes nor no.") % {"value": text[:40]})

    def render(self, value, obj=None, **kwargs):
        return str(_("yes")) if value else str(_("no"))


class ChoiceWidget(Widget):
    """One of ``choices`` (value, label), by value or by label in the reader's language; empty means ``""``."""

    def __init__(self, choices: Iterable[tuple[str, Any]]):
        super().__init__()
        self.choices = [(value, label) for value, label in choices if value]

    def clean(self, value, row=None, **kwargs):
        text = (value or "").strip()
        for known, label in self.choices:
            if text.casefold() in (known.casefold(), str(label).casefold()):
                return known
        if not text:
            return ""
        shown = ", ".join(f"{known}" for known, _label in self.choices[:8])
        raise ValueError(
            _("“%(value)s” is not known. Write one of: %(choices)s.") % {"value": text[:40], "choices": shown}
        )

    def render(self, value, obj=None, **kwargs):
        return value or ""


class LookupWidget(Widget):
    """A row that the resource has loaded before: ``find(text)`` gives it, or raises ValueError with a sentence."""

    def __init__(self, find: str, render: str = "name"):
        super().__init__()
        self.finder, self.shown = find, render

    def clean(self, value, row=None, **kwargs):
        text = (value or "").strip()
        return getattr(kwargs["resource"], self.finder)(text) if text else None

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else str(getattr(value, self.shown))


REQUIRED = gettext_lazy("is empty. Every row needs it.")
