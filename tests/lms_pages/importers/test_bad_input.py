"""What is refused leaves the site as it was; what is only flawed arrives and is listed with its place."""

import os
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from library.models import Document, Image
from lms_pages.exceptions import CourseRefused
from lms_pages.models import CoursePage
from lms_pages.services import course_import, import_course
from tests.factories.olx import POINTER, SVG, as_folder, as_tar, bmp, course_of, html_pair, png, vertical, whole_course
from tests.lms_pages.importers.conftest import body, everything, kinds

pytestmark = pytest.mark.django_db


def without(name: str) -> dict:
    tree = whole_course()
    del tree[name]
    return tree


def with_text(name: str, text: str | bytes) -> dict:
    return {**whole_course(), name: text}


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
REFUSED = {
    "no course.xml": (without("course.xml"), "no course.xml in it"),
    "no course file": (without("course/run.xml"), "names course/run.xml, but this file is not in it"),
    "no chapter": (with_text("course/run.xml", "<course display_name='x'/>"), "has no chapter"),
    "another root": (with_text("course.xml", "<library/>"), "holds <library>, not <course>"),
    "chapter absent": (without("chapter/two.xml"), "names chapter/two.xml, but this file is not in it"),
    "sequential absent": (without("sequential/c.xml"), "names sequential/c.xml, but"),
    "vertical absent": (without("vertical/u4.xml"), "names vertical/u4.xml, but"),
    "vertical of a group absent": (without("vertical/g2.xml"), "names vertical/g2.xml, but"),
    "chapter broken": (with_text("chapter/one.xml", "<chapter>\n<x></chapter>"), r"chapter/one.xml.*line 2"),
    "course.xml empty": (with_text("course.xml", ""), "course.xml” cannot be read"),
    "entities": (with_text("vertical/u1.xml", f"{BOMB}<vertical>&b;</vertical>"), "declares entities"),
    "entities in a problem": (with_text("problem/p1.xml", f"{BOMB}<problem>&b;</problem>"), "declares entities"),
    "a vertical in itself": (
        with_text("vertical/u1.xml", "<vertical><vertical url_name='u1'/></vertical>"),
        "contains itself",
    ),
    "two courses": ({"a/course.xml": POINTER, "b/course.xml": POINTER}, "several courses"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_whole_with_one_sentence(tmp_path, case):
    tree, sentence = REFUSED[case]
    path = as_tar(tree, tmp_path / "course.tar.gz")
    before = everything()
    with pytest.raises(CommandError, match=sentence) as caught:
        call_command("import_course", str(path))
    assert "\n" not in str(caught.value)
    assert everything() == before


def test_a_cut_export_is_refused(tmp_path):
    path = as_tar({**whole_course(), "static/noise.bin": os.urandom(40_000)}, tmp_path / "course.tar.gz")
    path.write_bytes(path.read_bytes()[:-20_000])
    before = everything()
    with pytest.raises(CourseRefused, match="damaged or cut short"):
        import_course(path=path)
    assert everything() == before


@pytest.mark.parametrize("name", ["zip-slip.zip", "zip-slip-win.zip", "zip-slip.tar", "zip-slip-win.tar"])
def test_paths_that_climb_are_refused(shared_data, name):
    before = everything()
    with pytest.raises(CourseRefused, match="leads out of it"):
        import_course(path=shared_data / "hostile" / "zip-slip" / "archives" / name)
    assert everything() == before


def test_a_bomb_is_refused(tmp_path):
    path = as_tar({**whole_course(), "static/zeros.pdf": bytes(60 * 1024 * 1024)}, tmp_path / "course.tar.gz")
    with pytest.raises(CourseRefused, match="unpacks to far more"):
        import_course(path=path)


def test_the_command_ends_with_1_and_says_nothing_on_stdout(tmp_path):
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "cms.settings.test"}
    done = subprocess.run(
        [sys.executable, "manage.py", "import_course", str(tmp_path / "absent"), "--json"],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "There is no file or folder at" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_failure_halfway_takes_everything_back(tmp_path, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("the disk is full")

    before = everything()
    monkeypatch.setattr(course_import.course.CourseWriter, "note_staff_only", fail)
    with pytest.raises(RuntimeError, match="the disk is full"):
        import_course(path=as_tar(whole_course(), tmp_path / "course.tar.gz"))
    assert everything() == before


def test_a_course_that_is_there_needs_update(importing):
    importing(whole_course())
    before = everything()
    with pytest.raises(CourseRefused, match=r"was imported before.*--update"):
        importing(whole_course())
    assert everything() == before


# Flaws that are listed --------------------------------------------------------------


def skipped(report, kind: str) -> list[tuple[str, str]]:
    return [(entry.name, entry.place) for entry in report.skipped if entry.type == kind]


def test_a_missing_asset_is_listed_where_it_is_asked_for(importing):
    tree = course_of(vertical("One", "<html><p>See <img src='/static/gone.png' alt='A door'/> here</p></html>"))
    tree["static/other.png"] = png()
    report = importing(tree)
    assert skipped(report, "asset") == [("gone.png", "First › Part A › One")]
    assert body("One")[0]["value"] == "<p>See [A door] here</p>"
    assert report.as_dict()["blocks"]["html"] == {"found": 1, "imported": 1}


def test_an_unknown_block_is_a_placeholder(importing):
    report = importing(course_of(vertical("One", '<hologram url_name="h" display_name="Floating" depth="3"/>')))
    assert skipped(report, "hologram") == [("Floating", "First › Part A › One")]
    assert report.as_dict()["blocks"]["hologram"] == {"found": 1, "imported": 0}
    assert body("One")[0]["value"] == {
        "kind": "hologram",
        "name": "Floating",
        "reason": "Lectern has no block of the kind “hologram”.",
    }


def test_broken_html_is_mended_and_listed(importing):
    tree = course_of()
    tree["sequential/a.xml"] = (
        '<sequential display_name="Part A"><vertical url_name="v" display_name="One">'
        f"{html_pair(tree, 'h', '<p>Never <b>closed<ul><li>x', 'Wild')}</vertical></sequential>"
    )
    report = importing(tree)
    assert skipped(report, "markup") == [("Wild", "First › Part A › One")]
    assert body("One")[0]["value"] == "<p>Never <b>closed</b></p><ul><li>x</li></ul>"
    assert report.as_dict()["blocks"]["html"] == {"found": 1, "imported": 1}


def test_a_broken_problem_file_is_mended_and_listed(importing):
    tree = course_of(vertical("One", '<problem url_name="p"/>'))
    tree["problem/p.xml"] = (
        "<problem><multiplechoiceresponse><choicegroup><choice correct='true'>Yes&nbsp;&mdash; & no</choice>"
        "<choice correct='false'>No</choice></choicegroup></multiplechoiceresponse>"
    )
    report = importing(tree)
    assert skipped(report, "markup") == [("problem/p.xml", "First › Part A › One")]
    assert kinds("One") == ["knowledge_check"]


def test_text_that_is_not_utf_8_is_read_and_listed(importing):
    tree = course_of()
    pointer = html_pair(tree, "h", "<p>Fenêtre à côté – “x”</p>".encode("cp1252"))
    tree["sequential/a.xml"] = (
        f'<sequential><vertical url_name="v" display_name="One">{pointer}</vertical></sequential>'
    )
    report = importing(tree)
    assert skipped(report, "text") == [("html/h.html", "First › Section › One")]
    assert body("One")[0]["value"] == "<p>Fenêtre à côté – “x”</p>"


def test_xml_in_another_encoding_is_read_and_listed(importing):
    tree = course_of()
    tree["chapter/one.xml"] = (
        '<?xml version="1.0" encoding="iso-8859-15"?><chapter display_name="Première €"><sequential url_name="a"/></chapter>'
    ).encode("iso-8859-15")
    tree["sequential/a.xml"] = '<sequential display_name="Pi\xe8ce"/>'.encode("latin-1")
    report = importing(tree)
    assert [name for name, _place in skipped(report, "text")] == ["chapter/one.xml", "sequential/a.xml"]
    assert CoursePage.objects.get().get_children().get().title == "Première €"


def test_a_name_that_two_blocks_have_is_listed_and_both_arrive(importing):
    one = '<html url_name="same"><p>First</p></html>'
    two = '<html url_name="same"><p>Second</p></html>'
    report = importing(course_of(vertical("One", one), vertical("Two", two, '<vertical url_name="unit1"/>')))
    assert skipped(report, "name") == [("html/same", "First › Part A › Two")]
    assert [block["value"] for block in body("One")] == ["<p>First</p>"]
    assert [block["value"] for block in body("Two")] == ["<p>Second</p>", "<p>First</p>"]
    ids = [block["id"] for title in ("One", "Two") for block in body(title)]
    assert len(set(ids)) == 3
    assert report.as_dict()["blocks"]["html"] == {"found": 3, "imported": 3}


def test_a_file_that_stands_twice_in_the_archive_is_listed(tmp_path):
    import io
    import tarfile

    path = as_tar(whole_course(), tmp_path / "course.tar", mode="w")
    with tarfile.open(path, "a") as archive:
        entry = tarfile.TarInfo("course/chapter/two.xml")
        text = b'<chapter display_name="Newer"><sequential url_name="c"/></chapter>'
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
    report = import_course(path=path)
    assert skipped(report, "name") == [("chapter/two.xml", "chapter/two.xml")]
    assert CoursePage.objects.get().get_children().last().title == "Newer"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("x.png", b"no picture at all", "damaged"),
        ("x.png", png()[:40], "damaged"),
        ("x.png", bmp(), "bmp file under the name of a .png"),
        ("x.png", SVG.encode(), "svg file under the name of a .png"),
        ("x.svg", png(), "not well-formed."),
        ("x.svg", b"<html/>", "The file is no drawing (SVG)."),
        ("x.exe", b"MZ", "kind .exe are not kept"),
        ("x.js", b"alert(1)", "kind .js are not kept"),
        ("x.html", b"<script>", "kind .html are not kept"),
    ],
)
def test_a_file_that_cannot_be_kept_is_listed(importing, name, data, reason):
    tree = course_of(vertical("One", "<html><p>Text</p></html>"))
    tree[f"static/{name}"] = data
    report = importing(tree)
    assert [(entry.type, entry.name) for entry in report.skipped] == [("asset", name)]
    assert reason in report.skipped[0].reason
    assert (Image.objects.count(), Document.objects.count(), report.media) == (0, 0, 0)


def test_missing_leaf_files_are_placeholders(importing):
    tree = course_of(
        vertical("One", '<html url_name="gone"/>', '<problem url_name="gone"/>', '<video url_name="gone"/>')
    )
    report = importing(tree)
    assert kinds("One") == ["placeholder"] * 3
    assert report.as_dict()["blocks"] == {
        "html": {"found": 1, "imported": 0},
        "problem": {"found": 1, "imported": 0},
        "video": {"found": 1, "imported": 0},
    }


def test_what_stands_inside_an_unknown_block_is_counted_too(importing):
    inside = '<library_content url_name="l"><problem url_name="p1"/><vertical><html><p>x</p></html></vertical></library_content>'
    tree = course_of(vertical("One", inside))
    tree["problem/p1.xml"] = "<problem display_name='Drawn'/>"
    report = importing(tree)
    assert report.as_dict()["blocks"] == {
        "html": {"found": 1, "imported": 0},
        "library_content": {"found": 1, "imported": 0},
        "problem": {"found": 1, "imported": 0},
    }
    assert kinds("One") == ["placeholder"]


def test_settings_that_cannot_be_read_are_listed(importing):
    tree = {**whole_course(), "policies/run/grading_policy.json": "{not json", "policies/run/policy.json": "[]"}
    report = importing(tree)
    assert skipped(report, "policy") == [("policies/run/grading_policy.json", "policies/run/grading_policy.json")]
    assert CoursePage.objects.get().grading_categories.count() == 0


def test_a_folder_imports_like_an_archive(tmp_path):
    import_course(path=as_folder(whole_course(), tmp_path / "folder"))
    assert CoursePage.objects.get().title == "Safe doors"


@pytest.mark.parametrize("depth", [100, 300, 200_000])
def test_deeply_nested_html_arrives(importing, depth):
    tree = course_of()
    pointer = html_pair(tree, "h", "<div>" * depth + "<p>Deep down</p>" + "</div>" * depth)
    tree["sequential/a.xml"] = (
        f'<sequential><vertical url_name="v" display_name="One">{pointer}</vertical></sequential>'
    )
    importing(tree)
    assert body("One")[0]["value"] == "<p>Deep down</p>"
