"""Files of questions in the admin: one is looked through before it is imported, and one is made to download."""

import hashlib
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods
from wagtail.admin.widgets import Button
from wagtail.permissions import policy_registry

from library.models import Topic
from questions.formats import DESCRIPTION, FORMATS, write
from questions.formats.examples import examples
from questions.formats.texts import words
from questions.forms import ExportForm, QuestionFileForm, SeenFileForm
from questions.models import Question
from questions.policies import visible_to
from questions.services import Imported, exported_questions, import_questions
from questions.types import QUESTION_TYPES

ROWS_SHOWN = 200
REMARKS_SHOWN = 100
# Writing this many takes ten seconds and more; nobody waits longer for a page.
MAX_WRITTEN = 500
TAGS = {"created": "import-tag--new", "changed": "import-tag--changed", "unchanged": "import-tag--same"}


def may(user: Any, action: str) -> bool:
    return policy_registry.get_by_type(Question).user_has_permission(user, action)


def crumbs(label: str) -> list[dict[str, str]]:
    list_url = reverse(Question.snippet_viewset.get_url_name("list"))
    return [{"url": list_url, "label": _("Questions")}, {"url": "", "label": label}]


class FileButtons:
    """Adds files of questions to the buttons of a listing of questions."""

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        user = self.request.user
        buttons = [Button(_("Export questions"), url=reverse("questions_export"), icon_name="download", priority=60)]
        if may(user, "add") and may(user, "change"):
            url = reverse("questions_import")
            buttons.insert(0, Button(_("Import questions"), url=url, icon_name="upload", priority=50))
        return [*super().header_more_buttons, *buttons]


@require_http_methods(["GET", "POST"])
def import_view(request: HttpRequest) -> HttpResponse:
    """A file, then what it would change, then the import of the very file that was looked at."""
    if not (may(request.user, "add") and may(request.user, "change")):
        raise PermissionDenied
    if "digest" in request.POST:
        return import_seen(request)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = QuestionFileForm(*sent, user=request.user)
    context: dict[str, Any] = {
        "form": form,
        "header_title": _("Import questions"),
        "breadcrumbs_items": crumbs(_("Import")),
        "formats": FORMATS.values(),
    }
    if form.is_valid():
        upload = form.cleaned_data["file"]
        data = upload.read()
        imported = import_questions(
            data=data, name=upload.name, format=form.cleaned_data["format"], user=request.user, dry_run=True
        )
        too_many = imported.count("created") + imported.count("changed") > MAX_WRITTEN
        if not imported.refused and not too_many:
            keep(request.user, data)
        context |= told(imported) | {
            "file_name": upload.name,
            "too_many": too_many,
            "most": MAX_WRITTEN,
            "digest": hashlib.sha256(data).hexdigest(),
            "collection": form.cleaned_data.get("collection"),
        }
    return render(request, "questions/admin/import.html", context)


def import_seen(request: HttpRequest) -> HttpResponse:
    form = SeenFileForm(request.POST, user=request.user)
    data = kept(request.user)
    if not form.is_valid() or data is None or hashlib.sha256(data).hexdigest() != form.cleaned_data["digest"]:
        messages.error(request, _("Nothing was imported: the file is not the one you looked at. Upload it again."))
        return redirect("questions_import")
    imported = import_questions(
        data=data,
        format=form.cleaned_data["format"],
        user=request.user,
        collection=form.cleaned_data.get("collection"),
    )
    forget(request.user)
    if imported.refused:
        messages.error(
            request, _("Nothing was imported: the question bank has changed meanwhile. Upload the file again.")
        )
        return redirect("questions_import")
    counts = {name: imported.count(name) for name in TAGS}
    messages.success(
        request,
        _("Questions were imported: %(created)d created, %(changed)d changed, %(unchanged)d unchanged.") % counts,
    )
    if held := len(imported.held):
        told_words = ngettext(
            "%(count)d is a draft until it is finished.", "%(count)d are drafts until they are finished.", held
        )
        messages.warning(request, told_words % {"count": held})
    return redirect(Question.snippet_viewset.get_url_name("list"))


def told(imported: Imported) -> dict[str, Any]:
    """What a file would change, as the page shows it."""
    reasons = {(held["line"], held["title"]): " ".join(held["problems"]) for held in imported.held}
    questions = [question for question in imported.parsed.questions if question.type != DESCRIPTION]
    rows = []
    for question, outcome in zip(questions, imported.outcomes, strict=False):
        name = question.title or words(question.text)[:80]
        held = [reason for (line, _title), reason in reasons.items() if line == question.line]
        rows.append(
            {
                "line": question.line,
                "name": name,
                "kind": QUESTION_TYPES[question.type].label,
                "answers": len(question.data.get("options") or question.data.get("accepted") or ()),
                "outcome": outcome,
                "tag": TAGS[outcome],
                "held": held[0] if held else "",
            }
        )
    notes = [*imported.parsed.notes, *imported.notes]
    return {
        "imported": imported,
        "format": FORMATS[imported.parsed.format],
        "rows": rows[:ROWS_SHOWN],
        "rows_total": len(rows),
        "errors": imported.parsed.errors[:REMARKS_SHOWN],
        "errors_total": len(imported.parsed.errors),
        "notes": notes[:REMARKS_SHOWN],
        "notes_total": len(notes),
        "counts": {name: imported.count(name) for name in TAGS},
    }


# One file a person, until it is imported or the next one takes its place.


def path_of(user: Any) -> str:
    return f"question-imports/{user.pk}"


def keep(user: Any, data: bytes) -> None:
    forget(user)
    storages["private"].save(path_of(user), ContentFile(data))


def kept(user: Any) -> bytes | None:
    storage = storages["private"]
    if not storage.exists(path_of(user)):
        return None
    with storage.open(path_of(user), "rb") as stream:
        return stream.read()


def forget(user: Any) -> None:
    storages["private"].delete(path_of(user))


@require_GET
def export_view(request: HttpRequest) -> HttpResponse:
    """Which questions in which format; then what the file does not hold, and the file itself."""
    questions = visible_to(request.user, Question.objects.prefetch_related("topics", "skills"))
    if not any(may(request.user, action) for action in ("view", "add", "change", "delete")):
        raise PermissionDenied
    form = ExportForm(request.GET if "format" in request.GET else None, topics=Topic.objects.all())
    context: dict[str, Any] = {
        "form": form,
        "header_title": _("Export questions"),
        "breadcrumbs_items": crumbs(_("Export")),
    }
    if form.is_bound and form.is_valid():
        format, topic = form.cleaned_data["format"], form.cleaned_data["topic"]
        if topic:
            questions = questions.filter(topics=topic)
        as_template = "template" in request.GET
        written = write(examples(), format) if as_template else exported_questions(questions=questions, format=format)
        if as_template or "download" in request.GET:
            return file_response(written.content, format, _("template") if as_template else _("questions"))
        context |= {
            "written": written,
            "lost": written.lost[:REMARKS_SHOWN],
            "lost_total": len(written.lost),
            "query": request.GET.urlencode(),
        }
    return render(request, "questions/admin/export.html", context)


def file_response(content: bytes, format: str, name: str) -> HttpResponse:
    kind = FORMATS[format]
    response = HttpResponse(content, content_type=kind.media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}{kind.extension}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
