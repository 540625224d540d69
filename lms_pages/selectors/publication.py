"""What publishing a course with everything in it would do, page by page."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import ForeignKey
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.blocks.stream_block import StreamBlockValidationError
from wagtail.fields import StreamField
from wagtail.locks import BasicLock
from wagtail.models import Page, Revision

from lms_pages.models import CoursePage, LessonPage, ModulePage, QuizPage

NEW = gettext_lazy("New")
CHANGED = gettext_lazy("Changed")
TAKEN_DOWN = gettext_lazy("Was unpublished")
KEPT_BACK = gettext_lazy("Imported as a draft")


@dataclass(frozen=True)
class Entry:
    """A page of the course. ``state`` is what publishing would change; ``reasons`` say why it stays as it is.

    Both are empty for a page that is published as it stands. ``held_by`` is the title of a
    draft above it that cannot go out. ``proposed`` is off for pages that somebody
    unpublished on purpose, or an importer kept back: they go out only when picked.
    """

    page: Page
    revision: Revision | None
    title: str
    depth: int
    state: str = ""
    reasons: tuple[str, ...] = ()
    held_by: str = ""
    proposed: bool = False
    may_edit: bool = False

    @property
    def is_ready(self) -> bool:
        return bool(self.state) and not self.reasons and not self.held_by

    @property
    def stays_draft(self) -> bool:
        return not self.page.live and not self.is_ready

    @property
    def token(self) -> str:
        """Names the page and the revision that was looked at, for a form."""
        return f"{self.page.pk}-{self.page.latest_revision_id}"


@dataclass(frozen=True)
class Publication:
    """The pages of ``root``, itself first, in the order of the tree."""

    root: Page
    entries: tuple[Entry, ...]

    @property
    def rows(self) -> tuple[Entry, ...]:
        """What is ready, each with what stands above it, so that a lesson is read below its module."""
        ready = [entry.page.path for entry in self.ready]
        return tuple(entry for entry in self.entries if any(path.startswith(entry.page.path) for path in ready))

    @property
    def proposed(self) -> int:
        return sum(entry.proposed for entry in self.ready)

    @property
    def ready(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.is_ready)

    @property
    def left(self) -> tuple[Entry, ...]:
        """Those with a reason of their own."""
        return tuple(entry for entry in self.entries if entry.reasons)

    @property
    def held(self) -> int:
        """How many more stay drafts only because of what stands above them."""
        return sum(bool(entry.held_by) and not entry.reasons for entry in self.entries)


def publication(*, root: CoursePage | ModulePage, user: Any) -> Publication:
    """What ``user`` could publish at and below ``root``, and what stays as it is and why.

    Draft pages under a page that stays a draft stay drafts, so that nothing goes out which no
    learner could reach. Apart from a fixed number, queries grow with the blocks of changed
    lessons that point to something (pictures, files, questions), which are looked up.
    """
    pages = list(
        Page.objects.descendant_of(root, inclusive=True)
        .order_by("path")
        .specific()
        .prefetch_related("latest_revision")
        .defer_streamfields()
    )
    scheduled = set(
        Revision.page_revisions.filter(
            object_id__in=[str(page.pk) for page in pages], approved_go_live_at__gt=timezone.now()
        ).values_list("object_id", flat=True)
    )
    entries: list[Entry] = []
    by_path: dict[str, Entry] = {}
    for page in pages:
        above = by_path.get(page.path[: -Page.steplen])
        entry = entry_of(page, root=root, above=above, user=user, scheduled=str(page.pk) in scheduled)
        by_path[page.path] = entry
        entries.append(entry)
    return Publication(root=root, entries=tuple(entries))


def entry_of(page: Page, *, root: Page, above: Entry | None, user: Any, scheduled: bool) -> Entry:
    permissions = page.permissions_for_user(user)
    common: dict[str, Any] = {
        "page": page,
        "revision": page.latest_revision,
        "title": page.get_admin_display_title(),
        "depth": page.depth - root.depth,
        "may_edit": permissions.can_edit(),
    }
    if page.live and not page.has_unpublished_changes:
        return Entry(**common)
    if page.live:
        state, proposed = CHANGED, True
    elif page.first_published_at is not None:
        # Taken down alone, or together with what stands above it.
        state, proposed = TAKEN_DOWN, above is None or not above.page.live
    elif page.origin:
        state, proposed = KEPT_BACK, False
    else:
        state, proposed = NEW, True
    if above is not None and not above.page.live and not above.proposed:
        proposed = False
    reasons = []
    if not permissions.can_publish():
        reasons.append(_("You may not publish this page."))
    if page.locked and BasicLock(page).for_user(user):
        reasons.append(_("It is locked. Whoever locked it, or an administrator, can unlock it."))
    if scheduled:
        reasons.append(_("It is scheduled and goes out by itself."))
    if page.latest_revision is None:
        reasons.append(_("Nothing is saved in it yet."))
    else:
        reasons += problems(page)
    held_by = (above.held_by or above.title) if above is not None and above.stays_draft else ""
    return Entry(**common, state=str(state), reasons=tuple(reasons), held_by=held_by, proposed=proposed)


def stays_below(title: str) -> str:
    return _("“%(title)s”, in which it stands, stays a draft.") % {"title": title}


def problems(page: Page) -> list[str]:
    """Sentences about what the newest revision of ``page`` lacks; the editor refuses to publish for the same."""
    draft = page.specific_class.from_serializable_data(page.latest_revision.content, check_fks=False)
    found = []
    # What the draft points to was checked when it was chosen; looking it up again costs a query each.
    pointers = {field.name for field in draft._meta.fields if isinstance(field, ForeignKey)}
    try:
        draft.clean_fields(exclude=pointers | {"path", "depth", "numchild", "url_path"})
    except ValidationError as error:
        for name, errors in error.error_dict.items():
            found += [about(draft, name, one) for one in errors]
    for field in draft._meta.fields:
        if isinstance(field, StreamField):
            found += unfinished_blocks(field, field.value_from_object(draft))
    if isinstance(draft, LessonPage) and draft.lacks_check():
        found.append(_("It is done when its knowledge checks are right, but it has none."))
    if isinstance(draft, QuizPage):
        found += draft.short_draws()
    if draft.slug != page.slug and Page.objects.sibling_of(page, inclusive=False).filter(slug=draft.slug).exists():
        found.append(_("Another page beside it has the same address (“%(slug)s”).") % {"slug": draft.slug})
    if draft.go_live_at is not None and draft.go_live_at > timezone.now():
        found.append(_("It has a start date in the future. Publish it by itself to schedule it."))
    return found


def about(page: Page, name: str, error: ValidationError) -> str:
    if name == NON_FIELD_ERRORS:
        return " ".join(error.messages)
    label = capfirst(str(page._meta.get_field(name).verbose_name))
    if error.code in ("blank", "null", "required"):
        return _("%(field)s is missing.") % {"field": label}
    return f"{label}: {' '.join(error.messages)}"


def unfinished_blocks(field: StreamField, value: Any) -> list[str]:
    try:
        field.stream_block.clean(value)
    except StreamBlockValidationError as error:
        names = [f"{value[number].block.label} ({number + 1})" for number in sorted(error.block_errors)]
        if not names:
            return list(error.non_block_errors) or [" ".join(error.messages)]
        return [
            ngettext("A block is not finished: %(blocks)s.", "Some blocks are not finished: %(blocks)s.", len(names))
            % {"blocks": ", ".join(names)}
        ]
    return []
