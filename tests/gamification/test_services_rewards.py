"""Spending points: what is held, given back and spent, and every refusal with nothing changed."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from wagtail.log_actions import registry

from accounts.models import TeamMembership
from accounts.services.merging import merge_people
from gamification.exceptions import (
    AlreadySettled,
    LimitReached,
    NotApproved,
    NotEnoughPoints,
    NotOnOffer,
    OwnRedemption,
    PriceChanged,
    ReasonMissing,
    SoldOut,
    StockChanged,
)
from gamification.models import GamificationSettings, LearnerProfile, PointEntry, Redemption, Reward
from gamification.selectors.rewards import moments_of_redemption, purse_of, rewards_for
from gamification.services.points import adjust_points
from gamification.services.rewards import (
    approve_redemption,
    cancel_redemption,
    decline_redemption,
    fulfil_redemption,
    request_reward,
    save_reward,
)
from gamification.services.settling import rebuild, settle_learner
from notifications.models import OutboxMail
from tests.factories.accounts import make_person, make_team
from tests.factories.gamification import balance_of, give_points, make_redemption, make_reward
from tests.factories.learning import make_completed
from tests.factories.lms_pages import make_course
from workbench.days import site_day

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    return make_person("Stella Staff")


@pytest.fixture
def rich(learner):
    give_points(learner, 500)
    return learner


def lines_of(redemption) -> list[tuple[str, int]]:
    return list(redemption.entries.order_by("pk").values_list("kind", "points"))


def stock_of(reward) -> int | None:
    return Reward.objects.get(pk=reward.pk).stock


def state_of(redemption) -> str:
    return Redemption.objects.get(pk=redemption.pk).state


def everything() -> list:
    """All rows that a step may change, and the mails and log entries it writes."""
    return [
        list(PointEntry.objects.order_by("pk").values()),
        list(LearnerProfile.objects.order_by("pk").values()),
        list(Reward.objects.order_by("pk").values()),
        list(Redemption.objects.order_by("pk").values()),
        list(OutboxMail.objects.order_by("pk").values_list("dedupe_key", flat=True)),
        registry.get_logs_for_instance(Redemption.objects.first()).count() if Redemption.objects.exists() else 0,
    ]


def refuses(kind, call, **arguments) -> str:
    """The sentence of the refusal, which has changed nothing."""
    before = everything()
    with pytest.raises(kind) as refused:
        call(**arguments)
    assert everything() == before
    return refused.value.args[0]


# Asking ---------------------------------------------------------------------------


def test_asking_holds_the_points_and_takes_one_off_the_stock(rich):
    reward = make_reward("Tree", cost=150, stock=3)
    redemption = request_reward(learner=rich, reward=reward)
    assert (redemption.state, redemption.cost, redemption.reward_name) == ("requested", 150, "Tree")
    assert lines_of(redemption) == [("held", -150)]
    assert redemption.entries.get().title == "Tree"
    assert (balance_of(rich), stock_of(reward)) == (350, 2)
    purse = purse_of(rich)
    assert (purse.balance, purse.held) == (350, 150)


def test_merit_stays_whatever_is_spent(rich, staff):
    redemption = approve_redemption(redemption=make_redemption(rich), actor=staff)
    fulfil_redemption(redemption=redemption, actor=staff)
    assert LearnerProfile.objects.get(learner=rich).merit == 600


def test_what_needs_no_approval_is_promised_at_once(rich):
    redemption = request_reward(learner=rich, reward=make_reward(needs_approval=False))
    assert (redemption.state, redemption.decided_by) == ("approved", None)
    assert redemption.decided_at == redemption.requested_at


def test_no_stock_is_no_limit(rich):
    reward = make_reward(stock=None)
    for _time in range(3):
        request_reward(learner=rich, reward=reward)
    assert stock_of(reward) is None


def test_just_enough_points_are_enough(learner):
    give_points(learner, 100)
    request_reward(learner=learner, reward=make_reward(cost=100))
    assert balance_of(learner) == 0


def test_one_point_too_few(learner):
    give_points(learner, 99)
    words = refuses(NotEnoughPoints, request_reward, learner=learner, reward=make_reward(cost=100, stock=5))
    assert words == "This costs 100 points and you have 99. Nothing was taken."


def test_somebody_who_never_earned_anything_has_no_points(learner):
    words = refuses_without_profile(learner, make_reward(cost=100))
    assert words == "This costs 100 points and you have 0. Nothing was taken."


def refuses_without_profile(learner, reward) -> str:
    with pytest.raises(NotEnoughPoints) as refused:
        request_reward(learner=learner, reward=reward)
    assert not PointEntry.objects.exists()
    assert not Redemption.objects.exists()
    return refused.value.args[0]


def test_a_balance_below_zero_buys_nothing(learner):
    give_points(learner, 50)
    give_points(learner, -80)
    words = refuses(NotEnoughPoints, request_reward, learner=learner, reward=make_reward(cost=10))
    assert "you have 0" in words


def test_points_that_are_held_cannot_be_spent_again(rich):
    request_reward(learner=rich, reward=make_reward(cost=400))
    refuses(NotEnoughPoints, request_reward, learner=rich, reward=make_reward(cost=101))


def test_the_last_one_is_gone(rich):
    reward = make_reward(stock=1)
    make_redemption(reward=reward)
    words = refuses(SoldOut, request_reward, learner=rich, reward=reward)
    assert words == "The last one has just gone. Your points are untouched."


def test_a_page_that_was_opened_before_counts_for_nothing(rich):
    """The row that the caller holds is old; the question is asked of the one in the database."""
    reward = make_reward(stock=1)
    Reward.objects.filter(pk=reward.pk).update(stock=0)
    assert reward.stock == 1
    refuses(SoldOut, request_reward, learner=rich, reward=reward)


def test_no_more_than_the_limit_for_each_person(rich):
    reward = make_reward(per_person=2)
    first = request_reward(learner=rich, reward=reward)
    request_reward(learner=rich, reward=reward)
    words = refuses(LimitReached, request_reward, learner=rich, reward=reward)
    assert "2 times at most" in words
    cancel_redemption(redemption=first, actor=rich)
    request_reward(learner=rich, reward=reward)


def test_what_was_handed_over_counts_towards_the_limit_and_what_was_declined_does_not(rich, staff):
    reward = make_reward(per_person=1)
    decline_redemption(redemption=request_reward(learner=rich, reward=reward), actor=staff, reason="No.")
    had = approve_redemption(redemption=request_reward(learner=rich, reward=reward), actor=staff)
    fulfil_redemption(redemption=had, actor=staff)
    refuses(LimitReached, request_reward, learner=rich, reward=reward)


def test_another_persons_limit_is_their_own(rich):
    reward = make_reward(per_person=1)
    make_redemption(reward=reward)
    assert request_reward(learner=rich, reward=reward).learner == rich


@pytest.mark.parametrize(
    "values",
    [
        {"is_active": False},
        {"starts_on": timedelta(days=1)},
        {"ends_on": timedelta(days=-1)},
    ],
)
def test_what_is_not_on_offer_today(rich, values):
    days = {name: site_day() + value if isinstance(value, timedelta) else value for name, value in values.items()}
    reward = make_reward(**days)
    refuses(NotOnOffer, request_reward, learner=rich, reward=reward)
    assert not rewards_for(rich).filter(pk=reward.pk).exists()


def test_the_first_and_the_last_day_are_days_of_the_offer(rich):
    request_reward(learner=rich, reward=make_reward(starts_on=site_day(), ends_on=site_day()))


def test_only_the_teams_it_is_for_by_todays_membership(rich):
    team, other = make_team("Sales"), make_team("Field")
    reward = make_reward(teams=(team, other))
    refuses(NotOnOffer, request_reward, learner=rich, reward=reward)
    today = site_day()
    membership = TeamMembership.objects.create(
        team=team, user=rich, since=today - timedelta(days=9), until=today - timedelta(days=1)
    )
    refuses(NotOnOffer, request_reward, learner=rich, reward=reward)
    membership.until = today
    membership.save()
    assert request_reward(learner=rich, reward=reward).state == "requested"


def test_a_member_of_both_teams_is_offered_it_once(rich):
    teams = make_team("Sales", members=[rich]), make_team("Field")
    TeamMembership.objects.create(team=teams[1], user=rich, is_primary=False)
    reward = make_reward(teams=teams)
    assert list(rewards_for(rich).filter(pk=reward.pk)) == [reward]


@pytest.mark.parametrize("part", ["points", "rewards"])
def test_nothing_can_be_had_while_the_shop_is_off(rich, part):
    reward = make_reward()
    row = GamificationSettings.load()
    setattr(row, part, False)
    row.save()
    refuses(NotOnOffer, request_reward, learner=rich, reward=reward)


def test_whoever_may_not_sign_in_gets_nothing(rich):
    type(rich).objects.filter(pk=rich.pk).update(is_active=False)
    refuses(NotOnOffer, request_reward, learner=rich, reward=make_reward())


def test_a_price_that_changed_while_the_page_was_open(rich):
    reward = make_reward(cost=120)
    words = refuses(PriceChanged, request_reward, learner=rich, reward=reward, cost=100)
    assert words == "The price has changed to 120 points meanwhile. Nothing was taken: look again."


def test_a_form_sent_twice_asks_once(rich):
    reward, key = make_reward(stock=1), uuid4()
    first = request_reward(learner=rich, reward=reward, key=key)
    before = everything()
    assert request_reward(learner=rich, reward=reward, key=key) == first
    assert everything() == before
    assert (first.uuid, balance_of(rich)) == (key, 400)


def test_a_key_of_somebody_else_is_no_key(rich):
    other = make_redemption()
    redemption = request_reward(learner=rich, reward=make_reward(), key=other.uuid)
    assert redemption.uuid != other.uuid
    assert redemption.learner == rich


# Deciding, handing over, cancelling ---------------------------------------------------


def test_from_the_request_to_the_hand_over(rich, staff):
    reward = make_reward(cost=150, stock=1)
    redemption = request_reward(learner=rich, reward=reward)
    approve_redemption(redemption=redemption, actor=staff)
    assert (state_of(redemption), balance_of(rich)) == ("approved", 350)
    done = fulfil_redemption(redemption=redemption, actor=staff, message=" At the front desk. ")
    assert (done.state, done.message, done.decided_by, done.closed_by) == (
        "fulfilled",
        "At the front desk.",
        staff,
        staff,
    )
    assert lines_of(redemption) == [("held", -150), ("released", 150), ("spent", -150)]
    assert (balance_of(rich), stock_of(reward)) == (350, 0)
    assert purse_of(rich).held == 0


def test_declining_gives_points_and_stock_back(rich, staff):
    reward = make_reward(cost=150, stock=1)
    redemption = request_reward(learner=rich, reward=reward)
    decline_redemption(redemption=redemption, actor=staff, reason="Not this year.")
    assert (state_of(redemption), balance_of(rich), stock_of(reward)) == ("declined", 500, 1)
    assert lines_of(redemption) == [("held", -150), ("released", 150)]
    assert redemption.entries.get(kind="released").reason == "Not this year."


@pytest.mark.parametrize("is_approved", [False, True])
def test_the_learner_cancels_while_it_waits(rich, staff, is_approved):
    reward = make_reward(stock=1)
    redemption = request_reward(learner=rich, reward=reward)
    if is_approved:
        approve_redemption(redemption=redemption, actor=staff)
    cancel_redemption(redemption=redemption, actor=rich)
    assert (state_of(redemption), balance_of(rich), stock_of(reward)) == ("cancelled", 500, 1)


def test_staff_cancel_with_a_reason(rich, staff):
    redemption = approve_redemption(redemption=make_redemption(rich), actor=staff)
    refuses(ReasonMissing, cancel_redemption, redemption=redemption, actor=staff, reason="  ")
    done = cancel_redemption(redemption=redemption, actor=staff, reason="The supplier is gone.")
    assert (done.state, done.message, done.closed_by) == ("cancelled", "The supplier is gone.", staff)


def test_declining_needs_a_reason(rich, staff):
    refuses(ReasonMissing, decline_redemption, redemption=make_redemption(rich), actor=staff, reason=" ")


def test_nothing_is_handed_over_that_nobody_approved(rich, staff):
    refuses(NotApproved, fulfil_redemption, redemption=make_redemption(rich), actor=staff)


def test_nobody_decides_on_their_own(rich):
    redemption = make_redemption(rich)
    refuses(OwnRedemption, approve_redemption, redemption=redemption, actor=rich)
    refuses(OwnRedemption, decline_redemption, redemption=redemption, actor=rich, reason="Why not.")
    refuses(OwnRedemption, fulfil_redemption, redemption=redemption, actor=rich)


def test_cancelled_twice_gives_back_once(rich):
    redemption = make_redemption(rich)
    cancel_redemption(redemption=redemption, actor=rich)
    # The caller's row still says that it waits.
    words = refuses(AlreadySettled, cancel_redemption, redemption=redemption, actor=rich)
    assert words == "This is cancelled already, so nothing was changed."
    assert balance_of(rich) == 600


@pytest.mark.parametrize("end", ["declined", "cancelled", "fulfilled"])
def test_what_is_settled_stays_so(rich, staff, end):
    redemption = make_redemption(rich)
    if end == "declined":
        decline_redemption(redemption=redemption, actor=staff, reason="No.")
    elif end == "cancelled":
        cancel_redemption(redemption=redemption, actor=rich)
    else:
        fulfil_redemption(redemption=approve_redemption(redemption=redemption, actor=staff), actor=staff)
    for step, more in (
        (approve_redemption, {}),
        (decline_redemption, {"reason": "No."}),
        (fulfil_redemption, {}),
        (cancel_redemption, {"reason": "No."}),
    ):
        refuses(AlreadySettled, step, redemption=redemption, actor=staff, **more)


def test_the_ledger_itself_refuses_a_second_line_of_a_kind(rich):
    redemption = make_redemption(rich)
    with pytest.raises(IntegrityError), transaction.atomic():
        PointEntry.objects.create(
            learner=rich, kind="held", points=-1, at=redemption.requested_at, redemption=redemption
        )


def test_a_price_that_changes_afterwards_changes_nothing_for_what_was_asked_for(rich, staff):
    reward = make_reward(cost=150)
    redemption = request_reward(learner=rich, reward=reward)
    Reward.objects.filter(pk=reward.pk).update(cost=400, name="Other name", is_active=False)
    decline_redemption(redemption=redemption, actor=staff, reason="No.")
    assert (balance_of(rich), redemption.reward_name) == (500, reward.name)


def test_steps_of_somebody_who_is_erased_still_add_up(rich, staff):
    reward = make_reward(cost=150, stock=1)
    one, other = request_reward(learner=rich, reward=reward), make_redemption(rich)
    # What erasing a person leaves behind.
    for model in (Redemption, PointEntry):
        model.objects.filter(learner=rich).update(learner=None)
    decline_redemption(redemption=one, actor=staff, reason="Gone.")
    fulfil_redemption(redemption=approve_redemption(redemption=other, actor=staff), actor=staff)
    assert lines_of(one) == [("held", -150), ("released", 150)]
    assert lines_of(other) == [("held", -100), ("released", 100), ("spent", -100)]
    assert stock_of(reward) == 1
    assert sum(PointEntry.objects.values_list("points", flat=True)) == 500


# Beside the rest of the ledger --------------------------------------------------------


def test_settling_and_rebuilding_keep_what_is_held(staff):
    learner = make_completed(course=make_course(modules=1, lessons=3)).learner
    settle_learner(learner_id=learner.pk)
    assert balance_of(learner) == 135
    redemption = request_reward(learner=learner, reward=make_reward(cost=100))
    settle_learner(learner_id=learner.pk)
    assert balance_of(learner) == 35
    rebuild()
    assert balance_of(learner) == 35
    assert lines_of(redemption) == [("held", -100)]


@pytest.mark.parametrize("points_are_on", [True, False])
def test_a_merge_takes_what_is_held_along(staff, django_capture_on_commit_callbacks, points_are_on):
    kept, merged = make_person("Kim Kept"), make_person("Kim Old")
    give_points(kept, 30)
    give_points(merged, 500)
    redemption = request_reward(learner=merged, reward=make_reward(cost=400, stock=1))
    if not points_are_on:
        row = GamificationSettings.load()
        row.points = False
        row.save()
    with django_capture_on_commit_callbacks(execute=True):
        merge_people(kept=kept, merged=merged, actor=staff)
    purse = purse_of(kept)
    assert (purse.balance, purse.held) == (130, 400)
    # The caller's row still names the account that went.
    decline_redemption(redemption=redemption, actor=staff, reason="No.")
    assert balance_of(kept) == 530
    assert set(PointEntry.objects.values_list("learner", flat=True)) == {kept.pk}


def test_points_taken_by_hand_do_not_touch_what_is_held(rich, staff):
    redemption = request_reward(learner=rich, reward=make_reward(cost=400))
    adjust_points(learner=rich, points=-300, reason="A mistake", actor=staff)
    assert balance_of(rich) == -200
    fulfil_redemption(redemption=approve_redemption(redemption=redemption, actor=staff), actor=staff)
    assert balance_of(rich) == -200


# What is told ---------------------------------------------------------------------------


def mails() -> list[tuple[str, str]]:
    return list(OutboxMail.objects.order_by("pk").values_list("to_address", "subject"))


def test_a_mail_at_each_step(rich, staff):
    reward = make_reward("Tree")
    redemption = request_reward(learner=rich, reward=reward)
    approve_redemption(redemption=redemption, actor=staff)
    fulfil_redemption(redemption=redemption, actor=staff, message="Look out of the window.")
    assert mails() == [
        (rich.email, "You asked for “Tree”"),
        (rich.email, "“Tree” is approved"),
        (rich.email, "“Tree” is handed over"),
    ]
    last = OutboxMail.objects.latest("pk")
    assert last.kind == "reward"
    for text in (last.text, last.html):
        assert "Look out of the window." in text
        assert "/rewards/" in text


def test_the_mail_of_a_refusal_says_why_and_that_the_points_are_back(rich, staff):
    decline_redemption(redemption=make_redemption(rich), actor=staff, reason="Not <b>this</b> year.")
    mail = OutboxMail.objects.latest("pk")
    assert "Not <b>this</b> year." in mail.text
    assert "Not &lt;b&gt;this&lt;/b&gt; year." in mail.html
    assert "You have your 100 points back" in mail.text


def test_who_cancels_gets_no_mail_and_whose_is_cancelled_gets_one(rich, staff):
    cancel_redemption(redemption=make_redemption(rich), actor=rich)
    assert [subject for _to, subject in mails()] == [f"You asked for “{Reward.objects.latest('pk').name}”"]
    cancel_redemption(redemption=make_redemption(rich), actor=staff, reason="Sold elsewhere.")
    assert mails()[-1] == (rich.email, f"“{Reward.objects.latest('pk').name}” was cancelled")


def test_the_receipt_of_what_is_promised_at_once_says_so(rich):
    request_reward(learner=rich, reward=make_reward("Coffee", needs_approval=False))
    assert "“Coffee” is promised to you." in OutboxMail.objects.get().text


def test_whoever_may_not_sign_in_gets_no_mail(rich, staff):
    redemption = make_redemption(rich)
    type(rich).objects.filter(pk=rich.pk).update(is_active=False)
    count = OutboxMail.objects.count()
    decline_redemption(redemption=redemption, actor=staff, reason="Gone.")
    assert OutboxMail.objects.count() == count


def test_each_step_is_in_the_log(rich, staff):
    redemption = make_redemption(rich)
    approve_redemption(redemption=redemption, actor=staff)
    cancel_redemption(redemption=redemption, actor=staff, reason="No.")
    entries = registry.get_logs_for_instance(redemption).order_by("pk")
    assert [(entry.action, entry.user) for entry in entries] == [
        ("gamification.request_reward", rich),
        ("gamification.approve_reward", staff),
        ("gamification.cancel_reward", staff),
    ]
    assert {entry.message for entry in entries} == {"Reward asked for", "Reward approved", "Reward cancelled"}


def test_the_history_of_a_redemption_in_words(rich, staff):
    redemption = make_redemption(rich)
    approve_redemption(redemption=redemption, actor=staff)
    redemption = fulfil_redemption(redemption=redemption, actor=staff, message="Here.")
    moments, total = moments_of_redemption(staff, redemption, 50)
    assert total == 3
    assert [moment.words for moment in moments] == [
        "Stella Staff handed it over, 100 points are spent: “Here.”",
        "Stella Staff approved it",
        "Lea Learner asked for it: 100 points are held",
    ]


# Editing a reward ---------------------------------------------------------------------


def test_an_edit_leaves_the_stock_alone_that_was_not_meant(rich):
    reward = make_reward(stock=5)
    edited = Reward.objects.get(pk=reward.pk)
    request_reward(learner=rich, reward=reward)
    edited.description = "New words"
    save_reward(reward=edited, stock_seen=5)
    assert (stock_of(reward), Reward.objects.get(pk=reward.pk).description) == (4, "New words")


def test_a_stock_entered_on_what_was_there_before_is_refused(rich):
    reward = make_reward(stock=5)
    edited = Reward.objects.get(pk=reward.pk)
    request_reward(learner=rich, reward=reward)
    edited.stock, edited.description = 9, "New words"
    refuses(StockChanged, save_reward, reward=edited, stock_seen=5)
    save_reward(reward=edited, stock_seen=4)
    assert stock_of(reward) == 9
