"""Topics and skills in the admin. Images, documents and media have screens of their own."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, TitleFieldPanel
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.slug import SlugInput

from library.models import Skill, Topic


class NameViewSet(ModelViewSet):
    """A list of names, each with the part of an address made from it."""

    menu_hook = "register_courses_menu_item"
    copy_view_enabled = False
    list_display = ["name", "slug"]
    list_per_page = 50
    panels = [
        TitleFieldPanel("name", targets=["slug"], placeholder=False),
        FieldPanel("slug", widget=SlugInput, help_text=_("Used in addresses of filtered lists.")),
    ]


class TopicViewSet(NameViewSet):
    model = Topic
    icon = "tag"
    menu_label = _("Topics")
    menu_order = 500


class SkillViewSet(NameViewSet):
    model = Skill
    icon = "pick"
    menu_label = _("Skills")
    menu_order = 600


@hooks.register("register_admin_viewset")
def register_names():
    return [TopicViewSet("topics", url_prefix="library/topics"), SkillViewSet("skills", url_prefix="library/skills")]
