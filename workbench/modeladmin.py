"""The one base of our ModelAdmin screens: rows in scope, 404 outside it, POST for changes, no unsafe exports."""

from typing import Any, ClassVar

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail import hooks
from wagtail.admin.widgets.button import HeaderButton
from wagtail_modeladmin.helpers import ButtonHelper, PermissionHelper
from wagtail_modeladmin.options import ModelAdmin
from wagtail_modeladmin.views import CreateView, DeleteView, EditView, IndexView, InspectView

from workbench.permissions import VisibleTo

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

    def breadcrumbs(self):
        return [{"url": "", "label": self.name()}]

    def name(self):
        return str(self.get_page_title())

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

    def header_buttons(self):
        if not self.permission_helper.user_can_create(self.request.user):
            return []
        return [HeaderButton(self.model_admin.get_add_label(), url=self.create_url, icon_name="plus")]


class ScopedCreateView(Furniture, CreateView):
    def get_meta_title(self):
        return self.model_admin.get_add_label()


class ScopedEditView(Furniture, EditView):
    pass


class ScopedDeleteView(Furniture, DeleteView):
    pass


class ScopedInspectView(Furniture, InspectView):
    pass


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
    """Row buttons: a POST for those that change something, ``prominent`` for those that wait for somebody."""

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

    Rows outside the viewer's scope are a 404, not a refusal that tells they exist. There is
    no spreadsheet export, which would not escape formulas. The reference index is left alone:
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

    def get_queryset(self, request):
        return type(self).visible_to(request.user, super().get_queryset(request))

    def get_add_label(self):
        return capfirst(_("Add %(object)s") % {"object": self.opts.verbose_name})

    def get_menu_label(self):
        return self.menu_label or self.opts.verbose_name_plural.capitalize()

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

    def register_with_wagtail(self):
        super().register_with_wagtail()
        if self.menu_hook:
            hooks.register(self.menu_hook, self.get_menu_item)

    def register_indexing(self):
        """Nothing: see the class."""
