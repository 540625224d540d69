"""Merging two accounts of one person in the admin: choose the other one, read what will happen, confirm."""

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.exceptions import MergeRefused
from accounts.modeladmin.chooser import person_chooser
from accounts.policies import visible_to
from accounts.services import merge_people, preview_merge


class OtherAccountForm(forms.Form):
    """Which account is the second one of the same person."""

    other = forms.ModelChoiceField(
        queryset=get_user_model().objects.none(),
        label=gettext_lazy("The account that goes"),
        help_text=gettext_lazy("The second account of the same person. You see what will happen before it does."),
    )

    def __init__(self, *args, viewer, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["other"].queryset = visible_to(viewer, get_user_model().objects.all())
        self.fields["other"].widget = person_chooser.widget_class()


def merge_view(model_admin, request, pk):
    """The account of the address stays; ``other`` in the query is merged into it."""
    if not request.user.has_perm("accounts.merge_user"):
        raise PermissionDenied
    kept = model_admin.object_in_scope(request, str(pk))
    own_page = model_admin.url_helper.get_action_url("inspect", kept.pk)
    address = reverse("accounts_merge", args=[kept.pk])
    form = OtherAccountForm(request.GET if "other" in request.GET else None, viewer=request.user)
    context = {
        "kept": kept,
        "form": form,
        "own_page": own_page,
        **model_admin.furniture(_("Merge two accounts"), (own_page, kept.name), last=_("Merge")),
    }
    if not form.is_bound or not form.is_valid():
        if request.method == "POST":
            raise Http404("No such account for this viewer.")
        return render(request, "accounts/merge.html", context)
    merged = form.cleaned_data["other"]
    if request.method == "POST":
        try:
            merge_people(kept=kept, merged=merged, actor=request.user, mark=request.POST.get("mark", "-"))
        except MergeRefused as refused:
            messages.error(request, _("Nothing was changed. %s") % refused)
            return redirect(f"{address}?other={merged.pk}")
        messages.success(
            request,
            _("Both accounts are one now: %(kept)s. %(address)s may no longer sign in.")
            % {"kept": kept.name, "address": merged.email},
        )
        return redirect(own_page)
    preview = preview_merge(kept=kept, merged=merged, actor=request.user)
    swapped = reverse("accounts_merge", args=[merged.pk]) + f"?other={kept.pk}"
    context |= {"merged": merged, "preview": preview, "swapped": swapped, "address": address}
    return render(request, "accounts/merge.html", context)
