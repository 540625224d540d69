"""GIFT in all its forms, as Moodle's documentation has them and as people write them."""

from decimal import Decimal

import pytest

from questions.formats.gift import parse
from questions.formats.summary import summary


def read(text: str) -> list[dict]:
    parsed = parse(text.encode())
    assert list(parsed.errors) == []
    return [summary(question) for question in parsed.questions]


def one(text: str) -> dict:
    (question,) = read(text)
    return question


def answers(text: str) -> list[tuple]:
    return [(answer["text"], answer["weight"], answer["feedback"]) for answer in one(text)["answers"]]


def error(text: str) -> tuple[int, str]:
    parsed = parse(text.encode())
    (found,) = parsed.errors
    assert found.mend
    return found.line, found.what


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Just words.", "description"),
        ("Write.{}", "essay"),
        ("Write.{ }", "essay"),
        ("Write.{####Well done.}", "essay"),
        ("So?{T}", "true_false"),
        ("So?{ true }", "true_false"),
        ("So?{F#no#yes}", "true_false"),
        ("Who?{=a =b}", "short_text"),
        ("Who?{a}", "short_text"),
        ("Who?{=T}", "short_text"),
        ("Who?{=%100%a -> b#x}", "short_text"),
        ("Who?{=a#see b -> c}", "short_text"),
        ("Who?{=a#see b -> c =d}", "short_text"),
        ("Match.{=C# -> Microsoft =Java -> Sun}", "matching"),
        ("Match.{=C#->Microsoft =F#->Microsoft}", "matching"),
        ("Match.{a -> b =c -> d}", "matching"),
        ("So?{True}", "true_false"),
        ("So?{T ####Read on.}", "true_false"),
        ("Which?{~a ~=b}", "single_choice"),
        ("Which?{~%50%a ~%0%b ~%50%c}", "multiple_answers"),
        ("How many?{\n#5\n}", "numerical"),
        ("::Only a name::", "description"),
        ("A \\{ and a \\} are text.", "description"),
        ("Which?{=a ~b}", "single_choice"),
        ("Which?{~%50%a ~%50%b ~c}", "multiple_answers"),
        ("Match.{=a -> b =c -> d}", "matching"),
        ("How many?{#5}", "numerical"),
        ("Order.{>2 ALL VERTICAL ALL_OR_NOTHING SHOW\na\nb}", "ordering"),
    ],
)
def test_kinds(text, kind):
    assert one(text)["type"] == kind


def test_name_text_and_category():
    question = one("$CATEGORY: top/Unit 1\n\n::A\\: name:: The text\nof two lines.{T}")
    assert question["title"] == "A: name"
    assert question["text"] == "The text of two lines."
    assert question["category"] == "top/Unit 1"
    assert question["line"] == 3


def test_a_category_needs_no_empty_line_and_changes():
    first, second = read("$CATEGORY: A\nOne?{T}\n$CATEGORY: B\nTwo?{F}\n")
    assert (first["category"], second["category"]) == ("A", "B")


def test_windows_line_ends():
    first, second = read("One?{T}\r\n\r\nTwo?{\r\n=a\r\n=b\r\n}\r\n")
    assert (first["text"], second["text"]) == ("One?", "Two?")
    assert second["line"] == 3


def test_comments_between_and_inside():
    assert answers("// before\nWhich?{\n// inside\n=a\n  // indented ~x\n~b\n}\n// after") == [
        ("a", 100, ""),
        ("b", 0, ""),
    ]


def test_ids_and_tags():
    question = one("// question: 7 [id:a\\]b] words [tag:one] [tag:two words]\nSo?{T}")
    assert question["id"] == "a]b"
    assert question["tags"] == ["one", "two words"]
    first, second = read("// [id:1]\nOne?{T}\n\nTwo?{T}")
    assert first["id"] == "1"
    assert "id" not in second


def test_escapes():
    question = one(r"::\{T\}:: 1 \= 1 \~ 2 \# 3 \{x\} \: y \\ z \q a\nb {=\=\~\#\{\}\: ~\\}")
    assert question["title"] == "{T}"
    assert question["text"] == "1 = 1 ~ 2 # 3 {x} : y \\ z \\q a\nb"
    assert [answer["text"] for answer in question["answers"]] == ["=~#{}:", "\\"]


def test_a_comment_behind_the_answers_is_no_missing_word():
    question = one("So?{T} // easy {x}".replace(" {x}", ""))
    assert (question["type"], question["text"]) == ("true_false", "So?")
    assert one("So?{T} // easy\nreally")["text"] == "So?_____ \nreally".replace(" \n", " ")
    assert one("See {=4} //example.com")["text"] == "See"


def test_the_right_option_marked_with_both_signs():
    assert answers("Which?{~=a#yes ~ = b ~c}") == [("a", 100, "yes"), ("b", 100, ""), ("c", 0, "")]


def test_escapes_that_gift_does_not_have_stay():
    assert one(r"\(a \= b\) \[x\] \->\% {T}")["text"] == r"\(a = b\) \[x\] \->\%"
    assert one(r"\\frac\{1\}\{2\} \\\\ end {T}")["text"] == r"\frac{1}{2} \\ end"


def test_an_unescaped_colon_and_a_colon_in_answers_are_text():
    question = one("::A\\::B:: Note: at 10:30 {=a:b#c:d ~e}")
    assert (question["title"], question["text"]) == ("A::B", "Note: at 10:30")
    assert one("::A\\:::B: c{T}")["title"] == "A:"
    assert [(answer["text"], answer["feedback"]) for answer in question["answers"]] == [("a:b", "c:d"), ("e", "")]


def test_the_last_general_feedback_counts_as_in_moodle():
    question = one("Which?{=a ~b#x####y####z}")
    assert (question["feedback"], question["answers"][1]["feedback"]) == ("z", "x####y")


def test_general_feedback_of_every_kind():
    for body in ("", "T", "=a", "=a ~b", "#5", "=a -> b =c -> d"):
        question = one(f"Q?{{{body}\n####[html]<b>More</b>\n}}")
        assert question["feedback"] == "<b>More</b>"


def test_old_macintosh_line_ends():
    assert [question["text"] for question in read("One?{T}\r\rTwo?{F}\r")] == ["One?", "Two?"]


def test_a_line_of_blanks_ends_a_question():
    assert [question["text"] for question in read("One?{T}\n \t \nTwo?{F}")] == ["One?", "Two?"]


def test_a_category_says_its_escapes_and_comes_with_comments():
    first, second = read("// a\n$CATEGORY: $course$/top/A\\: b\n// c\nOne?{T}\n\n$CATEGORY:\n\nTwo?{F}")
    assert (first["category"], second["category"]) == ("$course$/top/A: b", None)


def test_a_format_of_its_own_for_each_text():
    question = one("[markdown]*Who*?{=[plain]a#[html]<i>b</i> =c ####[moodle]d}")
    assert question["text_format"] == "markdown"
    assert [answer["text"] for answer in question["answers"]] == ["a", "c"]
    (read_again,) = parse(b"[markdown]*Who*?{=[plain]*a*#[html]<i>b</i> ~*c* ####[moodle]*d*}").questions
    assert [option["text"] for option in read_again.data["options"]] == ["<p>*a*</p>", "<p><em>c</em></p>"]
    assert read_again.feedback == "<p>*d*</p>"


def test_missing_word():
    assert one("Grant is {~buried =entombed} in the tomb.")["text"] == "Grant is _____ in the tomb."
    assert one("2 + 2 equals {=4}.")["text"] == "2 + 2 equals _____."
    assert one("{=4} is 2 + 2.")["text"] == "_____ is 2 + 2."


def test_weights():
    assert answers("Which?{=%50%half ~%-25%minus ~% 12.5 %x =%100%all}") == [
        ("half", 50, ""),
        ("minus", -25, ""),
        ("x", 12.5, ""),
        ("all", 100, ""),
    ]
    assert answers("Who?{=%0%*#No. =a}") == [("*", 0, "No."), ("a", 100, "")]


def test_scoring_of_several_answers():
    assert one("Which?{~%50%a ~%50%b ~%-100%c}")["scoring"] == "share"
    assert one("Which?{~%50%a ~%50%b ~%-50%c ~%-50%d}")["scoring"] == "share"
    assert one("Which?{~%50%a ~%50%b ~c}")["scoring"] == "credits"
    assert one("Which?{~%60%a ~%40%b ~%-100%c}")["scoring"] == "credits"


def test_feedback():
    assert answers("Which?{=a#yes ~b # no, \\#2 ~c}") == [("a", 100, "yes"), ("b", 0, "no, #2"), ("c", 0, "")]
    question = one("Which?{=a#yes ~b####Read page 3.}")
    assert question["feedback"] == "Read page 3."
    assert question["answers"][1]["feedback"] == ""


@pytest.mark.parametrize(
    ("text", "true", "false"),
    [
        ("So?{T#wrong#right}", "right", "wrong"),
        ("So?{F#wrong#right}", "wrong", "right"),
        ("So?{T#wrong}", "", "wrong"),
        ("So?{T##right}", "right", ""),
        ("So?{T#wrong####all}", "", "wrong"),
    ],
)
def test_the_first_feedback_is_that_on_the_wrong_answer(text, true, false):
    assert [feedback for _text, _weight, feedback in answers(text)] == [true, false]


@pytest.mark.parametrize(
    ("text", "number", "tolerance"),
    [
        ("{#5}", "5", 0),
        ("{# 5 }", "5", 0),
        ("{#-5.50:0.5}", "-5.5", 0.5),
        ("{#1..2}", "1.5", 0.5),
        ("{#-2..-1}", "-1.5", 0.5),
        ("{#2..1}", "1.5", 0.5),
        ("{#=5:1}", "5", 1),
        ("{#3,14:0,01}", "3.14", 0.01),
        ("{#1e3:1}", "1000", 1),
        ("{#5\\:1}", "5", 1),
        ("{#.5}", "0.5", 0),
    ],
)
def test_numbers(text, number, tolerance):
    (answer,) = one("How many?" + text)["answers"]
    assert (answer["text"], answer["tolerance"]) == (number, tolerance)


def test_numbers_with_weights_and_feedback_on_any_other():
    assert answers("How many?{#=%100%5:0#Yes =%50%5:2#Nearly ~#No.}") == [
        ("5", 100, "Yes"),
        ("5", 50, "Nearly"),
        ("*", 0, "No."),
    ]


def test_pairs_and_matches_without_one():
    question = one("Match.{\n=[html]<b>a</b> -> one\n=b->two -> 2\n= -> three\n}")
    assert [(answer["text"], answer["match"]) for answer in question["answers"]] == [
        ("<b>a</b>", "one"),
        ("b", "two -> 2"),
        ("", "three"),
    ]


def test_ordering_as_moodle_writes_it():
    question = one("::Alarm::Order.{>3 ALL VERTICAL RELATIVE_NEXT_EXCLUDE_LAST SHOW\nRaise it\nWarn\\: all\nLeave\n}")
    assert [answer["text"] for answer in question["answers"]] == ["Raise it", "Warn: all", "Leave"]
    assert question["scoring"] == "pairs"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b & c{T}", "<p>a &lt; b &amp; c</p>"),
        ("a <b>bold</b> word{T}", "<p>a <b>bold</b> word</p>"),
        ("A List<String> here{T}", "<p>A List&lt;String&gt; here</p>"),
        ("one\\ntwo{T}", "<p>one<br>two</p>"),
        ("[plain]a <b>b</b>{T}", "<p>a &lt;b&gt;b&lt;/b&gt;</p>"),
        ("[html]<p>a</p>\n<p>b</p>{T}", "<p>a</p>\n<p>b</p>"),
        ("[html]a <i>b</i>{T}", "<p>a <i>b</i></p>"),
        ("[markdown]a **b** _c_ `d`{T}", "<p>a <strong>b</strong> <em>c</em> <code>d</code></p>"),
        ("[markdown]List\\:\\n- a\\n    - b\\n- c{T}", "<p>List:</p><ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
        ("[unknown]a{T}", "<p>[unknown]a</p>"),
        ('[html]<p onclick\\="x()">a<script>b</script></p>{T}', "<p>a</p>"),
        ('[html]<p>a <img src\\="x.png" alt\\="a pump"></p>{T}', "<p>a a pump</p>"),
    ],
)
def test_markup(text, html):
    (question,) = parse(text.encode()).questions
    assert question.text == html


def test_answers_have_the_format_of_the_question_unless_they_name_one():
    (question,) = parse(b"[html]<p>x</p>{=<b>a</b>#<i>f</i> ~[plain]<b>#[markdown]*g*}").questions
    first, second = question.data["options"]
    assert (first["text"], first["feedback"]) == ("<p><b>a</b></p>", "<p><i>f</i></p>")
    assert (second["text"], second["feedback"]) == ("<p>&lt;b&gt;</p>", "<p><em>g</em></p>")


def test_an_empty_line_inside_answers_that_end():
    first, second = read("Which?{\n=a\n\n~b\n}\n\nNext?{T}")
    assert len(first["answers"]) == 2
    assert second["text"] == "Next?"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("Fine?{T}\n\nOpen?{=a\n~b\n\nNext?{T}", 3, "never end"),
        ("Closed }?", 1, "without an opening one"),
        ("Two?{T}\nThree?{F}", 2, "second block"),
        ("Nested?{=a {b} ~c}", 1, "inside the answers"),
        ("Twice?{T}}", 1, "second closing"),
        ("::No end {T}", 1, "never ends"),
        ("One?{~a}", 1, "one option"),
        ("Which?{a ~b =c}", 1, "neither ~ nor ="),
        ("\nMatch?{=a -> b\n=c}", 3, "no arrow"),
        ("Match?{=a -> b}", 1, "one pair"),
        ("How?{\n#five}", 2, "not a number"),
        ("How?{#1:x}", 1, "not a number"),
        ("How?{#1..x}", 1, "not a number"),
        ("How?{#NaN}", 1, "not a number"),
        ("How?{#1e99}", 1, "not a number"),
        ("How?{#}", 1, "No number"),
        ("How?{#=%50%*}", 1, "Any number"),
        ("Which?{~%101%a ~b}", 1, "outside"),
        ("Who?{=#nothing}", 1, "empty"),
        ("Which?{~%1000%a ~b}", 1, "outside"),
        ("Which?{\n=a\n~\n~b}", 3, "option is empty"),
        ("Which?{\n=a\n~#why}", 3, "option is empty"),
        ('Which?{\n=a\n~b#<a href="x">y</a>}', 3, "HTML attribute"),
        ("Who?{\n=a#<a class='b' href='x'>y</a>}", 2, "HTML attribute"),
        ('Match?{\n=a -> b\n=<img src="c.png"> -> d}', 3, "HTML attribute"),
        ("How?{#\n=five}", 2, "not a number"),
        ("Order?{>2 ALL\nx}", 1, "fewer than two items"),
        ("", 0, "empty"),
        ("// only a comment", 0, "no question"),
    ],
)
def test_errors_name_their_line(text, line, what):
    found = error(text)
    assert found[0] == line
    assert what in found[1]


def test_an_error_does_not_hide_the_questions_around_it():
    parsed = parse(b"One?{T}\n\nTwo?{~x}\n\nThree?{F}\n\nFour?{#z}")
    assert [question.line for question in parsed.questions] == [1, 5]
    assert [found.line for found in parsed.errors] == [3, 7]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("Käse?{T}".encode(), "UTF-8"),
        ("\ufeffKäse?{T}".encode(), "UTF-8"),
        ("Käse?{T}".encode("utf-16"), "UTF-16"),
        ("Käse – 5 €?{T}".encode("cp1252"), "Windows-1252"),
    ],
)
def test_encodings(data, encoding):
    parsed = parse(data)
    assert parsed.encoding == encoding
    assert parsed.questions[0].text.startswith("<p>Käse")


def test_points_are_one():
    assert parse(b"So?{T}").questions[0].points == Decimal(1)
