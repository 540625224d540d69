"""Every block of a lesson is complete: icon, template, preview, description, help."""

import pytest
from django.template.loader import get_template
from django.urls import reverse
from django.utils.html import strip_tags
from wagtail import blocks
from wagtail.admin.icons import get_icons

from accounts.roles import CONTENT_EDITOR
from lms_pages.blocks import lesson_blocks
from lms_pages.models import LessonPage
from tests.factories.accounts import make_person
from tests.factories.lms_pages import lessons_of, make_course

NAMES = [name for name, _block in lesson_blocks()]


def block_of(name):
    return LessonPage._meta.get_field("body").stream_block.child_blocks[name]


def help_of(block) -> str:
    return str(block.field.help_text if isinstance(block, blocks.FieldBlock) else block.meta.help_text or "")


@pytest.mark.parametrize("name", NAMES)
def test_each_block_has_what_an_editor_needs(name):
    block = block_of(name)
    assert f'id="icon-{block.meta.icon}"' in get_icons()
    assert get_template(block.meta.template)
    assert block.is_previewable
    assert block.get_preview_value()
    assert len(str(block.get_description())) > 20
    assert len(help_of(block)) > 20
    assert str(block.label)
    assert str(block.meta.group)


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_each_blocks_preview_is_drawn(client, name):
    client.force_login(make_person(roles=(CONTENT_EDITOR,)))
    response = client.get(reverse("wagtailadmin_block_preview"), {"id": block_of(name).definition_prefix})
    assert response.status_code == 200
    text = response.content.decode()
    drawn = strip_tags(text.split("</h1>", 1)[1]).strip()
    assert len(drawn) > 20


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_an_empty_block_survives_drawing(name, rf, anonymous):
    """Draft saves skip required fields."""
    block = block_of(name)
    request = rf.get("/")
    request.user, request.is_preview, request.preview_mode = anonymous, True, "enrolled"
    page = lessons_of(make_course(modules=1, lessons=1))[0]
    empty = block.to_python({}) if isinstance(block, blocks.StructBlock) else block.to_python(None)
    assert isinstance(str(block.render(empty, {"page": page, "self": page, "request": request})), str)
