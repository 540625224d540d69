"""A leaderboard in a lesson: plain data, which `gamification` resolves for whoever reads."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class LeaderboardBlock(blocks.StructBlock):
    """Who is ahead, in what, among whom and for which days. The words are those of an address of the leaderboard."""

    title = blocks.CharBlock(label=_("Title"), required=False, max_length=120, help_text=_("Empty: “Leaderboard”."))
    metric = blocks.ChoiceBlock(
        [("points", _("Points")), ("completions", _("Courses completed")), ("quiz", _("Quiz score"))],
        default="points",
        label=_("What counts"),
    )
    among = blocks.ChoiceBlock(
        [
            ("course", _("Everybody on this course")),
            ("cohort", _("The reader's cohort in this course")),
            ("team", _("The reader's team")),
            ("site", _("Everybody")),
        ],
        default="course",
        label=_("Among"),
    )
    period = blocks.ChoiceBlock(
        [
            ("day", _("Today")),
            ("week", _("This week")),
            ("month", _("This month")),
            ("quarter", _("This quarter")),
            ("all", _("All time")),
        ],
        default="month",
        label=_("When"),
    )
    rows = blocks.IntegerBlock(
        label=_("People shown"),
        default=5,
        min_value=1,
        max_value=20,
        help_text=_("The reader is shown beside them, wherever they stand."),
    )

    class Meta:
        label = _("Leaderboard")
        icon = "list-ol"
        template = "blocks/leaderboard.html"
        preview_template = "blocks/previews/leaderboard.html"
        preview_value = {"title": _("Who learned most this month")}
        help_text = _("Only people who are signed in see names, and everybody can take themselves off.")
        description = _("The first few of a leaderboard, with the reader's own place and a link to the whole of it.")
