"""Wagtail's screens of users and groups, as far as they stay."""

from django.contrib.auth.models import Group
from django.db.models import Count
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import InspectView
from wagtail.users.views.groups import GroupViewSet
from wagtail.users.views.groups import IndexView as GroupIndexView
from wagtail.users.views.users import UserViewSet

from accounts.roles import ROLES

ROLE_LABELS = {role.name: role.label for role in ROLES}


def role_label(group: Group) -> str:
    return str(ROLE_LABELS.get(group.name, group.name))


class ClosedUserViewSet(UserViewSet):
    """Every address leads to People, which knows roles, teams and who may see whom."""

    add_to_settings_menu = False

    def get_urlpatterns(self):
        names = ["index", "index_results", "add"]
        of_one = ["edit", "delete", "history", "history_results", "usage"]
        return [
            *(path(f"{name}/" if name != "index" else "", self.to_people, name=name) for name in names),
            *(path(f"{name}/<int:pk>/", self.to_people, name=name) for name in of_one),
        ]

    def to_people(self, request, **kwargs):
        return redirect("accounts_user_modeladmin_index")

    def register_search_area(self):
        """Nothing to search here."""

    def register_admin_url_finder(self):
        """People's own finder answers."""


class RoleIndexView(GroupIndexView):
    page_title = gettext_lazy("Roles")
    columns = [
        TitleColumn("name", label=gettext_lazy("Role"), accessor=role_label, url_name="wagtailusers_groups:inspect"),
        Column("people", label=gettext_lazy("People"), accessor="people", width="15%"),
    ]

    def get_base_queryset(self):
        return Group.objects.annotate(people=Count("user")).order_by("pk")


class RoleInspectView(InspectView):
    def get_page_subtitle(self):
        return role_label(self.object)

    def get_fields_context(self):
        """The rights of a role in words, by what they are about."""
        rights: dict[str, list[str]] = {}
        for permission in self.object.permissions.select_related("content_type"):
            about = permission.content_type.name.capitalize()
            rights.setdefault(about, []).append(permission.name.removeprefix("Can "))
        rows = [{"label": about, "value": ", ".join(names)} for about, names in sorted(rights.items())]
        pages = [_(row.permission.name) for row in self.object.page_permissions.select_related("permission")]
        if pages:
            rows.insert(0, {"label": _("Pages"), "value": ", ".join(pages)})
        return rows


class RoleViewSet(GroupViewSet):
    """The groups behind the roles, to read. What a role may do stands in the code and follows each update."""

    menu_label = gettext_lazy("Roles")
    inspect_view_enabled = True
    index_view_class = RoleIndexView
    inspect_view_class = RoleInspectView
