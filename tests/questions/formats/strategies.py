"""Questions of every kind as plain data, with the characters that formats trip over."""

from decimal import Decimal

from hypothesis import strategies as st

from questions.formats import QuestionData
from questions.formats.cloze import default_stem
from questions.formats.texts import MARKDOWN, MOODLE, PLAIN, number_text, rich

SNIPPETS = [
    "~", "=", "#", "{", "}", ":", "::", "->", "####", "\\", "\\n", "\\\\", "%50%", "%", "//", "[html]", "[moodle]", "[[1]]",
    "$CATEGORY:", "{1:SHORTANSWER:=x}", "&amp;", "&", "<", ">", "<b>", "</p>", "<p>", "]]>", "<![CDATA[", "A. ", "B) ",
    "ANSWER: A", "*", "\\*", "..", "'", '"', "`", "=1+1", "-x", "+x", "@x", "|", ";", ",", "\n", "  ", "\t", "é", "漢字",
    "\u00a0", "\u200b", "\u2028", "\u202e", "🙂", "a", "b", "Paris", "1", "_x0041_", "&#35;", "_____",
    "&lt;", "&lt;b&gt;", "שלום", "👩\u200d🚀", "e\u0301", "@@PLUGINFILE@@", "<!--", "=cmd|'/C calc'!A0", "~=", "#5..6", ">3 ALL",
    "<a href=\"x\">", "sep=;", "true", "\u00ad", "\u3000",
]  # fmt: skip
LINE = st.lists(st.sampled_from([one for one in SNIPPETS if one not in ("\n", "\t")]), min_size=1, max_size=6).map(
    lambda parts: "".join(parts).strip()
)
ANY = st.lists(st.sampled_from(SNIPPETS), min_size=1, max_size=8).map("".join)
# A plain answer or name: one line, no blanks around it, none doubled.
PLAIN_LINE = LINE.map(lambda text: " ".join(text.split())).filter(bool)


def html(required: bool = True):
    made = st.one_of(
        ANY.map(lambda text: rich(text, PLAIN)),
        ANY.map(lambda text: rich(text, MOODLE)),
        ANY.map(lambda text: rich(text, MARKDOWN)),
        ANY.map(lambda text: rich(f"<p><b>{len(text)}</b> {text.replace('<', '&lt;')}</p><ul><li>x</li></ul>")),
        # As long as a cell may be, nearly.
        ANY.map(lambda text: rich(text * (20_000 // len(text) // 8), PLAIN)),
    ).map(lambda text: rich(str(text)))
    made = made.map(lambda text: rich(str(text))).filter(lambda text: text and rich(str(text)) == text)
    return made if required else st.one_of(st.just(""), made)


FEEDBACK = html(required=False)
CREDIT = st.sampled_from([-100, -50, -33.33333, 0, 10, 33.33333, 50, 66.66667, 75])
COMBINED = st.fixed_dictionaries({"feedback_right": FEEDBACK, "feedback_partly": FEEDBACK, "feedback_wrong": FEEDBACK})
TWO = st.fixed_dictionaries({"feedback_right": FEEDBACK, "feedback_wrong": FEEDBACK})
NUMBER = st.decimals(-1000, 1000, places=3).map(number_text)
TOLERANCE = st.decimals(0, 10, places=2).map(number_text)


@st.composite
def single_choice(draw):
    options = draw(st.lists(st.tuples(html(), FEEDBACK, st.one_of(st.none(), CREDIT)), min_size=2, max_size=5))
    right = draw(st.integers(0, len(options) - 1))
    return {
        "options": [
            {
                "text": text,
                "feedback": feedback,
                "right": place == right,
                "credit": None if place == right or not credit else credit,
            }
            for place, (text, feedback, credit) in enumerate(options)
        ],
        "shuffle": draw(st.booleans()),
        **draw(COMBINED),
    }


@st.composite
def multiple_answers(draw):
    scoring = draw(st.sampled_from(["all", "share", "credits"]))
    options = draw(st.lists(st.tuples(html(), FEEDBACK, st.booleans(), CREDIT), min_size=2, max_size=5))
    made = []
    for place, (text, feedback, right, credit) in enumerate(options):
        credit = credit if place else 10
        is_right = credit > 0 if scoring == "credits" else right or not place
        one = {
            "text": text,
            "feedback": feedback,
            "right": is_right,
            "credit": credit if scoring == "credits" else None,
        }
        made.append(one)
    return {"options": made, "shuffle": draw(st.booleans()), "scoring": scoring, **draw(COMBINED)}


def of(**fields):
    return st.fixed_dictionaries(fields)


def with_combined(fields, combined=COMBINED):
    return st.builds(lambda data, feedback: {**data, **feedback}, fields, combined)


OPTION = of(text=html(), feedback=FEEDBACK)
ACCEPTED = of(text=PLAIN_LINE, credit=st.sampled_from([100, 50, 33.33333, 0]), feedback=FEEDBACK)
ACCEPTED_NUMBER = of(number=NUMBER, tolerance=TOLERANCE, credit=st.sampled_from([100, 50, 0]), feedback=FEEDBACK)
PAIR = of(prompt=html(), match=PLAIN_LINE)


@st.composite
def gaps(draw):
    made = draw(st.lists(gap(), min_size=1, max_size=3))
    words = draw(
        st.lists(st.sampled_from(["The", "é", "&amp;", "a # b", "x ~ y", "<b>so</b>"]), min_size=3, max_size=3)
    )
    text = "<p>" + " ".join(f"{words[place]} [[{place + 1}]]" for place in range(len(made))) + " end.</p>"
    return {"text": str(rich(text)), "gaps": made, **draw(COMBINED)}


@st.composite
def gap(draw):
    kind = draw(st.sampled_from(["typed", "chosen", "number"]))
    text = NUMBER if kind == "number" else PLAIN_LINE
    options = [
        {"text": draw(text), "credit": 0 if place else 100, "feedback": draw(FEEDBACK)}
        | ({"tolerance": draw(TOLERANCE)} if kind == "number" else {})
        for place in range(draw(st.integers(1, 3)))
    ]
    case = kind == "typed" and draw(st.booleans())
    return {"kind": kind, "options": options, "case_sensitive": case, "points": draw(st.integers(1, 5))}


LABEL = st.one_of(st.sampled_from(["weak", "clear | sharp", "a\\b", "x = y"]), PLAIN_LINE)
LEVEL = of(label=LABEL, points=st.sampled_from([0, 2.5, 10]))
CRITERION = of(
    criterion=LABEL,
    points=st.integers(1, 20),
    levels=st.lists(LEVEL, max_size=3),
)
DATA = {
    "single_choice": single_choice(),
    "multiple_answers": multiple_answers(),
    "poll": of(options=st.lists(OPTION, min_size=2, max_size=4), several=st.booleans()),
    "true_false": with_combined(of(answer=st.booleans(), feedback_true=FEEDBACK, feedback_false=FEEDBACK), TWO),
    "short_text": with_combined(of(accepted=st.lists(ACCEPTED, min_size=1, max_size=4), case_sensitive=st.booleans())),
    "numerical": with_combined(
        of(
            accepted=st.lists(ACCEPTED_NUMBER, min_size=1, max_size=3),
            unit=st.sampled_from(["", "m", "km/h", "°C", "%", "=x", "m²"]),
            unit_asked=st.booleans(),
        ).map(lambda data: {**data, "unit_asked": data["unit_asked"] and bool(data["unit"])}),
    ),
    "matching": with_combined(
        of(
            pairs=st.lists(PAIR, min_size=2, max_size=4),
            extra=st.lists(PLAIN_LINE, max_size=2),
            shuffle=st.booleans(),
        )
    ),
    "ordering": with_combined(
        of(items=st.lists(html(), min_size=2, max_size=4), scoring=st.sampled_from(["all", "places", "pairs"]))
    ),
    "gaps": gaps(),
    "essay": of(
        rubric=st.lists(CRITERION, max_size=2),
        min_words=st.one_of(st.none(), st.integers(1, 100)),
        max_words=st.one_of(st.none(), st.integers(100, 1000)),
        notes=FEEDBACK,
    ),
    "description": st.just({}),
}


@st.composite
def question(draw, kind=None):
    kind = kind or draw(st.sampled_from(sorted(DATA)))
    return QuestionData(
        type=kind,
        title=draw(PLAIN_LINE),
        text=default_stem() if kind == "gaps" else draw(html()),
        data=draw(DATA[kind]),
        feedback=draw(FEEDBACK),
        hints=tuple(hint for hint in draw(st.lists(html(), max_size=2))),
        solution=draw(FEEDBACK),
        points=Decimal(draw(st.sampled_from(["1", "2", "0.5", "2.25"]))),
        difficulty=draw(st.sampled_from(["", "easy", "hard"])),
        category=draw(st.one_of(st.sampled_from(["", "top/Safety", "Unit 1: Fire", "$course$/top/A b"]), PLAIN_LINE)),
        tags=tuple(draw(st.lists(st.sampled_from(["fire", "first-aid", "é x"]), max_size=2, unique=True))),
        key=draw(st.sampled_from(["", "Q-1", "a[b]c", "x:y"])),
    )
