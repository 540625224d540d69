"""Saving reports: what a report may be called, who saves over whom, and whom it is shared with."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from accounts.roles import ROLES
from reports.checking import check_spec
from reports.definitions import Definition, shipped
from reports.exceptions import CannotShare, InvalidSpec, SavedMeanwhile, StillScheduled
from reports.models import Audience, Report, ReportShare, Schedule
from reports.selectors.audiences import uuids
from reports.selectors.reports import definition_of, log_of, words_of
from reports.spec import Spec

LONGEST_SLUG, LONGEST_TITLE, LONGEST_DESCRIPTION = 60, 120, 300
MOST_SHARES = 50
TRIES = 5


def create_report(
    *, owner: Any, title: str, spec: Spec, description: str = "", based_on: Definition | None = None
) -> Report:
    """A new report of ``owner``'s. InvalidSpec where it has no title, cannot run, or is of a source closed to them."""
    title, description = clean_words(title, description)
    check_for(spec, owner)
    for _attempt in range(TRIES):
        try:
            with transaction.atomic():
                report = Report.objects.create(
                    slug=free_slug(title),
                    title=title,
                    description=description,
                    spec=spec.model_dump(mode="json"),
                    owner=owner,
                    based_on=based_on.slug if based_on else "",
                    based_on_version=based_on.version if based_on else None,
                )
                log(instance=report, action="wagtail.create", user=owner, content_changed=True)
                return report
        except IntegrityError:
            # Somebody else took the slug between our look and our write.
            continue
    raise InvalidSpec(
        [_("No free short name was found for “%(title)s”. Give the report another title.") % {"title": title}]
    )


def save_report(*, report: Report, saves: int, editor: Any, title: str, spec: Spec, description: str = "") -> Report:
    """Save what ``editor`` made of the report as it was when it had been saved ``saves`` times.

    SavedMeanwhile, and nothing is written, where it has been saved since. Whoever overwrites knowingly gives the number of
    saves that error names; what was there before stays in the log.
    """
    title, description = clean_words(title, description)
    check_for(spec, editor)
    with transaction.atomic():
        before = Report.objects.filter(pk=report.pk).values("title", "description", "spec").first()
        changed = Report.objects.filter(pk=report.pk, saves=saves).update(
            title=title,
            description=description,
            spec=spec.model_dump(mode="json"),
            saves=saves + 1,
            updated_at=timezone.now(),
        )
        if changed:
            report.refresh_from_db()
            log(instance=report, action="wagtail.edit", user=editor, data={"before": before}, content_changed=True)
            return report
    raise meanwhile(Report.objects.get(pk=report.pk))


def meanwhile(report: Report) -> SavedMeanwhile:
    entries, _count = log_of(report, 1)
    who = entries[0].user_display_name if entries else _("Somebody")
    at = date_format(timezone.localtime(report.updated_at), "j M Y, H:i")
    return SavedMeanwhile(str(who), at, report.saves)


def duplicate_report(*, definition: Definition, owner: Any, based_on: Definition | None = None) -> Report:
    """A report of ``owner``'s own that says the same; nobody else sees it yet."""
    title = _("Copy of %(title)s") % {"title": definition.title}
    return create_report(
        owner=owner,
        title=title[:LONGEST_TITLE],
        description=words_of(definition)[:LONGEST_DESCRIPTION],
        spec=definition.spec,
        based_on=based_on,
    )


def duplicate_saved(*, report: Report, owner: Any) -> Report:
    """As `duplicate_report`, and it remembers the shipped report that ``report`` was made from."""
    copy = duplicate_report(definition=definition_of(report), owner=owner)
    if report.based_on:
        copy.based_on, copy.based_on_version = report.based_on, report.based_on_version
        copy.save(update_fields=["based_on", "based_on_version"])
    return copy


@transaction.atomic
def share_report(*, report: Report, shares: Iterable[tuple[str, str]], editor: Any) -> None:
    """Share ``report`` with exactly these (audience, key). CannotShare, and nothing changes, where one names nobody."""
    wanted = list(dict.fromkeys((audience, "" if audience == Audience.EVERYONE else key) for audience, key in shares))
    if len(wanted) > MOST_SHARES:
        raise CannotShare(
            _("A report is shared with at most %(most)d audiences, and here are %(count)d. Use a team or a role.")
            % {"most": MOST_SHARES, "count": len(wanted)}
        )
    for audience, key in wanted:
        check_share(audience, key)
    standing = {(share.audience, share.key): share for share in report.shares.all()}
    gone = [share.pk for known, share in standing.items() if known not in wanted]
    new = [known for known in wanted if known not in standing]
    if not gone and not new:
        return
    ReportShare.objects.filter(pk__in=gone).delete()
    ReportShare.objects.bulk_create(ReportShare(report=report, audience=audience, key=key) for audience, key in new)
    log(instance=report, action="reports.share", user=editor, data={"shares": wanted})


def check_share(audience: str, key: str) -> None:
    if audience not in Audience.values:
        raise CannotShare(_("“%(audience)s” is nobody reports can be shared with.") % {"audience": audience[:40]})
    if audience == Audience.EVERYONE:
        return
    known = key in {role.name for role in ROLES} if audience == Audience.ROLE else bool(uuids([key]))
    if not known:
        raise CannotShare(_("Say whom: “%(audience)s” is not chosen yet.") % {"audience": Audience(audience).label})


@transaction.atomic
def delete_report(*, report: Report, editor: Any) -> None:
    """StillScheduled, and nothing changes, while schedules send it."""
    titles = list(Schedule.objects.filter(report=report.slug).order_by("title").values_list("title", flat=True)[:10])
    if titles:
        raise StillScheduled(titles)
    log(instance=report, action="wagtail.delete", user=editor, deleted=True)
    report.delete()


# What holds for each ----------------------------------------------------------------


def check_for(spec: Spec, person: Any) -> None:
    source = check_spec(spec)
    if not source.may_use(person):
        raise InvalidSpec([_("You may not make reports of “%(source)s”.") % {"source": source.title}])


def clean_words(title: str, description: str) -> tuple[str, str]:
    title, description = " ".join(title.split()), description.strip()
    problems = []
    if not title:
        problems.append(_("Give the report a title: people find it by that."))
    if len(title) > LONGEST_TITLE:
        problems.append(
            _("The title may have %(most)d characters, and this one has %(count)d.")
            % {"most": LONGEST_TITLE, "count": len(title)}
        )
    if len(description) > LONGEST_DESCRIPTION:
        problems.append(
            _("The description may have %(most)d characters, and this one has %(count)d.")
            % {"most": LONGEST_DESCRIPTION, "count": len(description)}
        )
    if "\x00" in title + description:
        problems.append(_("Title and description hold signs that no text has."))
    if problems:
        raise InvalidSpec(problems)
    return title, description


def free_slug(title: str) -> str:
    """A short name made of ``title`` that no report has, shipped ones included."""
    stem = slugify(title)[: LONGEST_SLUG - 5].strip("-") or "report"
    taken = set(Report.objects.filter(slug__startswith=stem).values_list("slug", flat=True)) | set(shipped)
    number, slug = 2, stem
    while slug in taken:
        slug, number = f"{stem}-{number}", number + 1
    return slug
