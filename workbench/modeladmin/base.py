"""The one base of our ModelAdmin screens: rows in scope, 404 outside it, POST for changes, no unsafe exports."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field, quote, unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.widgets.button import HeaderButton
from wagtail_modeladmin.helpers import ButtonHelper, PermissionHelper
from wagtail_modeladmin.options import ModelAdmin
from wagtail_modeladmin.views import CreateView, DeleteView, EditView, IndexView, InspectView

from workbench.furniture import Crumb, furniture
from workbench.imports.resource import RecordResource
from workbench.modeladmin import transfer
from workbench.modeladmin.bulk import BulkAction, added, bulk_view
from workbench.permissions import VisibleTo
from workbench.records import Related, related_to, timeline_of

# Every record screen of the site, in the order of registration: what the permission table is made from.
registered: list["ScopedModelAdmin"] = []

# What Django's field filters put behind a field's name.
LOOKUPS = ("__exact", "__id__exact", "__uuid__exact", "__isnull", "__gte", "__lt", "__lte", "__in")


class Furniture:
    """What Wagtail's own screens have around them: the way back, a title, buttons beside it."""

    def breadcrumbs(self) -> list[dict[str, Any]]:
        return [{"url": self.index_url, "label": self.model_admin.get_menu_label()}, {"url": "", "label": self.name()}]

    def name(self) -> str:
        return str(getattr(self, "instance", None) or self.get_meta_title())

    def header_buttons(self) -> list:
        return []

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        home = {"url": reverse("wagtailadmin_home"), "label": _("Home")}
        return {
            **context,
            "breadcrumbs_items": [home, *self.breadcrumbs()],
            "header_title": self.name(),
            "header_icon": self.header_icon,
            "header_buttons": self.header_buttons(),
        }


class ScopedIndexView(Furniture, IndexView):
    """A listing that filters by its declared filters only.

    ModelAdmin hands every query parameter to the ORM, which would let a viewer ask
    about columns and relations the screen does not show.
    """

    # False where only the rows are wanted: for what is done with all of them.
    is_shown = True

    def breadcrumbs(self):
        return [{"url": "", "label": self.name()}]

    def name(self):
        return str(self.get_page_title())

    def http_method_not_allowed(self, request, *args, **kwargs):
        return super().http_method_not_allowed(request, *args, **kwargs) if self.is_shown else HttpResponse()

    def get(self, request, *args, **kwargs):
        return super().get(request, *args, **kwargs) if self.is_shown else HttpResponse()

    def allowed_parameters(self) -> set[str]:
        names = set()
        for entry in self.list_filter:
            if isinstance(entry, type):
                names.add(entry.parameter_name)
            else:
                field = entry[0] if isinstance(entry, tuple | list) else entry
                names |= {field + lookup for lookup in LOOKUPS}
        return names

    def get_filters_params(self, params=None):
        allowed = self.allowed_parameters()
        return {key: value for key, value in super().get_filters_params(params).items() if key in allowed}

    def dispatch(self, request, *args, **kwargs):
        try:
            return super().dispatch(request, *args, **kwargs)
        except IncorrectLookupParameters:
            return redirect(self.index_url)

    def get_page_title(self):
        return self.model_admin.get_menu_label()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "bulk_actions": [
                (action, self.url_helper.get_action_url("bulk", action.name) + self.get_query_string())
                for action in self.model_admin.bulk_actions_for(self.request.user)
            ],
            "totals": self.model_admin.totals(self.queryset) if context["result_count"] else [],
        }

    def header_buttons(self):
        buttons = transfer.header_buttons(self.model_admin, self.request)
        if self.permission_helper.user_can_create(self.request.user):
            buttons.insert(0, HeaderButton(self.model_admin.get_add_label(), url=self.create_url, icon_name="plus"))
        return buttons


class ScopedCreateView(Furniture, CreateView):
    def get_meta_title(self):
        return self.model_admin.get_add_label()


class ScopedEditView(Furniture, EditView):
    pass


class ScopedDeleteView(Furniture, DeleteView):
    pass


class ScopedInspectView(Furniture, InspectView):
    """A record in words: its facts, what hangs on it, what happened to it, and what may be done."""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        viewer, row, admin = self.request.user, self.instance, self.model_admin
        facts = admin.facts(row)
        if facts is not None:
            context["fields"] = [{"label": label, "value": value} for label, value in facts]
        context["related"] = [*admin.related(viewer, row), *related_to(viewer, row)]
        context["timeline"] = timeline_of(viewer, row)
        context["buttons"] = self.button_helper.get_buttons_for_obj(row, exclude=["inspect"])
        return context


class ScopedPermissionHelper(PermissionHelper):
    """Model permissions as Django keeps them; ``never`` names actions nobody may do here."""

    never: ClassVar[frozenset[str]] = frozenset()

    def user_can_list(self, user):
        return any(self.may(user, action) for action in ("view", "add", "change", "delete"))

    def may(self, user: Any, action: str) -> bool:
        return action not in self.never and self.user_has_specific_permission(user, self.get_perm_codename(action))

    def user_can_create(self, user):
        return self.may(user, "add")

    def user_can_inspect_obj(self, user, obj):
        return self.inspect_view_enabled and self.user_can_list(user)

    def user_can_edit_obj(self, user, obj):
        return self.may(user, "change")

    def user_can_delete_obj(self, user, obj):
        return self.may(user, "delete")


class RowButtonHelper(ButtonHelper):
    """Row buttons, on the list and (``exclude=["inspect"]``) on the record's own page: a POST for those that change something, ``prominent`` for those that wait for somebody."""

    edit_label: ClassVar[Any] = gettext_lazy("Edit")

    def get_buttons_for_obj(self, obj, exclude=(), **kwargs):
        user, may, address = self.request.user, self.permission_helper, self.url_helper.get_action_url
        buttons = []
        if "inspect" not in exclude and may.user_can_inspect_obj(user, obj):
            buttons.append(self.link(_("Details"), address("inspect", quote(obj.pk))))
        if may.user_can_edit_obj(user, obj):
            buttons.append(self.link(self.edit_label, address("edit", quote(obj.pk))))
        buttons += self.actions(obj)
        if may.user_can_delete_obj(user, obj):
            buttons.append(self.link(_("Delete"), address("delete", quote(obj.pk))))
        return buttons

    def actions(self, obj) -> list[dict[str, Any]]:
        """What else may be done with this row, as `link` and `post` buttons."""
        return []

    def get_primary_button(self, obj):
        """The first column leads to the record's page, or where there is none to its form."""
        user, may, address = self.request.user, self.permission_helper, self.url_helper.get_action_url
        if may.user_can_inspect_obj(user, obj):
            return self.link(_("Details"), address("inspect", quote(obj.pk)))
        if may.user_can_edit_obj(user, obj):
            return self.link(self.edit_label, address("edit", quote(obj.pk)))
        return None

    def link(self, label: str, url: str, *, prominent: bool = False) -> dict[str, Any]:
        return {
            "label": label,
            "title": label,
            "url": url,
            "prominent": prominent,
            "classname": "button button-small button-secondary",
        }

    def post(self, label: str, url: str, *, prominent: bool = False) -> dict[str, Any]:
        return {**self.link(label, url, prominent=prominent), "method": "post"}


class ScopedModelAdmin(ModelAdmin):
    """Set ``model``, ``visible_to`` (the app's own) and the submenu's hook; the rest is ModelAdmin's.

    Rows outside the viewer's scope are a 404, not a refusal that tells they exist. ModelAdmin's
    own spreadsheet export, which would not escape formulas, stays off: ``resource_class`` is ours. The reference index is left alone:
    these are records, not content, and indexing would cost queries on every save.
    """

    visible_to: ClassVar[VisibleTo]
    menu_hook: ClassVar[str] = ""
    add_to_admin_menu = False
    list_per_page = 50
    list_export = ()
    permission_helper_class = ScopedPermissionHelper
    button_helper_class = RowButtonHelper
    index_view_class = ScopedIndexView
    create_view_class = ScopedCreateView
    edit_view_class = ScopedEditView
    delete_view_class = ScopedDeleteView
    inspect_view_class = ScopedInspectView
    # What an empty listing says: what would stand here and how it comes to be.
    empty_text: ClassVar[str] = ""
    bulk_actions: ClassVar[tuple[type[BulkAction], ...]] = ()
    # Whether a narrow screen shows each row as a card, its columns below one another, instead of a table to push sideways.
    stacks: ClassVar[bool] = False
    # How these records are imported and exported; None where they are not.
    resource_class: ClassVar[type[RecordResource] | None] = None
    # Other files about the same records.
    also_resources: ClassVar[tuple[type[RecordResource], ...]] = ()

    def furniture(self, title: Any, *above: Crumb, last: Any = None, back: str = "") -> dict[str, Any]:
        """What stands around a page of these records that ModelAdmin has no view for; ``back`` is the list it came from."""
        index = back or self.url_helper.index_url
        around = furniture(title, self.get_menu_icon(), (index, self.get_menu_label()), *above, last=last)
        return {**around, "index_url": index}

    def get_queryset(self, request):
        return type(self).visible_to(request.user, super().get_queryset(request))

    def get_add_label(self):
        return capfirst(_("Add %(object)s") % {"object": self.opts.verbose_name})

    def get_menu_label(self):
        return self.menu_label or self.opts.verbose_name_plural.capitalize()

    def get_extra_attrs_for_field_col(self, obj, field_name):
        return {"data-label": capfirst(label_for_field(field_name, self.model, self))} if self.stacks else {}

    # What a list or record says -----------------------------------------------------

    def totals(self, queryset) -> list[tuple[Any, Any]]:
        """Labels and values for the foot of the list, over all rows that match: one aggregate query."""
        return []

    def facts(self, row) -> list[tuple[Any, Any]] | None:
        """What the record's page says, label by label; None for ModelAdmin's list of fields."""
        return None

    def related(self, viewer, row) -> Iterable[Related]:
        """Links from the record to its own neighbors; upper apps add theirs through `workbench.records.related`."""
        return ()

    def bulk_actions_for(self, user) -> list[BulkAction]:
        kinds = (*self.bulk_actions, *added.get(self.model, ()))
        return [action for action in (kind(self) for kind in kinds) if action.may(user)]

    def matching_rows(self, request) -> QuerySet:
        """The rows of the list as ``request``'s query string filters, searches and sorts it, all pages of them.

        PermissionDenied for viewers without the list; no rows for a query string that cannot be.
        """
        view = self.index_view_class(model_admin=self)
        view.is_shown = False
        view.setup(request)
        view.dispatch(request)
        return view.queryset if hasattr(view, "queryset") else self.model._default_manager.none()

    def object_in_scope(self, request, instance_pk: str) -> Any:
        """The row this viewer may see; Http404 for any other, and for what is no key at all."""
        if not self.permission_helper.user_can_list(request.user):
            raise PermissionDenied
        try:
            found = self.get_queryset(request).filter(pk=unquote(instance_pk)).first()
        except (ValueError, TypeError):
            found = None
        if found is None:
            raise Http404("No such row for this viewer.")
        return found

    def edit_view(self, request, instance_pk):
        self.object_in_scope(request, instance_pk)
        return super().edit_view(request, instance_pk)

    def delete_view(self, request, instance_pk):
        self.object_in_scope(request, instance_pk)
        return super().delete_view(request, instance_pk)

    def inspect_view(self, request, instance_pk):
        self.object_in_scope(request, instance_pk)
        return super().inspect_view(request, instance_pk)

    def history_view(self, request, instance_pk):
        found = self.object_in_scope(request, instance_pk)
        if not self.permission_helper.user_can_edit_obj(request.user, found):
            raise PermissionDenied
        return super().history_view(request, instance_pk)

    def bulk_view(self, request, name):
        return bulk_view(self, request, name)

    def get_admin_urls_for_registration(self):
        urls = super().get_admin_urls_for_registration()
        if self.bulk_actions or self.model in added:
            address = f"{self.url_helper.base_url_path}/bulk/<slug:name>/"
            urls = (*urls, path(address, self.bulk_view, name=self.url_helper.get_action_url_name("bulk")))
        if self.resource_class is not None:
            # Before the record pages, whose addresses take any word.
            urls = (*transfer.urls_of(self), *urls)
        return urls

    def register_with_wagtail(self):
        super().register_with_wagtail()
        registered.append(self)
        if self.menu_hook:
            hooks.register(self.menu_hook, self.get_menu_item)

    def register_indexing(self):
        """Nothing: see the class."""
