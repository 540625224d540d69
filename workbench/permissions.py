"""Wagtail's permission policies, narrowed to the rows a viewer may see."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model, QuerySet
from wagtail.permission_policies import ModelPermissionPolicy

VisibleTo = Callable[[Any, QuerySet], QuerySet]


class ScopedPermissionPolicy(ModelPermissionPolicy):
    """Django's model permissions, for the rows that an app's `visible_to` leaves.

    ``never`` names actions that nobody may do, whatever their role says.
    """

    def __init__(self, model: type[Model], visible_to: VisibleTo, never: tuple[str, ...] = ()):
        super().__init__(model)
        self.visible_to = visible_to
        self.never = never

    def user_has_permission(self, user, action):
        return action not in self.never and super().user_has_permission(user, action)

    def users_with_any_permission(self, actions):
        return super().users_with_any_permission([action for action in actions if action not in self.never])

    def user_has_permission_for_instance(self, user, action, instance):
        return self.user_has_permission(user, action) and (
            self.visible_to(user, self.model._default_manager.filter(pk=instance.pk)).exists()
        )

    def instances_user_has_any_permission_for(self, user, actions):
        return self.visible_to(user, super().instances_user_has_any_permission_for(user, actions))
