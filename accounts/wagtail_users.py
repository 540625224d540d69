"""Wagtail's app of users and groups, with our screens: there is one list of people, and it is People."""

from wagtail.users.apps import WagtailUsersAppConfig


class ClosedUsersConfig(WagtailUsersAppConfig):
    user_viewset = "accounts.viewsets.ClosedUserViewSet"
    group_viewset = "accounts.viewsets.RoleViewSet"
