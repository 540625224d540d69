"""The builder: a form that is whole without scripts. Each button sends all of it, and it comes back with what was asked."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View
from django.views.decorators.http import require_safe

from reports.builder.form import Drawing
from reports.builder.reading import MOST_SHOWN, Shown, rows_needed, shown_result
from reports.definitions import Definition
from reports.drafts import Draft, Findings, Outcome, change, draft_of, findings, read_draft, settle
from reports.drafts.shape import ColumnRow, ShareRow
from reports.exceptions import CannotShare, InvalidSpec, ReportError, SavedMeanwhile
from reports.models import Audience, Report
from reports.policies import may_change_report
from reports.registries import Source
from reports.selectors.audiences import emails_of, person_by_email
from reports.selectors.reports import Opened, before_save, usable_sources, words_of
from reports.selectors.results import Prepared, report_result
from reports.services import create_report, save_report, share_report
from reports.services.reports import check_share, clean_words
from reports.spec import ColumnSpec, Spec, read_spec
from reports.views.listing import ICON, opened_or_404, require_reader, trail
from reports.views.report import moment_for
from workbench.furniture import furniture

# Asked for by our script: the form alone, to be put in the place of the one that stands.
FRAGMENT = "X-Fragment"
SAVES = ("save", "save-new", "overwrite")
# One fewer than may stand in groups, so that counting them is the next step and no mistake.
FIRST_COLUMNS = 4


@dataclass
class Work:
    """One answer of the builder."""

    draft: Draft
    source: Source
    outcome: Outcome
    found: Findings
    meanwhile: SavedMeanwhile | None = None
    is_refused: bool = False


@require_safe
def sources_page(request) -> HttpResponse:
    """A new report begins with what its rows are."""
    require_reader(request)
    if not request.user.has_perm("reports.add_report"):
        raise PermissionDenied
    context = {**furniture(_("New report"), ICON, trail()), "sources": usable_sources(request.user)}
    return render(request, "reports/sources.html", context)


class BuilderView(View):
    """What every way into the builder shares. ``opened`` is the report that is edited or customized."""

    permission = "reports.add_report"
    opened: Opened | None = None

    def dispatch(self, request, *args, **kwargs):
        require_reader(request)
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    # What each of them says for itself ------------------------------------------------

    def start(self) -> Draft:
        raise NotImplementedError

    @property
    def heading(self) -> str:
        return _("New report")

    @property
    def report(self) -> Report | None:
        """The saved report that is edited."""
        return None

    @property
    def based_on(self) -> Definition | None:
        """The shipped report a new one is made from."""
        return None

    # Asking and answering ---------------------------------------------------------------

    def source_of(self, draft: Draft) -> Source:
        """The source of the draft, among those the viewer may use."""
        for source in usable_sources(self.request.user):
            if source.key == draft.source:
                return source
        raise Http404("No such source for this viewer.")

    def get(self, request, *args, **kwargs) -> HttpResponse:
        draft = self.start()
        source = self.source_of(draft)
        settle(draft, source)
        return self.answer(Work(draft, source, Outcome(), findings(draft, source)))

    def post(self, request, *args, **kwargs) -> HttpResponse:
        try:
            draft = read_draft(request.POST.lists())
        except InvalidSpec as error:
            context = {**furniture(self.heading, ICON, trail()), "problems": error.problems}
            return render(request, "reports/refused.html", context, status=400)
        draft.source = self.start().source
        source = self.source_of(draft)
        settle(draft, source)
        do = request.POST.get("do", "preview")
        outcome = change(draft, do, request.POST, source)
        if outcome.said:
            settle(draft, source)
        work = Work(draft, source, outcome, findings(draft, source))
        if do in SAVES:
            return self.save(work, do)
        return self.answer(work)

    # Saving -----------------------------------------------------------------------------

    def save(self, work: Work, do: str) -> HttpResponse:
        draft, found = work.draft, work.found
        try:
            clean_words(draft.title, draft.description)
        except InvalidSpec as error:
            found.add("title", *error.problems)
        shares = self.shares(work)
        if found.count or found.spec is None:
            work.is_refused = True
            work.outcome = Outcome(self.refusal(found), first_problem(found))
            return self.answer(work, status=422)
        try:
            with transaction.atomic():
                report = self.write(draft, found.spec, do)
                share_report(report=report, shares=shares, editor=self.request.user)
        except SavedMeanwhile as error:
            work.meanwhile, work.outcome = error, Outcome(str(error), "meanwhile")
            return self.answer(work, status=409)
        except ReportError as error:
            work.is_refused = True
            found.rest += getattr(error, "problems", (str(error),))
            work.outcome = Outcome(self.refusal(found), "problems")
            return self.answer(work, status=422)
        messages.success(self.request, _("“%(title)s” is saved.") % {"title": report.title})
        return redirect("reports_report", report.slug)

    def write(self, draft: Draft, spec: Any, do: str) -> Report:
        words = {"title": draft.title, "description": draft.description, "spec": spec}
        if self.report is None or do == "save-new":
            if not self.request.user.has_perm("reports.add_report"):
                raise PermissionDenied
            base = self.based_on or (self.opened.base if self.opened else None)
            return create_report(owner=self.request.user, based_on=base, **words)
        text = self.request.POST.get("newest" if do == "overwrite" else "saves", "")
        saves = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
        return save_report(report=self.report, saves=saves, editor=self.request.user, **words)

    def shares(self, work: Work) -> list[tuple[str, str]]:
        """Whom the form shares with; people are named by their addresses. Problems stand beside the rows."""
        shares = []
        for place, row in enumerate(work.draft.shares):
            key = row.key.strip()
            if row.audience == Audience.PERSON:
                person = person_by_email(key, self.request.user) if key else None
                if person is None:
                    work.found.add(
                        f"shares-{place}",
                        _("Nobody active has the address “%(address)s”.") % {"address": key}
                        if key
                        else _("Write the person's e-mail address."),
                    )
                    continue
                key = str(person.uuid)
            try:
                check_share(row.audience, key)
            except CannotShare as error:
                work.found.add(f"shares-{place}", str(error))
            shares.append((row.audience, key))
        return shares

    def refusal(self, found: Findings) -> str:
        return ngettext(
            "Not saved: %(count)d thing needs mending first.",
            "Not saved: %(count)d things need mending first.",
            found.count,
        ) % {"count": found.count}

    # Showing ------------------------------------------------------------------------------

    def answer(self, work: Work, status: int = 200) -> HttpResponse:
        request, found = self.request, work.found
        shown, trouble = self.preview(work)
        context = {
            "form": Drawing(work.draft, work.source, found, request.user).form(),
            "outcome": work.outcome,
            "found": found,
            "is_refused": work.is_refused,
            "meanwhile": work.meanwhile,
            "shown": shown,
            "trouble": trouble,
            "most": MOST_SHOWN,
            "report": self.report,
            "opened": self.opened,
            "saves": self.saves(),
            "is_dirty": request.method == "POST",
            "cancel": reverse("reports_report", args=[self.opened.slug]) if self.opened else reverse("reports_list"),
        }
        if request.headers.get(FRAGMENT):
            return render(request, "reports/builder/form.html", context)
        above = [trail()]
        if self.opened:
            above.append((reverse("reports_report", args=[self.opened.slug]), self.opened.title))
        context |= {
            **furniture(self.heading, ICON, *above, last=self.last),
        }
        return render(request, "reports/builder.html", context, status=status)

    @property
    def last(self) -> str:
        return self.heading

    def saves(self) -> str:
        """How often the report had been saved when the form was opened; a form that comes back keeps its number."""
        if self.request.method == "POST":
            return self.request.POST.get("saves", "")
        return str(self.report.saves) if self.report else ""

    def preview(self, work: Work) -> tuple[Shown | None, list[str]]:
        """The report as it is now, with the viewer's rows; why not, where it does not run."""
        if work.found.spec is None:
            return None, []
        definition = Definition(slug="preview", title=work.draft.title, spec=work.found.spec)
        moment = moment_for(self.request.user)
        try:
            prepared = Prepared(definition=definition, viewer=self.request.user, moment=moment)
            result = report_result(prepared, limit=rows_needed(prepared.spec))
        except ReportError as error:
            return None, list(getattr(error, "problems", (str(error),)))
        return shown_result(result, moment), []


def first_problem(found: Findings) -> str:
    """The id of what has the first problem."""
    place = next(iter(found.places), "")
    return {"title": "title", "": "problems"}.get(place, f"{place}-problems")


class NewReportView(BuilderView):
    def start(self) -> Draft:
        """The columns that say most about a row of this source."""
        key = self.kwargs["source"]
        source = self.source_of(Draft(source=key))
        columns = source.details or tuple(name for name, one in source.columns.items() if not one.only_adds_up)
        rows = [ColumnRow(column=name) for name in columns[:FIRST_COLUMNS]]
        return Draft(source=key, columns=rows)


class OpenedView(BuilderView):
    """The builder with a report that is there."""

    def dispatch(self, request, *args, **kwargs):
        self.opened = opened_or_404(request, kwargs["slug"])
        return self.turned_away() or super().dispatch(request, *args, **kwargs)

    def turned_away(self) -> HttpResponse | None:
        """Where else the viewer is sent, if anywhere. PermissionDenied where they may not do this."""
        return None


class CustomizeView(OpenedView):
    """A shipped report as the beginning of one's own. Nothing is kept until it is saved."""

    def start(self) -> Draft:
        definition = self.based_on
        if definition is None:
            raise Http404("Only reports that come with Lectern are customized.")
        title = _("%(title)s (ours)") % {"title": definition.title}
        return draft_of(definition.spec, title=title[:120], description=words_of(definition)[:300])

    @property
    def based_on(self) -> Definition | None:
        return self.opened.definition if self.opened and self.opened.report is None else None

    @property
    def heading(self) -> str:
        return _("Customize “%(title)s”") % {"title": self.opened.title if self.opened else ""}

    @property
    def last(self) -> str:
        return _("Customize")


class EditView(OpenedView):
    permission = "reports.change_report"

    def turned_away(self) -> HttpResponse | None:
        opened = self.opened
        if opened is None or opened.report is None:
            return redirect("reports_customize", self.kwargs["slug"])
        if not may_change_report(self.request.user, opened.report):
            raise PermissionDenied
        if opened.source is None:
            messages.error(self.request, " ".join(opened.problems))
            return redirect("reports_report", opened.slug)
        return None

    @property
    def report(self) -> Report | None:
        return self.opened.report if self.opened else None

    def start(self) -> Draft:
        """The report as it was saved. One that does not run any more opens too, with its problems beside the fields."""
        report = self.report
        if report is None:
            raise Http404("No such report.")
        before = before_save(report, self.request.GET.get("before", ""))
        if before:
            # Shown, not restored: it is saved like any other change, or not at all.
            report = Report(pk=report.pk, **before)
        draft = draft_of(saved_spec(report), title=report.title, description=report.description)
        shares = list(report.shares.order_by("pk"))
        emails = emails_of(shares)
        draft.shares = [ShareRow(share.audience, emails.get(share.key, share.key)) for share in shares]
        return draft

    @property
    def heading(self) -> str:
        return _("Edit “%(title)s”") % {"title": self.report.title if self.report else ""}

    @property
    def last(self) -> str:
        return _("Edit")


def saved_spec(report: Report) -> Any:
    """The spec of a saved report, as far as its shape holds; else an empty one of its source."""
    try:
        return read_spec(report.spec)
    except InvalidSpec:
        return Spec(source=report.spec["source"], columns=(ColumnSpec(column="records", aggregation="count"),))
