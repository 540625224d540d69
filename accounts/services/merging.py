"""Making one account of two that belong to one person: a preview in words, then one transaction."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import F, Field
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.log_actions import log

from accounts.exceptions import MergeRefused
from accounts.models import Invitation
from accounts.registries import MergeRule, Move, Stay, merges
from accounts.services.invitations import revoke_invitations
from workbench.days import site_day


@dataclass(frozen=True)
class MergeLine:
    """What becomes of one kind of rows."""

    words: str
    count: int
    outcome: str


@dataclass(frozen=True)
class MergePreview:
    """What a merge would do; with ``refusals`` it does nothing. ``mark`` changes whenever the lines do."""

    lines: tuple[MergeLine, ...]
    refusals: tuple[str, ...]

    @property
    def mark(self) -> str:
        return hashlib.sha256(repr((self.lines, self.refusals)).encode()).hexdigest()[:16]


def relations_to_people() -> Iterator[tuple[str, Field]]:
    """Every foreign key to a person in any installed app, by the name `merges` knows it under."""
    person = get_user_model()
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_fields:
            if field.is_relation and field.related_model is person:
                yield f"{model._meta.label}.{field.name}", field


def rules() -> list[tuple[str, Field, MergeRule | None]]:
    return [(name, field, merges.get(name)) for name, field in relations_to_people()]


def preview_merge(*, kept: Any, merged: Any, actor: Any) -> MergePreview:
    """What merging ``merged`` into ``kept`` would do. Changes nothing."""
    lines, refusals = [], list(refusals_of(kept=kept, merged=merged, actor=actor))
    if refusals:
        return MergePreview((), tuple(refusals))
    for name, field, rule in rules():
        if rule is None:
            refusals.append(_("Nothing says what becomes of “%s”. An update of the site has to bring that.") % name)
            continue
        count = rule.rows(field, merged).count()
        if count:
            refusals += rule.refusals(field, kept, merged)
            lines.append(MergeLine(str(rule.words), count, rule.outcome(field, kept, merged)))
    return MergePreview(tuple(lines), tuple(refusals))


def refusals_of(*, kept: Any, merged: Any, actor: Any) -> Iterator[str]:
    if kept.pk == merged.pk:
        yield _("Both are the same account. Choose another one.")
        return
    if merged.pk == actor.pk:
        yield _("You would lose the account you are signed in with. Merge the other one into yours.")
    if merged.merged_into_id:
        yield _("%s was merged into another account already.") % merged.name
    if not kept.is_active:
        yield _("%s may not sign in. Choose the account that is in use as the one that stays.") % kept.name
    if (kept.is_superuser or merged.is_superuser) and not actor.is_superuser:
        yield _("Only a superuser merges the account of a superuser.")


def merge_people(*, kept: Any, merged: Any, actor: Any, mark: str = "") -> MergePreview:
    """Give ``kept`` what belongs to ``merged``, which may not sign in from then on and points to ``kept``.

    One transaction. MergeRefused, with sentences, where that cannot be, or where something changed since the preview
    with ``mark`` was shown: then nothing was changed.
    """
    with transaction.atomic():
        people = get_user_model().objects.order_by("pk").select_for_update()
        found = {person.pk: person for person in people.filter(pk__in=[kept.pk, merged.pk])}
        kept, merged = found[kept.pk], found[merged.pk]
        preview = preview_merge(kept=kept, merged=merged, actor=actor)
        if preview.refusals:
            raise MergeRefused(list(preview.refusals))
        if mark and mark != preview.mark:
            raise MergeRefused([_("Something changed since you saw this page. Read it again before you merge.")])
        for _name, field, rule in rules():
            assert rule is not None
            rule.run(field, kept, merged)
        revoke_invitations(invitations=Invitation.objects.filter(person=merged), actor=actor)
        rows = get_user_model().objects
        rows.filter(pk=merged.pk).update(
            is_active=False, merged_into=kept, session_generation=F("session_generation") + 1
        )
        rows.filter(pk=kept.pk).update(date_joined=min(kept.date_joined, merged.date_joined))
        told = {line.words: line.count for line in preview.lines}
        log(instance=kept, action="accounts.merge", user=actor, data={"merged": str(merged.uuid), "rows": told})
        log(instance=merged, action="accounts.merged_into", user=actor, data={"kept": str(kept.uuid)})
    return preview


class MoveMemberships(Move):
    """Team memberships keep their days. The primary team is that of the account that stays; an open membership of a
    team where that is as well ends today."""

    def run(self, field: Field, kept: Any, merged: Any) -> None:
        today = site_day()
        rows = self.rows(field, merged)
        theirs = self.rows(field, kept)
        for row in rows.filter(until=None, team__in=theirs.filter(until=None).values("team")):
            row.until = max(today, row.since)
            row.save(update_fields=["until"])
        if theirs.filter(until=None, is_primary=True).exists():
            rows.filter(until=None).update(is_primary=False)
        rows.update(**{field.name: kept})


HISTORY = gettext_lazy("they say who did what under which account")
OF_THE_ACCOUNT = gettext_lazy("they belong to the account that is switched off")

# This app's own relations, and those of the libraries below it.
OWN_MERGES: dict[str, MergeRule] = {
    "accounts.User.merged_into": Move(gettext_lazy("Accounts merged earlier")),
    "accounts.User_groups.user": Stay(gettext_lazy("Roles"), gettext_lazy("give the account that stays what it needs")),
    "accounts.User_user_permissions.user": Stay(gettext_lazy("Single rights"), OF_THE_ACCOUNT),
    "accounts.Team_managers.user": Move(gettext_lazy("Teams to manage"), ("team",)),
    "accounts.TeamMembership.user": MoveMemberships(gettext_lazy("Team memberships")),
    "accounts.Invitation.person": Stay(gettext_lazy("Invitations"), gettext_lazy("an open one is revoked")),
    "accounts.Invitation.created_by": Stay(gettext_lazy("Invitations sent"), HISTORY),
    "workbench.ImportBatch.created_by": Stay(gettext_lazy("Imports"), HISTORY),
    "account.EmailAddress.user": Stay(gettext_lazy("Addresses to sign in with"), OF_THE_ACCOUNT),
    "wagtailusers.UserProfile.user": Stay(gettext_lazy("Settings of the admin"), OF_THE_ACCOUNT),
    "wagtailadmin.EditingSession.user": Stay(gettext_lazy("Open editors"), OF_THE_ACCOUNT),
    "wagtailadmin.FormState.user": Stay(gettext_lazy("Unsaved forms"), OF_THE_ACCOUNT),
    "wagtailcore.APIToken.user": Stay(gettext_lazy("Access tokens"), OF_THE_ACCOUNT),
    "wagtailcore.ModelLogEntry.user": Stay(gettext_lazy("Entries in the log"), HISTORY),
    "wagtailcore.PageLogEntry.user": Stay(gettext_lazy("Entries in the log of pages"), HISTORY),
    "wagtailcore.Revision.user": Stay(gettext_lazy("Versions of pages"), HISTORY),
    "wagtailcore.UploadedFile.uploaded_by_user": Stay(gettext_lazy("Unfinished uploads"), OF_THE_ACCOUNT),
    "wagtailcore.WorkflowState.requested_by": Stay(gettext_lazy("Reviews asked for"), HISTORY),
    "wagtailcore.TaskState.finished_by": Stay(gettext_lazy("Reviews done"), HISTORY),
    "wagtailcore.Page.locked_by": Move(gettext_lazy("Pages locked")),
    "wagtailcore.Page.owner": Move(gettext_lazy("Pages made")),
    "wagtailcore.Comment.user": Stay(gettext_lazy("Comments"), HISTORY),
    "wagtailcore.Comment.resolved_by": Stay(gettext_lazy("Comments resolved"), HISTORY),
    "wagtailcore.CommentReply.user": Stay(gettext_lazy("Replies to comments"), HISTORY),
    "wagtailcore.PageSubscription.user": Move(gettext_lazy("Pages followed"), ("page",)),
    "wagtaildocs.Document.uploaded_by_user": Move(gettext_lazy("Documents of Wagtail's own kind")),
    "wagtailimages.Image.uploaded_by_user": Move(gettext_lazy("Pictures of Wagtail's own kind")),
    "wagtailmedia.Media.uploaded_by_user": Move(gettext_lazy("Media of Wagtail's own kind")),
}
