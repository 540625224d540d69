"""Text pasted from a word processor keeps headings, lists and tables, and drops styles."""

import json

import pytest
from django.urls import reverse

from accounts.roles import CONTENT_EDITOR
from lms_pages.models import LessonPage
from tests.factories.accounts import make_person
from tests.factories.lms_pages import make_course

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta name=Generator content="Microsoft Word 15">
<style>p.MsoNormal{color:red}</style></head><body lang=EN-US><!--StartFragment-->
<h1 style='mso-margin-top-alt:auto'><span style='color:#2F5496'>Drills<o:p></o:p></span></h1>
<h2>Before the drill</h2>
<p class=MsoNormal style='color:red'><b>Bold</b> and <i style='mso-bidi-font-style:normal'>slanted</i>
<span style='font-size:18.0pt;color:red'>red</span><o:p></o:p></p>
<p class=MsoListParagraphCxSpFirst style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Symbol'>
<span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]>Doors<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Symbol'>
<span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span></span><![endif]>Stairs<o:p></o:p></p>
<table class=MsoTableGrid border=1 style='border-collapse:collapse'>
<tr><td style='width:1in'><p class=MsoNormal>Floor</p></td><td><p class=MsoNormal>Warden</p></td></tr>
<tr><td><p class=MsoNormal>First</p></td><td><p class=MsoNormal>Amara &amp; Jonas</p></td></tr></table>
<p class=MsoNormal>After the table</p><!--EndFragment--></body></html>"""

DOCS = """<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-1">
<h2 dir="ltr"><span style="font-size:16pt;color:#ff0000">Drills</span></h2>
<p dir="ltr"><span style="font-weight:400">Plain</span></p>
<ul><li dir="ltr" style="list-style-type:disc"><p dir="ltr"><span>Doors</span></p></li></ul>
<ol><li><p><span>Leave</span></p></li></ol>
<div dir="ltr"><table><colgroup><col/><col/></colgroup><tbody><tr><td colspan="2"><p>Wardens</p></td></tr>
<tr><td><p>First</p></td><td><p>Amara</p></td></tr></tbody></table></div></b>"""

PASTE = """(element, html) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", new DOMParser().parseFromString(html, "text/html").body.textContent);
  element.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def editor(page, live_server, sign_in):
    sign_in(make_person("Emil Editor", roles=(CONTENT_EDITOR,)))
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    return page


def new_lesson(page, live_server):
    module = make_course(modules=1, lessons=0).get_children().get()
    page.goto(live_server.url + reverse("wagtailadmin_pages:add", args=["lms_pages", "lessonpage", module.pk]))
    body = page.locator("#panel-child-content-body-section")
    body.locator(".c-sf-add-button").first.click()
    page.get_by_role("option", name="Text").first.click()
    return body


def written(body, name, words):
    """The value of a field once the editor, which waits a moment after each change, has written ``words`` to it."""
    body.page.wait_for_function(
        "([name, words]) => document.getElementsByName(name)[0]?.value.includes(words)", arg=[name, words]
    )
    return json.loads(body.page.locator(f"[name={name}]").input_value())


def text_of(body, number, last_words):
    """Lines of a text block with their kind and whether anything in them is bold."""
    state = written(body, f"body-{number}-value", last_words)
    return [
        (block["type"], block["text"].strip(), any(style["style"] == "BOLD" for style in block["inlineStyleRanges"]))
        for block in state["blocks"]
    ]


def test_word(editor, live_server):
    body = new_lesson(editor, live_server)
    field = body.locator(".public-DraftEditor-content").first
    field.click()
    field.evaluate(PASTE, WORD)
    body.get_by_text("After the table").wait_for()

    assert text_of(body, 0, "Stairs") == [
        ("header-three", "Drills", False),
        ("header-four", "Before the drill", False),
        ("unstyled", "Bold and slanted red", True),
        ("unordered-list-item", "Doors", False),
        ("unordered-list-item", "Stairs", False),
    ]
    table = written(body, "body-1-value", "Jonas")
    assert (table["data"], table["table_header_choice"]) == ([["Floor", "Warden"], ["First", "Amara & Jonas"]], "row")
    assert text_of(body, 2, "After the table") == [("unstyled", "After the table", False)]
    assert [body.locator(f"input[name=body-{number}-type]").input_value() for number in range(3)] == [
        "text",
        "table",
        "text",
    ]
    assert editor.errors == []


def test_documents_whose_wrapper_only_looks_bold(editor, live_server):
    body = new_lesson(editor, live_server)
    field = body.locator(".public-DraftEditor-content").first
    field.click()
    field.evaluate(PASTE, DOCS)
    body.locator("input[name=body-1-value]").wait_for(state="attached")

    assert text_of(body, 0, "Leave") == [
        ("header-three", "Drills", False),
        ("unstyled", "Plain", False),
        ("unordered-list-item", "Doors", False),
        ("ordered-list-item", "Leave", False),
    ]
    assert written(body, "body-1-value", "Amara")["data"] == [["Wardens", ""], ["First", "Amara"]]
    assert editor.errors == []


def test_where_no_table_can_stand_its_rows_become_lines(editor, live_server):
    kind = reverse("wagtailsnippets_questions_question:add") + "?kind=poll"
    editor.goto(live_server.url + kind)
    field = editor.locator(
        "#panel-child-stem-section .public-DraftEditor-content, [name=stem] ~ * .public-DraftEditor-content"
    ).first
    field.click()
    field.evaluate(
        PASTE, "<table><tr><td>Floor</td><td>Warden</td></tr><tr><td>First</td><td>A &lt; B</td></tr></table>"
    )
    editor.get_by_text("First | A < B").wait_for()
    state = written(field, "stem", "First")
    assert [block["text"] for block in state["blocks"]] == ["Floor | Warden", "First | A < B"]
    assert editor.errors == []


def test_what_was_pasted_is_saved_as_clean_blocks(editor, live_server):
    body = new_lesson(editor, live_server)
    editor.locator("input[name=title]").fill("Pasted lesson")
    field = body.locator(".public-DraftEditor-content").first
    field.click()
    field.evaluate(PASTE, WORD)
    written(body, "body-2-value", "After the table")
    editor.get_by_role("button", name="More actions").click()
    with editor.expect_response(lambda response: response.request.method == "POST" and response.status in (200, 302)):
        editor.get_by_role("button", name="Save draft").click()
    saved = LessonPage.objects.get(title="Pasted lesson").get_latest_revision_as_object()
    first, table, last = saved.body
    html = str(first.value)
    for piece in ("<h3", "Drills", "<h4", "<b>Bold</b>", "<i>slanted</i>", "<li"):
        assert piece in html
    for piece in ("style=", "Mso", "color", "<span"):
        assert piece not in html
    assert table.value["first_row_is_table_header"] is True
    assert "After the table" in str(last.value)
