"""Open edX exports, built file by file."""

import io
import json
import struct
import tarfile
import zipfile
from pathlib import Path

from PIL import Image as Picture

Tree = dict[str, str | bytes]

POINTER = '<course url_name="run" org="Org" course="Num"/>'
SRT = "1\n00:00:01,000 --> 00:00:02,500\nStand clear of the doors.\n\n2\n00:00:03,000 --> 00:00:04,000\nThank you.\n"


def png(color: str = "red", size: tuple[int, int] = (8, 6), kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Picture.new("RGB", size, color).save(out, kind)
    return out.getvalue()


def bmp() -> bytes:
    return png(kind="BMP")


def mp4() -> bytes:
    """The smallest thing that calls itself an MP4."""
    kind = b"ftypisom\x00\x00\x02\x00isomiso2mp41"
    return struct.pack(">I", len(kind) + 4) + kind + b"\x00" * 64


def pdf() -> bytes:
    return b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10" onload="alert(1)">'
    "<script>alert(2)</script><rect width='10' height='10'/></svg>"
)


def vertical(name: str, *blocks: str) -> str:
    return f'<vertical display_name="{name}">{"".join(blocks)}</vertical>'


def html_pair(tree: Tree, name: str, text: str | bytes, title: str = "Text") -> str:
    """An html block in its two files; returns the pointer to it."""
    tree[f"html/{name}.xml"] = f'<html filename="{name}" display_name="{title}"/>'
    tree[f"html/{name}.html"] = text
    return f'<html url_name="{name}"/>'


def course_of(*units: str, **extra: str | bytes) -> Tree:
    """A course with one chapter and one section; ``units`` are verticals (or whatever stands in their stead)."""
    files = {f"vertical/unit{number}.xml": unit for number, unit in enumerate(units, 1) if unit.startswith("<vertical")}
    pointers = "".join(
        f'<vertical url_name="unit{number}"/>' if unit.startswith("<vertical") else unit
        for number, unit in enumerate(units, 1)
    )
    return {
        "course.xml": POINTER,
        "course/run.xml": '<course display_name="Doors" language="en"><chapter url_name="one"/></course>',
        "chapter/one.xml": '<chapter display_name="First"><sequential url_name="a"/></chapter>',
        "sequential/a.xml": f'<sequential display_name="Part A">{pointers}</sequential>',
        **files,
        **{name.replace("__", "/"): text for name, text in extra.items()},
    }


def whole_course() -> Tree:
    """Three pictures (two of one name), a PDF, a film with captions, questions of each kind, links of each kind."""
    tree: Tree = {
        "course.xml": POINTER,
        "course/run.xml": (
            '<course display_name="Safe doors" language="en" course_image="logo.svg" '
            'learning_info="[&quot;Open doors&quot;]">'
            '<chapter url_name="one"/><chapter url_name="two"/><wiki slug="x"/></course>'
        ),
        "chapter/one.xml": (
            '<chapter display_name="First" highlights="[&quot;Look&quot;, &quot;Touch&quot;]">'
            '<sequential url_name="a"/><sequential url_name="b"/></chapter>'
        ),
        "chapter/two.xml": '<chapter display_name="Second"><sequential url_name="c"/></chapter>',
        "sequential/a.xml": (
            '<sequential display_name="Part A" format="Test" graded="true">'
            '<vertical url_name="u1"/><vertical url_name="u2"/></sequential>'
        ),
        "sequential/b.xml": '<sequential display_name="Part B"><vertical url_name="u3"/></sequential>',
        "sequential/c.xml": '<sequential display_name="Part C"><vertical url_name="u4"/></sequential>',
        "static/one/door.png": png("red"),
        "static/two/door.png": png("blue"),
        "static/logo.svg": SVG,
        "static/handbook.pdf": pdf(),
        "static/film.mp4": mp4(),
        "static/film-en.srt": SRT,
        "about/overview.html": "<section><h2>About</h2><p>How <b>doors</b> work.</p></section>",
        "about/short_description.html": "Everything about doors.",
        "policies/run/policy.json": json.dumps({"course/run": {"display_name": "Safe doors"}}),
        "policies/run/grading_policy.json": json.dumps(
            {
                "GRADER": [
                    {"type": "Test", "short_label": "T", "weight": 0.4, "min_count": 2, "drop_count": 1},
                    {"type": "Exam", "weight": 0.6, "min_count": 1, "drop_count": 0},
                ],
                "GRADE_CUTOFFS": {"A": 0.9, "Pass": 0.6},
            }
        ),
        "drafts/vertical/d1.xml": '<vertical display_name="Not yet"/>',
    }
    first = html_pair(
        tree,
        "h1",
        "<h2>Two doors</h2><p>The red one <img src='/static/one/door.png' alt='A red door'> and the blue one.</p>"
        "<ul><li>First</li><li>Second <img src='/static/two/door.png' alt=''></li></ul>"
        "<p>Read the <a href='/static/handbook.pdf'>handbook</a>, go to <a href='/jump_to_id/u4'>the end</a>, "
        "to <a href='/courses/course-v1:Org+Num+run/jump_to/block-v1:Org+Num+run+type@problem+block@p1'>the test</a> "
        "or <a href='https://example.com/x'>elsewhere</a>.</p><pre><code class='lang-python'>open(door)\n</code></pre>"
        "<table><tr><th>Door</th><th>Color</th></tr><tr><td>One</td><td>red</td></tr></table>"
        "<iframe src='https://www.youtube.com/embed/abc' title='Doors, filmed'></iframe>"
        "<iframe src='https://tools.example.com/x' title='A tool'></iframe>",
    )
    tree["vertical/u1.xml"] = vertical("Doors", first, '<video url_name="v1"/>')
    tree["video/v1.xml"] = (
        '<video display_name="The film" html5_sources="[&quot;/static/film.mp4&quot;]" '
        'transcripts="{&quot;en&quot;: &quot;film-en.srt&quot;}"><source src="/static/film.mp4"/></video>'
    )
    tree["vertical/u2.xml"] = vertical("Test", '<problem url_name="p1"/>', '<problem url_name="p2"/>')
    tree["problem/p1.xml"] = PROBLEM
    tree["problem/p2.xml"] = (
        '<problem display_name="Script"><script type="loncapa/python">def f(e, a): return True</script>'
        '<customresponse cfn="f"><textline/></customresponse></problem>'
    )
    tree["vertical/u3.xml"] = vertical("Opinions", POLL, SURVEY, SPLIT)
    tree["vertical/g1.xml"] = vertical("Group A", "<html><p>Text for group A.</p></html>")
    tree["vertical/g2.xml"] = vertical(
        "Group B", "<html><p>Text for group B.</p></html>", POLL.replace("poll1", "poll2")
    )
    tree["vertical/u4.xml"] = vertical(
        "The end",
        '<html url_name="inline1" display_name="Bye"><p>Goodbye. <img src="/static/logo.svg" alt="Logo"/></p></html>',
        '<drag-and-drop-v2 url_name="dnd" display_name="Sort the doors" data="{}"/>',
        '<video url_name="v2" youtube_id_1_0="xyz123" display_name="On YouTube"/>',
    )
    return tree


PROBLEM = """<problem display_name="All kinds">
  <p>About doors.</p>
  <multiplechoiceresponse>
    <label>Which door is red?</label>
    <choicegroup type="MultipleChoice">
      <choice correct="true">One <choicehint>Yes, it is.</choicehint></choice>
      <choice correct="false">Two <choicehint>That one is blue.</choicehint></choice>
    </choicegroup>
    <solution><div><p>Explanation</p><p>Look at it.</p></div></solution>
  </multiplechoiceresponse>
  <choiceresponse>
    <label>Which are doors?</label>
    <checkboxgroup>
      <choice correct="true">One</choice><choice correct="true">Two</choice><choice correct="false">A wall</choice>
    </checkboxgroup>
  </choiceresponse>
  <p>Now choose.</p>
  <optionresponse><optioninput><option correct="False">pull</option><option correct="True">push</option></optioninput></optionresponse>
  <numericalresponse answer="10"><label>How wide?</label>
    <responseparam type="tolerance" default="5%"/><formulaequationinput trailing_text="cm"/></numericalresponse>
  <stringresponse answer="hinge" type="ci"><label>What turns?</label>
    <additional_answer answer="the hinge"><correcthint>Right.</correcthint></additional_answer><textline/></stringresponse>
  <demandhint><hint>It creaks.</hint></demandhint>
</problem>"""
POLL = (
    '<poll url_name="poll1" display_name="Mood" question="How do **doors** feel?" '
    'feedback="Thank you." answers="[[&quot;R&quot;, {&quot;label&quot;: &quot;&amp;#128525;&quot;, &quot;img&quot;: '
    '&quot;&quot;}], [&quot;B&quot;, {&quot;label&quot;: &quot;Fine&quot;}]]"/>'
)
SURVEY = (
    '<survey url_name="survey1" block_name="Doors" '
    'questions="[[&quot;q1&quot;, {&quot;label&quot;: &quot;Heavy&quot;}], [&quot;q2&quot;, {&quot;label&quot;: &quot;Loud&quot;}]]" '
    'answers="[[&quot;Y&quot;, &quot;Yes&quot;], [&quot;N&quot;, &quot;No&quot;]]"/>'
)
SPLIT = (
    '<split_test url_name="split1" display_name="Trial" user_partition_id="7">'
    '<vertical url_name="g1"/><vertical url_name="g2"/></split_test>'
)


def as_folder(tree: Tree, folder: Path) -> Path:
    for name, text in tree.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def as_tar(tree: Tree, path: Path, top: str = "course/", mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:
        for name, text in tree.items():
            data = text if isinstance(text, bytes) else text.encode()
            entry = tarfile.TarInfo(f"{top}{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


def as_zip(tree: Tree, path: Path, top: str = "course/") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tree.items():
            archive.writestr(f"{top}{name}", text)
    return path


def graded_course(*sections: tuple[str, str, str], **attributes: str) -> Tree:
    """Graded sections as (chapter, name, units): "p" is a unit with a problem, "t" one with text, "d" one with a
    drag-and-drop exercise, which cannot arrive. ``attributes`` are those of every problem."""
    words = "".join(f' {name}="{value}"' for name, value in attributes.items())
    kinds = {
        "p": f"<problem{words}><numericalresponse answer='2'><label>One and one?</label><textline/></numericalresponse></problem>",
        "t": "<html><p>Words.</p></html>",
        "d": "<drag-and-drop-v2 data='{}'/>",
    }
    tree: Tree = {"course.xml": POINTER}
    chapters: dict[str, str] = {}
    number = 0
    for chapter, name, units in sections:
        verticals = ""
        for kind in units:
            number += 1
            tree[f"vertical/u{number}.xml"] = vertical(f"Unit {number}", kinds[kind])
            verticals += f'<vertical url_name="u{number}"/>'
        place = f"s{len(tree)}"
        tree[f"sequential/{place}.xml"] = (
            f'<sequential display_name="{name}" graded="true" format="Homework">{verticals}</sequential>'
        )
        chapters[chapter] = f'{chapters.get(chapter, "")}<sequential url_name="{place}"/>'
    for place, (name, pointers) in enumerate(chapters.items()):
        tree[f"chapter/c{place}.xml"] = f'<chapter display_name="{name}">{pointers}</chapter>'
    names = "".join(f'<chapter url_name="c{place}"/>' for place in range(len(chapters)))
    tree["course/run.xml"] = f'<course display_name="Doors" language="en">{names}</course>'
    tree["policies/run/grading_policy.json"] = json.dumps(
        {"GRADER": [{"type": "Homework", "weight": 1, "min_count": 0, "drop_count": 1}], "GRADE_CUTOFFS": {"Pass": 0.5}}
    )
    return tree
