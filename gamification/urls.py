"""Addresses of profiles and points, badges, leaderboards and rewards."""

from django.urls import path

from gamification.views import badges, boards, people, rewards

app_name = "gamification"
urlpatterns = [
    # Profiles and points
    path("people/me/", people.own_person_view, name="me"),
    path("people/<uuid:uuid>/", people.person_view, name="person"),
    path("points/", people.ledger_view, name="ledger"),
    # Rewards
    path("rewards/", rewards.rewards_page, name="rewards"),
    path("rewards/<uuid:uuid>/", rewards.reward_page, name="reward"),
    path("rewards/asked/<uuid:uuid>/cancel/", rewards.cancel_view, name="cancel_redemption"),
    # Leaderboards
    path("leaderboard/", boards.leaderboard, name="leaderboard"),
    path("leaderboard/me/", boards.presence, name="leaderboard_presence"),
    # Badges
    path("badges/<uuid:uuid>/", badges.badge_page, name="badge"),
]
