"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GamificationConfig(AppConfig):
    name = "gamification"
    verbose_name = _("Gamification")

    def ready(self):
        from accounts.models import User
        from accounts.registries import Move, merges
        from gamification.modeladmin.points import AdjustPoints
        from gamification.models import (
            Badge,
            GamificationSettings,
            LearnerProfile,
            Level,
            PointEntry,
            PointRule,
            PointRuleVersion,
            Redemption,
        )
        from gamification.receivers import connect
        from gamification.selectors.rewards import moments_of_redemption, rewards_waiting
        from gamification.services.merging import DropAndSettle
        from operations.registries import Wear, hot_tables, task_words
        from workbench.kept import watch
        from workbench.matters import matters
        from workbench.modeladmin.bulk import added
        from workbench.periodic import PeriodicEntry, periodic_tasks
        from workbench.records import timelines

        connect()
        watch("settings", GamificationSettings)
        watch("rules", Badge, Level, PointRule, PointRuleVersion)
        hot_tables.update({LearnerProfile: Wear.REWRITTEN, PointEntry: Wear.GROWING})
        added.setdefault(User, []).append(AdjustPoints)
        matters["rewards"] = rewards_waiting
        timelines.setdefault(Redemption, []).append(moments_of_redemption)
        task_words["gamification.tasks.catch_up"] = _("Give points and badges for what was missed")
        periodic_tasks["Lectern: give points and badges that were missed"] = PeriodicEntry(
            task="gamification.tasks.catch_up",
            every=60,
            description="Gives points and badges for events that came from a file, from staff, or from a process that died.",
        )
        task_words["gamification.tasks.catch_up_on_all"] = _("Give points and badges for all that was missed")
        periodic_tasks["Lectern: look through all events for points and badges"] = PeriodicEntry(
            task="gamification.tasks.catch_up_on_all",
            every=6 * 3600,
            description="Looks through all events, also for quizzes that show their points only since now.",
        )
        task_words["gamification.tasks.give_badge_to_all"] = _("Give a badge to all who have met its criteria")
        task_words["gamification.tasks.expire_old_points"] = _("Let old points expire")
        periodic_tasks["Lectern: let old points expire"] = PeriodicEntry(
            task="gamification.tasks.expire_old_points",
            every=6 * 3600,
            description="Lets points expire that are older than the gamification settings say; by default none do.",
        )
        task_words["gamification.tasks.settle_all"] = _("Give points of a new rule for the past")
        task_words["gamification.tasks.tell_leaderboards"] = _("Tell leaderboards who may stand on them")
        periodic_tasks["Lectern: tell leaderboards who may stand on them"] = PeriodicEntry(
            task="gamification.tasks.tell_leaderboards",
            every=60,
            description="Looks who was deactivated, became staff or left leaderboards, and came back.",
        )
        # None of them can be there already: an event is one person's, and lines by hand or for rewards have none.
        merges["gamification.PointEntry.learner"] = Move(_("Lines of the points ledger"))
        merges["gamification.PointEntry.actor"] = Move(_("Points they gave by hand"))
        merges["gamification.PointRuleVersion.changed_by"] = Move(_("Point rules they changed"))
        merges["gamification.BadgeAward.learner"] = Move(_("Badges"), ("badge",))
        merges["gamification.BadgeAward.awarded_by"] = Move(_("Badges they gave"))
        merges["gamification.BadgeAward.revoked_by"] = Move(_("Badges they took back"))
        merges["gamification.Redemption.learner"] = Move(_("Rewards asked for"))
        merges["gamification.Redemption.decided_by"] = Move(_("Rewards they decided on"))
        merges["gamification.Redemption.closed_by"] = Move(_("Rewards they handed over"))
        merges["gamification.LearnerProfile.learner"] = DropAndSettle(_("Standing in points"))
