"""Actions on many rows at once: choose in the list, read what will happen, confirm."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

# More rows at once belong to an import or a schedule, which work in the background.
MOST_ROWS = 5_000
ROWS_NAMED = 20


class BulkRefused(Exception):
    """Raised by `BulkAction.run`; its sentence is shown, and nothing was changed."""


class BulkAction:
    """One action of a listing on the rows that were chosen there. Set the class attributes and write `run`."""

    # Part of the address.
    name: ClassVar[str]
    label: ClassVar[str | Promise]
    # What the button of the confirmation says.
    confirm_label: ClassVar[str | Promise]
    # Makes that button red.
    is_grave: ClassVar[bool] = False
    form_class: ClassVar[type[forms.Form]] = forms.Form

    def __init__(self, model_admin: Any):
        self.model_admin = model_admin

    def may(self, user: Any) -> bool:
        """Whether ``user`` is offered this action at all."""
        raise NotImplementedError

    def refusal(self, user: Any, row: Any) -> str:
        """Why this row is left alone, as a sentence; empty where the action may touch it."""
        return ""

    def prepare(self, rows: list[Any]) -> None:
        """Called once with all chosen rows before `refusal`, to load what that asks in a fixed number of queries."""

    def form(self, request: Any, data: Any = None) -> forms.Form:
        return self.form_class(data)

    def question(self, count: int) -> str:
        """The heading of the confirmation: what will happen to how many."""
        raise NotImplementedError

    def explanation(self) -> str:
        """A sentence below the heading, where one is needed."""
        return ""

    def run(self, *, rows: list[Any], actor: Any, data: dict[str, Any]) -> str:
        """Do it, inside one transaction, and return the sentence that says what was done. BulkRefused undoes all."""
        raise NotImplementedError


# Model -> actions that upper apps add to its list, in their ``ready()``.
added: dict[type[Model], list[type[BulkAction]]] = {}


def chosen_keys(model_admin: Any, request: Any) -> list[int]:
    """The keys of the rows the request means: those ticked, or all that the list showed. Only rows in scope."""
    keys = request.POST.get("keys")
    if keys is not None:
        wanted = [int(key) for key in keys.split(",") if key.isdigit()]
    elif request.POST.get("everything"):
        return list(model_admin.matching_rows(request).values_list("pk", flat=True)[: MOST_ROWS + 1])
    else:
        wanted = [int(key) for key in request.POST.getlist("row") if key.isdigit()]
    return wanted[: MOST_ROWS + 1]


def bulk_view(model_admin: Any, request: Any, name: str) -> Any:
    """Ask, then act. Rows outside the viewer's scope are not there; rows the action refuses are named and left alone."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    action = next((one for one in model_admin.bulk_actions_for(request.user) if one.name == name), None)
    if action is None:
        raise PermissionDenied
    back = model_admin.url_helper.index_url
    keys = chosen_keys(model_admin, request)
    if len(keys) > MOST_ROWS:
        messages.error(
            request, _("Nothing was changed: choose at most %d rows at once. Filter the list first.") % MOST_ROWS
        )
        return redirect(back)
    rows = list(model_admin.get_queryset(request).filter(pk__in=keys))
    if not rows:
        messages.warning(request, _("Nothing was changed: no row was chosen. Tick the rows first."))
        return redirect(back)
    action.prepare(rows)
    judged = [(row, action.refusal(request.user, row)) for row in rows]
    allowed = [row for row, why in judged if not why]
    refused = [(row, why) for row, why in judged if why]
    is_confirmed = "confirmed" in request.POST
    form = action.form(request, request.POST if is_confirmed else None)
    if is_confirmed and allowed and form.is_valid():
        try:
            with transaction.atomic():
                sentence = action.run(rows=allowed, actor=request.user, data=form.cleaned_data)
        except BulkRefused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, sentence)
        return redirect(back)
    context = {
        "action": action,
        "form": form,
        "allowed": allowed,
        "allowed_more": max(len(allowed) - ROWS_NAMED, 0),
        "refused": refused,
        "refused_more": max(len(refused) - ROWS_NAMED, 0),
        "named": ROWS_NAMED,
        "keys": ",".join(str(row.pk) for row in rows),
        **model_admin.furniture(
            action.question(len(allowed)) if allowed else _("Nothing can be changed here"), last=action.label, back=back
        ),
    }
    return render(request, "modeladmin/bulk.html", context)
