"""A course of three pictures, a PDF and a film arrives whole, with every link right."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from library.models import Document, Image, Media
from lms_pages.models import CatalogPage, CoursePage, LessonPage, ModulePage
from lms_pages.selectors import course_outline
from lms_pages.services import import_course
from questions.models import Question
from tests.factories.accounts import make_person
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import publish
from tests.factories.olx import SPLIT, as_folder, as_tar, as_zip, course_of, png, vertical, whole_course
from tests.lms_pages.importers.conftest import body, everything, kinds, lesson

pytestmark = pytest.mark.django_db


def run(*args) -> str:
    out = StringIO()
    call_command("import_course", *args, stdout=out)
    return out.getvalue()


def test_report_says_what_arrived_and_what_did_not(importing):
    report = importing(whole_course()).as_dict()
    assert {key: report[key] for key in ("format", "title", "course_id", "modules", "sections", "lessons")} == {
        "format": "olx",
        "title": "Safe doors",
        "course_id": "course-v1:Org+Num+run",
        "modules": 2,
        "sections": 3,
        "lessons": 4,
    }
    assert report["questions"] == 5 + 1 + 2 + 1
    assert report["media"] == 5
    assert report["blocks"] == {
        "drag-and-drop-v2": {"found": 1, "imported": 0},
        "html": {"found": 4, "imported": 4},
        "poll": {"found": 2, "imported": 2},
        "problem": {"found": 2, "imported": 1},
        "split_test": {"found": 1, "imported": 1},
        "survey": {"found": 1, "imported": 1},
        "video": {"found": 2, "imported": 2},
    }
    assert [(entry["type"], entry["name"], entry["place"]) for entry in report["skipped"]] == [
        ("problem", "Script", "First › Part A › Test"),
        ("drag-and-drop-v2", "Sort the doors", "Second › Part C › The end"),
    ]
    assert [(entry["type"], entry["name"]) for entry in report["drafts"]] == [("vertical", "Not yet")]


def test_per_type_found_is_imported_plus_skipped(importing):
    report = importing(whole_course()).as_dict()
    for kind, count in report["blocks"].items():
        skipped = sum(entry["type"] == kind for entry in report["skipped"])
        assert count["found"] == count["imported"] + skipped, kind


def test_course_page_says_what_the_export_says(importing):
    importing(whole_course())
    course = CoursePage.objects.get(origin="olx")
    assert course.live
    assert course.live_revision is not None
    assert (course.title, course.summary) == ("Safe doors", "Everything about doors.")
    assert course.about == "<h3>About</h3><p>How <b>doors</b> work.</p>"
    assert course.cover.title == "logo.svg"
    assert [item.value for item in course.outcomes] == ["Open doors"]
    assert course.pass_mark == Decimal("0.6")
    assert list(course.grading_categories.values_list("name", "short_label", "weight", "expected", "drop_lowest")) == [
        ("Test", "T", Decimal("0.4"), 2, 1),
        ("Exam", "", Decimal("0.6"), 1, 0),
    ]


def test_modules_sections_and_lessons_stand_in_order(importing):
    importing(whole_course())
    course = CoursePage.objects.get(origin="olx")
    outline = course_outline(course)
    assert [(module.title, module.summary) for module in outline.modules] == [("First", "Look · Touch"), ("Second", "")]
    assert [(entry.title, entry.section) for entry in outline.lessons] == [
        ("Doors", "Part A"),
        ("Test", "Part A"),
        ("Opinions", "Part B"),
        ("The end", "Part C"),
    ]
    assert lesson("Doors").section_key == "block-v1:Org+Num+run+type@sequential+block@a"
    assert {entry.completion_rule for entry in outline.lessons} == {"button"}


def test_graded_work_names_its_category(importing):
    tree = whole_course()
    importing(tree)
    names = {page.title: page.grading_category for page in LessonPage.objects.all()}
    assert names == {"Doors": "Test", "Test": "Test", "Opinions": "", "The end": ""}


def test_an_update_keeps_how_items_add_up(importing):
    tree = whole_course()
    importing(tree)
    course = CoursePage.objects.get(origin="olx")
    course.grading_categories.filter(name="Test").update(aggregation="median", empty_counts_zero=False)
    policy = tree["policies/run/grading_policy.json"].replace("0.4", "0.3").replace("0.6", "0.7")
    importing(tree | {"policies/run/grading_policy.json": policy}, update=True)
    assert list(course.grading_categories.values_list("name", "weight", "aggregation", "empty_counts_zero")) == [
        ("Test", Decimal("0.3"), "median", False),
        ("Exam", Decimal("0.7"), "mean", True),
    ]


def test_text_becomes_blocks_in_the_order_of_the_page(importing):
    importing(whole_course())
    assert kinds("Doors") == [
        "heading", "text", "image", "text", "image", "text", "code", "table", "embed", "text", "video",
    ]  # fmt: skip
    values = [block["value"] for block in body("Doors")]
    red, blue = (
        Image.objects.get(origin_key__endswith="one/door.png"),
        Image.objects.get(origin_key__endswith="two/door.png"),
    )
    assert values[0] == "Two doors"
    assert values[1] == "<p>The red one</p>"
    assert values[2] == {"image": red.pk, "alt": "A red door", "decorative": False, "caption": ""}
    assert values[3] == "<p>and the blue one.</p><ul><li>First</li><li>Second</li></ul>"
    assert values[4] == {"image": blue.pk, "alt": "", "decorative": True, "caption": ""}
    assert values[6] == {"language": "python", "code": "open(door)", "caption": ""}
    assert values[7]["data"] == [["Door", "Color"], ["One", "red"]]
    assert values[7]["first_row_is_table_header"] is True
    assert values[8] == {"url": "https://www.youtube.com/embed/abc", "title": "Doors, filmed", "transcript": ""}
    assert values[9] == '<p><a href="https://tools.example.com/x">A tool (on tools.example.com)</a></p>'


def test_links_lead_to_documents_and_pages(importing):
    importing(whole_course())
    document = Document.objects.get()
    assert body("Doors")[5]["value"] == (
        f'<p>Read the <a linktype="document" id="{document.pk}">handbook</a>, go to '
        f'<a linktype="page" id="{lesson("The end").pk}">the end</a>, to '
        f'<a linktype="page" id="{lesson("Test").pk}">the test</a> or <a href="https://example.com/x">elsewhere</a>.</p>'
    )


def test_one_name_twice_arrives_as_two_pictures(importing):
    importing(whole_course())
    red, blue = (
        Image.objects.get(origin_key__endswith="one/door.png"),
        Image.objects.get(origin_key__endswith="two/door.png"),
    )
    assert red.file.name != blue.file.name
    assert red.file.open().read() == png("red")
    assert blue.file.open().read() == png("blue")
    assert (red.width, red.height) == (8, 6)


def test_film_has_captions_and_transcript(importing):
    importing(whole_course())
    film = Media.objects.get()
    assert film.type == "video"
    assert body("Doors")[-1]["value"] == {"title": "The film", "media": film.pk}
    assert film.captions.open().read().decode() == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nStand clear of the doors.\n\n"
        "00:00:03.000 --> 00:00:04.000\nThank you.\n"
    )
    assert film.transcript == "Stand clear of the doors. Thank you."


def test_drawings_lose_their_scripts(importing):
    importing(whole_course())
    drawing = Image.objects.get(title="logo.svg").file.open().read()
    assert b"rect" in drawing
    assert b"script" not in drawing
    assert b"onload" not in drawing


def test_one_problem_becomes_one_check_with_a_question_for_each_input(importing):
    importing(whole_course())
    check, placeholder = body("Test")
    assert check["value"]["title"] == "All kinds"
    questions = [Question.objects.get(pk=item["value"]) for item in check["value"]["questions"]]
    assert [question.type for question in questions] == [
        "single_choice", "multiple_answers", "single_choice", "numerical", "short_text",
    ]  # fmt: skip
    assert all(question.live and question.live_revision_id for question in questions)
    assert questions[0].stem == "<p>About doors.</p><p>Which door is red?</p>"
    assert questions[2].stem == "<p>Now choose.</p>"
    assert questions[0].feedback == "<p>Look at it.</p>"
    options = [dict(option) for option in questions[0].value["options"]]
    assert [(str(o["text"].source), o["is_right"], o["feedback"].source) for o in options] == [
        ("<p>One</p>", True, "<p>Yes, it is.</p>"),
        ("<p>Two</p>", False, "<p>That one is blue.</p>"),
    ]
    (number,) = questions[3].value["accepted"]
    assert (number["number"], number["tolerance"]) == (10, Decimal("0.5"))
    assert questions[3].value["unit"] == "cm"
    assert [entry["text"] for entry in questions[4].value["accepted"]] == ["hinge", "the hinge"]
    assert questions[4].feedback == "<p>Hint: It creaks.</p>"
    assert placeholder["value"] == {
        "kind": "problem",
        "name": "Script",
        "reason": "It needs a script (customresponse), and Lectern runs no scripts of courses.",
    }


def test_polls_and_surveys_become_polls(importing):
    importing(whole_course())
    poll, survey, *_rest = body("Opinions")
    question = Question.objects.get(pk=poll["value"]["questions"][0]["value"])
    assert (question.type, question.stem, question.feedback) == (
        "poll",
        "<p>How do <b>doors</b> feel?</p>",
        "<p>Thank you.</p>",
    )
    assert [option["text"].source for option in question.value["options"]] == ["<p>😍</p>", "<p>Fine</p>"]
    rows = [Question.objects.get(pk=item["value"]) for item in survey["value"]["questions"]]
    assert [(row.title, row.stem) for row in rows] == [("Doors: Heavy", "<p>Heavy</p>"), ("Doors: Loud", "<p>Loud</p>")]


def test_learners_see_the_first_group_of_a_split_only(importing):
    importing(whole_course())
    *_rest, shown, variant = body("Opinions")
    assert shown["value"] == "<p>Text for group A.</p>"
    assert variant["type"] == "variant"
    assert variant["value"]["name"] == "Trial: Group B"
    assert [block["type"] for block in variant["value"]["content"]] == ["text", "knowledge_check"]
    # Only what stands outside of variants is asked.
    assert variant["value"]["content"][1]["id"] not in lesson("Opinions").knowledge_checks


def test_groups_are_named_after_the_partition(importing):
    tree = course_of(
        vertical(
            "One",
            SPLIT.replace(
                "<split_test ",
                '<split_test group_id_to_child="{&quot;1&quot;: &quot;i4x://Org/Num/vertical/g1&quot;, &quot;2&quot;: &quot;block-v1:Org+Num+run+type@vertical+block@g2&quot;}" ',
            ),
        )
    )
    tree["course/run.xml"] = (
        '<course user_partitions="[{&quot;id&quot;: 7, &quot;groups&quot;: [{&quot;id&quot;: 1, &quot;name&quot;: &quot;Even&quot;},'
        '{&quot;id&quot;: 2, &quot;name&quot;: &quot;Odd&quot;}]}]"><chapter url_name="one"/></course>'
    )
    tree["vertical/g1.xml"] = vertical("x", "<html><p>A</p></html>")
    tree["vertical/g2.xml"] = vertical("y", "<html><p>B</p></html>")
    importing(tree)
    assert body("One")[-1]["value"]["name"] == "Trial: Odd"


def test_youtube_becomes_an_embed_and_the_unknown_a_placeholder(importing):
    importing(whole_course())
    assert kinds("The end") == ["text", "image", "placeholder", "embed"]
    assert body("The end")[-1]["value"] == {
        "url": "https://www.youtube.com/watch?v=xyz123",
        "title": "On YouTube",
        "transcript": "",
    }


def test_entities_arrive_as_characters(importing):
    tree = course_of(vertical("One", "<html><p>x</p></html>"))
    tree["course/run.xml"] = (
        '<course display_name="R&amp;D" learning_info="[&quot;A &lt; B&quot;, null, 7]"><chapter url_name="one"/></course>'
    )
    tree["about/short_description.html"] = "What R&amp;D does &mdash; and doesn&rsquo;t"
    tree["vertical/unit1.xml"] = vertical(
        "One",
        '<problem url_name="p"><numericalresponse answer="1"><p>Is x &lt; 2?</p><p>Type x.</p></numericalresponse></problem>',
    )
    importing(tree)
    course = CoursePage.objects.get()
    assert (course.title, course.summary) == ("R&D", "What R&D does — and doesn’t")
    assert [item.value for item in course.outcomes] == ["A < B"]
    assert Question.objects.get().title == "Is x < 2? Type x."


def test_without_a_short_description_the_summary_is_made_of_the_long_one(importing):
    tree = course_of(vertical("One", "<html><p>x</p></html>"), about__overview__html="")
    tree["about/overview.html"] = "<h2>Doors</h2><p>Locks &amp; hinges.</p><p>More.</p>"
    importing(tree)
    assert CoursePage.objects.get().summary == "Doors. Locks & hinges. More."


def test_staff_only_parts_stay_drafts(importing):
    tree = course_of(vertical("Open", "<html><p>a</p></html>"))
    tree["course/run.xml"] = '<course><chapter url_name="one"/><chapter url_name="two"/></course>'
    tree["chapter/two.xml"] = (
        '<chapter display_name="Answers" visible_to_staff_only="true">'
        '<sequential url_name="s"><vertical url_name="v" display_name="Key"><html><p>b</p></html></vertical>'
        "</sequential></chapter>"
    )
    report = importing(tree)
    assert report.lessons == 2
    assert not ModulePage.objects.get(title="Answers").live
    assert not lesson("Key").live
    assert lesson("Key").body.raw_data[0]["value"] == "<p>b</p>"
    assert [(entry.type, entry.name) for entry in report.notes] == [("chapter", "Answers")]


@pytest.mark.parametrize("top", ["", "course/", "repo-main/course/"])
@pytest.mark.parametrize("pack", [as_tar, as_zip])
def test_course_is_found_wherever_it_is_packed(tmp_path, pack, top):
    report = import_course(path=pack(whole_course(), tmp_path / "course.archive", top=top), dry_run=True)
    assert report.lessons == 4


def test_folder_and_archive_give_the_same_report(tmp_path):
    folder = import_course(path=as_folder(whole_course(), tmp_path / "folder"), dry_run=True)
    archive = import_course(path=as_tar(whole_course(), tmp_path / "course.tar.gz"), dry_run=True)
    assert folder.as_dict() == archive.as_dict()


def test_dry_run_reports_the_same_and_leaves_nothing(tmp_path):
    path = str(as_tar(whole_course(), tmp_path / "course.tar.gz"))
    before = everything()
    dry = run(path, "--dry-run", "--json")
    assert everything() == before
    assert dry == run(path, "--json")
    assert json.loads(dry)["lessons"] == LessonPage.objects.count()


def test_json_is_one_object_on_one_line(tmp_path):
    out = run(str(as_tar(whole_course(), tmp_path / "course.tar.gz")), "--json")
    assert out.count("\n") == 1
    assert list(json.loads(out)) == [
        "format", "title", "course_id", "modules", "sections", "lessons", "questions", "media", "blocks", "skipped",
        "notes", "drafts", "removed",
    ]  # fmt: skip


def test_summary_says_it_in_words(tmp_path):
    out = run(str(as_tar(whole_course(), tmp_path / "course.tar.gz")))
    assert "2 modules, 3 sections, 4 lessons, 9 questions, 5 files" in out
    assert "problem: 1 of 2 imported" in out
    assert (
        "drag-and-drop-v2 · Sort the doors · Second › Part C › The end: Lectern has no drag-and-drop exercises." in out
    )


def test_parent_names_the_catalog(tmp_path):
    home = CatalogPage.objects.get().get_parent()
    other = publish(home, CatalogPage(title="Other", slug="other"))
    path = str(as_tar(whole_course(), tmp_path / "course.tar.gz"))
    before = everything()
    with pytest.raises(CommandError, match=r"several catalogs.*--parent.*: catalog, other"):
        run(path)
    with pytest.raises(CommandError, match=r"no catalog “nowhere”.*: catalog, other"):
        run(path, "--parent", "nowhere")
    assert everything() == before
    run(path, "--parent", "other")
    assert CoursePage.objects.get().get_parent().pk == other.pk


def test_site_without_a_catalog_is_told_so(tmp_path):
    CatalogPage.objects.get().delete()
    with pytest.raises(CommandError, match="no catalog to put the course in"):
        run(str(as_tar(whole_course(), tmp_path / "course.tar.gz")))


def test_a_learner_reads_every_lesson_and_no_answer_is_in_it(client, importing):
    importing(whole_course())
    learner = make_person("Lea Learner")
    make_enrollment(learner, CoursePage.objects.get())
    client.force_login(learner)
    for page in LessonPage.objects.order_by("path"):
        response = client.get(page.get_url())
        assert response.status_code == 200, page.title
        html = response.content.decode()
        assert page.title in html
        for secret in ("is_right", "Yes, it is.", "Look at it.", "the hinge", "Text for group B.", "Trial: Group B"):
            assert secret not in html, (page.title, secret)


def test_a_star_in_an_accepted_answer_is_a_star_and_no_wildcard(importing):
    problem = '<problem url_name="p"><stringresponse answer="2*3"><textline/></stringresponse></problem>'
    importing(course_of(vertical("One", problem)))
    question = Question.objects.get()
    grades = [question.kind.grade(question.value, {"text": text}).score for text in ("2*3", "2 times 3")]
    assert grades == [1, 0]
