"""HTML becomes blocks in the order of the page; what is unsafe or unknown goes, words stay."""

import pytest

from lms_pages.importers.broken import first_problem
from lms_pages.importers.html import lesson_blocks, one_text


class Names:
    """Resolves by name, without a database."""

    def link(self, href):
        if href.startswith("doc:"):
            return {"linktype": "document", "id": href[4:]}
        return {"href": href} if href.startswith(("https:", "mailto:")) else None

    def image(self, src):
        return int(src) if src.isdigit() else None

    def recording(self, sources, captions):
        return ("video", 7) if sources[:1] == ["film.mp4"] else None


def blocks(html: str, name: str = "") -> list:
    return lesson_blocks(html, Names(), name)


def picture(number: int, alt: str = "", caption: str = "") -> tuple:
    return ("image", {"image": number, "alt": alt, "decorative": not alt, "caption": caption})


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", []),
        ("<p>&nbsp;</p><div><br></div>", []),
        ("loose words", [("text", "<p>loose words</p>")]),
        ("<div>one</div><div>two</div>", [("text", "<p>one</p><p>two</p>")]),
        ("<div>a <b>b</b><ul><li>c</li></ul>d</div>", [("text", "<p>a <b>b</b></p><ul><li>c</li></ul><p>d</p>")]),
        ("<h1>Top</h1><h2>Two</h2><h3>Three</h3>", [("heading", "Top"), ("heading", "Two"), ("text", "<h3>Three</h3>")]),
        ("<h5>Five</h5><h6>Six</h6>", [("text", "<h4>Five</h4><h4>Six</h4>")]),
        ("<strong>a</strong><em>b</em><del>c</del><kbd>d</kbd>", [("text", "<p><b>a</b><i>b</i><s>c</s><code>d</code></p>")]),
        ("<span style='font-weight: bold'>a</span>", [("text", "<p><b>a</b></p>")]),
        ("<p>a<script>alert(1)</script><style>p{}</style><!-- x -->b</p>", [("text", "<p>ab</p>")]),
        ("<p onclick='x()' style='color:red'>a</p>", [("text", "<p>a</p>")]),
        ("<p><a href='javascript:alert(1)'>a</a></p>", [("text", "<p>a</p>")]),
        ("<p>Tom &amp; Jerry &lt;3</p>", [("text", "<p>Tom &amp; Jerry &lt;3</p>")]),
        ("<table><tr><td>a</td></tr><tr><td><p>b</p></td></tr></table>", [("text", "<p>a</p><p>b</p>")]),
        ("<button>Go</button><button class='toggle1'>More</button>", [("text", "<p><b>More</b></p>")]),
        ("<dl><dt>a</dt><dd>b</dd></dl>", [("text", "<dl><dt>a</dt><dd>b</dd></dl>")]),
        ("<ul>stray<li>a</li><ul><li>b</li></ul></ul>", [("text", "<ul><li>a</li><li><ul><li>b</li></ul></li></ul>")]),
    ],
)  # fmt: skip
def test_texts(html, expected):
    assert blocks(html) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a <img src=1 alt=x> b</p>", [("text", "<p>a</p>"), picture(1, "x"), ("text", "<p>b</p>")]),
        ("<p><img src=1><img src=2 alt=''></p>", [picture(1), picture(2)]),
        (
            "<ol><li>a</li><li>b <img src=1> c</li><li>d</li></ol>",
            [
                ("text", "<ol><li>a</li><li>b</li></ol>"),
                picture(1),
                ("text", '<ol start="3"><li>c</li><li>d</li></ol>'),
            ],
        ),
        (
            "<figure><img src=1 alt=x><figcaption>A <b>door</b></figcaption></figure>",
            [picture(1, "x", "A door")],
        ),
        ("<p><b>a <img src=1> b</b></p>", [("text", "<p><b>a </b></p>"), picture(1), ("text", "<p><b> b</b></p>")]),
        ("<a href='big.png'><img src=1 alt=x></a>", [picture(1, "x")]),
        (
            "<a href='https://example.com/'><img src=1 alt=x></a>",
            [picture(1, "x"), ("text", '<p><a href="https://example.com/">x</a></p>')],
        ),
        ("<p>a <img src=gone.png alt=door> b</p>", [("text", "<p>a [door] b</p>")]),
        (
            "<p><img src='https://example.com/x.png' alt=door></p>",
            [("text", '<p><a href="https://example.com/x.png">door</a></p>')],
        ),
        (
            "<img src=1 alt=x usemap='#m'><map name=m><area href='doc:4' alt='Left'><area href='doc:5'></map>",
            [picture(1, "x"), ("text", '<ul><li><a href="doc:4">Left</a></li></ul>')],
        ),
    ],
)
def test_pictures_split_the_text(html, expected):
    if "doc:4" in html:
        expected[1] = ("text", '<ul><li><a linktype="document" id="4">Left</a></li></ul>')
    assert blocks(html) == expected


def test_simple_tables_become_table_blocks_and_others_stay_html():
    simple = "<table><caption>Doors</caption><tr><th>a</th><th>b</th></tr><tr><td>1</td></tr></table>"
    assert blocks(simple) == [
        (
            "table",
            {
                "first_row_is_table_header": True,
                "first_col_is_header": False,
                "table_caption": "Doors",
                "data": [["a", "b"], ["1", ""]],
            },
        )
    ]
    spanned = (
        "<table><tr><td colspan=2>a</td></tr><tr><td><a href='doc:1'>b</a></td><td>c<img src=3 alt=x></td></tr></table>"
    )
    assert blocks(spanned) == [
        (
            "text",
            '<table><tbody><tr><td colspan="2">a</td></tr><tr><td><a linktype="document" id="1">b</a></td>'
            '<td>c<embed embedtype="image" id="3" alt="x" format="fullwidth"/></td></tr></tbody></table>',
        )
    ]


@pytest.mark.parametrize(
    ("html", "language", "code"),
    [
        ("<pre>  a\n  b\n</pre>", "text", "  a\n  b"),
        ("<pre><code class='lang-markup'>&lt;p&gt;</code></pre>", "html", "<p>"),
        ("<pre class='brush: js'>let a;</pre>", "javascript", "let a;"),
        ("<pre class='language-klingon'>x</pre>", "text", "x"),
    ],
)
def test_code(html, language, code):
    assert blocks(html) == [("code", {"language": language, "code": code, "caption": ""})]


def test_quotes():
    assert blocks("<blockquote><p>a</p><p>b</p><footer>— Ann</footer></blockquote>") == [
        ("quote", {"text": "a\n\nb", "source": "Ann"})
    ]
    assert blocks("<blockquote>see <a href='doc:1'>a</a></blockquote>") == [
        ("text", '<blockquote><p>see <a linktype="document" id="1">a</a></p></blockquote>')
    ]


def test_frames_of_allowed_hosts_are_embeds_and_others_links():
    assert blocks("<iframe src='//player.vimeo.com/video/1'></iframe>", "Drill") == [
        ("embed", {"url": "https://player.vimeo.com/video/1", "title": "Drill", "transcript": ""})
    ]
    assert blocks("<iframe src='https://vimeo.com.example.com/1' title='x'></iframe>") == [
        ("text", '<p><a href="https://vimeo.com.example.com/1">x (on vimeo.com.example.com)</a></p>')
    ]
    assert blocks("<iframe src='javascript:alert(1)'></iframe>") == []


def test_recordings():
    assert blocks("<video title='Drill'><source src='film.mp4'></video>") == [("video", {"title": "Drill", "media": 7})]
    assert blocks("<audio src='https://example.com/a.mp3'></audio>") == [
        ("text", '<p><a href="https://example.com/a.mp3">a.mp3</a></p>')
    ]


def test_one_text_keeps_everything_in_one_field():
    assert one_text("<h2>T</h2><p>a <img src=1 alt=x></p><pre>c</pre>", Names()) == (
        '<h3>T</h3><p>a <embed embedtype="image" id="1" alt="x" format="fullwidth"/></p><pre>c</pre>'
    )


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ("<p>a<p>b<ul><li>c<li>d</ul><br><img>", ""),
        ("<p>a < b & c</p>", ""),
        ("<b>a", "<b> in line 1 is never closed."),
        ("a\n</i>", "</i> in line 2 closes nothing."),
        ("<b><i>a</b></i>", "<i> in line 1 is not closed where it should be."),
        ("<p>a</p><div", "The last tag is cut off."),
        ("<script>if (a</b) {}</script>", ""),
    ],
)
def test_broken_places_are_found(html, problem):
    assert first_problem(html) == problem
