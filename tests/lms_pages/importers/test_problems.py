"""Problems become questions with the right answer; what cannot be judged is refused with a reason."""

from decimal import Decimal

import pytest
from lxml import etree

from lms_pages.importers.olx.answers import number, numerical
from lms_pages.importers.olx.polls import Unaskable
from lms_pages.importers.olx.problem_markdown import problem_xml
from lms_pages.importers.olx.problems import read_problem
from lms_pages.importers.olx.scripts import filled, used, variables
from questions.types import question_type


def read(inside: str, markdown: str = "", key: str = "k") -> tuple[list, str, list[str]]:
    remarks: list[str] = []
    questions, text = read_problem(
        key=key,
        name="Name",
        element=etree.fromstring(f"<problem>{inside}</problem>"),
        markdown=markdown,
        remark=remarks.append,
    )
    return questions, text, remarks


def only(inside: str, markdown: str = ""):
    questions, _text, _remarks = read(inside, markdown)
    assert len(questions) == 1
    return questions[0]


def rights(question) -> list[tuple[str, bool]]:
    return [(option["text"], option["right"]) for option in question.data["options"]]


CHOICES = "<choice correct='true'>a</choice><choice correct='false'>b</choice>"


def test_single_choice_with_two_right_options_is_kept_and_remarked_on():
    (question,), _text, remarks = read(
        "<multiplechoiceresponse><choicegroup shuffle='true'><choice correct='true'>a</choice>"
        "<choice correct='TRUE'>b</choice><choice correct='false'>c</choice></choicegroup></multiplechoiceresponse>"
    )
    assert (question.kind, question.data["shuffle"]) == ("single_choice", True)
    assert remarks == ["Several options are right, and any of them counts. To edit the question here, leave only one."]
    assert rights(question) == [("a", True), ("b", True), ("c", False)]


def test_true_or_false_and_dropdowns_are_single_choice():
    assert only(f"<truefalseresponse><choicegroup>{CHOICES}</choicegroup></truefalseresponse>").kind == "single_choice"
    old = only("""<optionresponse><optioninput options="('a','b c')" correct="b c"/></optionresponse>""")
    assert (old.kind, rights(old)) == ("single_choice", [("a", False), ("b c", True)])


def test_two_dropdowns_in_a_sentence_are_two_questions():
    questions, text, _remarks = read(
        "<p>before</p><optionresponse><p>The <optioninput label='x'><option correct='True'>a</option>"
        "<option correct='False'>b</option></optioninput> and the <optioninput><option correct='True'>c</option>"
        "</optioninput> too</p></optionresponse><p>after</p>"
    )
    assert [question.key for question in questions] == ["k", "k#2"]
    assert [question.title for question in questions] == ["Name (1)", "Name (2)"]
    assert [" ".join(question.stem.split()) for question in questions] == ["<p>before</p> The", "and the"]
    assert " ".join(text.split()) == "too <p>after</p>"


def test_hints_go_to_the_option_and_what_was_not_chosen_to_the_feedback():
    question = only(
        "<choiceresponse><checkboxgroup><choice correct='true'>a<choicehint selected='true'>Good.</choicehint>"
        "<choicehint selected='false'>Look at a.</choicehint></choice><choice correct='false'>b</choice>"
        "</checkboxgroup><solution><div><p>Explanation</p><p>Why.</p></div></solution></choiceresponse>"
        "<demandhint><hint>Think.</hint><hint>Again.</hint></demandhint>"
    )
    assert [option["feedback"] for option in question.data["options"]] == ["Good.", ""]
    assert question.feedback == (
        "<p>On “a”: Look at a.</p><div><p>Why.</p></div><p>Hint: Think.</p><p>Hint: Again.</p>"
    )


def test_feedback_on_an_option_stays_out_of_the_text():
    questions, text, _remarks = read(
        "".join(
            "<multiplechoiceresponse targeted-feedback=''><choicegroup><choice correct='true' explanation-id='yes'>a</choice>"
            "<choice correct='false' explanation-id='no'>b</choice></choicegroup></multiplechoiceresponse>"
            f"<targetedfeedbackset><targetedfeedback explanation-id='yes'><p>Targeted Feedback</p><p>{word}</p>"
            "</targetedfeedback><targetedfeedback explanation-id='no'><p>Wrong.</p></targetedfeedback></targetedfeedbackset>"
            for word in ("Right.", "Right again.")
        )
    )
    first, second = ([option["feedback"] for option in question.data["options"]] for question in questions)
    assert (first, second) == (["<p>Right.</p>", "<p>Wrong.</p>"], ["<p>Right again.</p>", "<p>Wrong.</p>"])
    assert (questions[0].stem, questions[1].stem, text) == ("", "", "")


@pytest.mark.parametrize("hint", ["stringequalhint", "stringhint", "regexphint", "numerichint"])
def test_hints_on_wrong_answers_stay_out_of_the_text(hint):
    (question,), text, remarks = read(
        f"<stringresponse answer='a'><label>What?</label><{hint} answer='b'>It is a.</{hint}><textline/></stringresponse>"
    )
    assert (question.stem.strip(), question.feedback, text) == ("<p>What?</p>", "", "")
    assert remarks == ["Hints on certain wrong answers were left out."]


def test_the_feedback_of_the_problem_beside_it_is_not_its_own():
    beside = etree.fromstring(
        "<vertical><problem><multiplechoiceresponse><choicegroup><choice correct='true' explanation-id='x'>a</choice>"
        "</choicegroup></multiplechoiceresponse></problem><problem><targetedfeedbackset>"
        "<targetedfeedback explanation-id='x'>Not here.</targetedfeedback></targetedfeedbackset></problem></vertical>"
    )
    questions, _text = read_problem(key="k", name="", element=beside[0], markdown="", remark=[].append)
    assert questions[0].data["options"][0]["feedback"] == ""


def test_partial_credit_is_remarked_on():
    _questions, _text, remarks = read(
        f"<choiceresponse partial_credit='EDC'><checkboxgroup>{CHOICES}</checkboxgroup></choiceresponse>"
    )
    assert remarks == ["It gave part of the points for part of the answer; here all of it must be right."]


@pytest.mark.parametrize(
    ("text", "value"),
    [("5", "5"), ("-1.5", "-1.5"), ("1e3", "1E+3"), ("2*3/4", "1.5"), ("2^3", "8"), ("10%", "0.10"), ("5k", "5000"),
     ("1/3", "0.333333333333333"), ("−2", "-2"), ("1.602176634e-19", "1.602176634e-19"), ("1e-20/3", "3.33333333333333e-21")],
)  # fmt: skip
def test_numbers(text, value):
    assert number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["x+1", "", "nan", "inf", "__import__('os')", "2**999", "1/0", "1e99", "3+2j", "(" * 500]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(Unaskable):
        number(text)


@pytest.mark.parametrize(
    ("inside", "answer", "tolerance"),
    [
        ("<numericalresponse answer='10'/>", 10, Decimal("0.0001")),
        ("<numericalresponse answer='0'/>", 0, 0),
        ("<numericalresponse answer='10'><responseparam type='tolerance' default='0'/></numericalresponse>", 10, 0),
        ("<numericalresponse answer='10'><responseparam type='tolerance' default='5%'/></numericalresponse>", 10, Decimal("0.5")),
        ("<numericalresponse answer='-10'><responseparam type='tolerance' default='.01'/></numericalresponse>", -10, Decimal("0.01")),
        ("<numericalresponse answer='[1, 4]'/>", Decimal("2.5"), Decimal("1.5")),
    ],
)  # fmt: skip
def test_tolerances(inside, answer, tolerance):
    value, remark = numerical(etree.fromstring(inside))
    assert (value.answer, value.tolerance, remark) == (answer, tolerance, "")


def test_further_numbers_count_without_a_tolerance_and_have_their_own_hints():
    question = only(
        "<numericalresponse answer='10'><responseparam type='tolerance' default='1'/><correcthint>Ten.</correcthint>"
        "<additional_answer answer='2^3'><correcthint>Eight too.</correcthint></additional_answer>"
        "<additional_answer answer='-1'/></numericalresponse>"
    )
    assert question.data == {
        "accepted": [
            {"number": "10", "tolerance": "1", "feedback": "Ten."},
            {"number": "8", "feedback": "Eight too."},
            {"number": "-1", "feedback": ""},
        ],
        "unit": "",
    }
    kind = question_type("numerical")
    value = kind.block().to_python(kind.from_data(question.data))
    graded = {text: kind.grade(value, {"number": text, "text": text}) for text in ("10.5", "8", "8.5", "-1")}
    assert {text: int(grade.score) for text, grade in graded.items()} == {"10.5": 1, "8": 1, "8.5": 0, "-1": 1}
    assert graded["8"].feedback == {"": "<p>Eight too.</p>"}


def test_further_numbers_in_markdown():
    (question,) = from_markdown(">>How far?<<\n= 3 +- 1 {{Three.}}\nor= 7 {{Seven.}}\n")
    assert [(entry["number"], entry["feedback"]) for entry in question.data["accepted"]] == [
        ("3", "Three."),
        ("7", "Seven."),
    ]


def test_an_open_range_is_remarked_on():
    assert numerical(etree.fromstring("<numericalresponse answer='(1,2]'/>"))[1] == (
        "The ends of the range count as right here."
    )


@pytest.mark.parametrize(
    ("inside", "accepted", "case"),
    [
        ("<stringresponse answer='A b'/>", ["A b"], True),
        ("<stringresponse answer='a' type='ci'><additional_answer answer='b'/></stringresponse>", ["a", "b"], False),
        ("<stringresponse answer='a'><additional_answer>c</additional_answer><textline/></stringresponse>", ["a", "c"], True),
        ("<stringresponse answer='^(red|blue)$' type='ci regexp'/>", ["red", "blue"], False),
        ("<stringresponse answer='red _or_ a.b' type='ci regexp'/>", ["red", "a.b"], False),
    ],
)  # fmt: skip
def test_texts(inside, accepted, case):
    question = only(inside)
    assert (question.kind, question.data["accepted"], question.data["case_sensitive"]) == ("short_text", accepted, case)


@pytest.mark.parametrize(
    ("inside", "reason"),
    [
        ("<customresponse><textline/></customresponse>", "needs a script"),
        ("<symbolicresponse><textline/></symbolicresponse>", "no answers of the kind “symbolicresponse”"),
        ("<p><formularesponse answer='x'/></p>", "no answers of the kind “formularesponse”"),
        ("<stringresponse answer='a.*b' type='regexp'/>", "a pattern"),
        ("<stringresponse answer=''/>", "no right answer"),
        ("<numericalresponse answer='1'><additional_answer answer='x'/></numericalresponse>", "is a formula"),
        ("<numericalresponse answer='[3,1]'/>", "range of its right answers is empty"),
        ("<multiplechoiceresponse><choicegroup><choice>a</choice></choicegroup></multiplechoiceresponse>", "marked as right"),
        ("<multiplechoiceresponse/>", "nothing to choose from"),
        ("<script type='loncapa/python'>n = compute()</script><p>$n</p><numericalresponse answer='$n'/>", "comes from a script"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_says_why(inside, reason):
    with pytest.raises(Unaskable, match=reason):
        read(inside)


def test_half_a_problem_is_not_imported():
    with pytest.raises(Unaskable):
        read(
            f"<multiplechoiceresponse><choicegroup>{CHOICES}</choicegroup></multiplechoiceresponse>"
            "<customresponse><textline/></customresponse>"
        )


def test_a_problem_without_inputs_is_text():
    assert read("<p>Only words.</p>") == ([], "<p>Only words.</p>", [])


# Scripts ----------------------------------------------------------------------------


def test_drawn_numbers_are_drawn_once_and_for_all():
    inside = (
        "<script type='loncapa/python'>\nimport random\na = random.randint(2, 9)\nb = a * 2\n</script>"
        "<numericalresponse answer='$b'><label>Twice ${a}?</label></numericalresponse>"
    )
    question, again = only(inside), only(inside)
    assert question == again
    drawn = int("".join(c for c in question.stem if c.isdigit()))
    assert 2 <= drawn <= 9
    assert question.data["answer"] == str(2 * drawn)
    assert read(inside)[2] == ["Its numbers were drawn anew for each learner; here everybody gets the same ones."]


@pytest.mark.parametrize(
    ("script", "values"),
    [
        ("x = 3\ny = x / 2", {"x": "3", "y": "1.5"}),
        ("x = y = 3", {"x": "3", "y": "3"}),
        ("x, y = 3, 4", {"x": None, "y": None}),
        ("x = open('/etc/passwd').read()", {"x": None}),
        ("x = 'a' * 10**9", {"x": None}),
        ("x = [1, 2][0]", {"x": None}),
        ("x = 1\nfor i in range(3):\n    x = x + i", {"x": None, "i": None}),
        ("x = __import__('os').system('true')", {"x": None}),
        ("def f():\n    y = 1\nx = 2", {"x": "2"}),
        ("print 'old python'\nx = 1", {"x": None}),
    ],
)
def test_scripts_are_never_run(script, values):
    assert variables(script, "seed") == values


def test_only_the_scripts_own_names_are_filled_in():
    known = {"n": "5", "m": None}
    assert used("$n costs $10 and ${m} $other", known) == {"n", "m"}
    assert filled("$n costs $10 and $other ${n}", known) == "5 costs $10 and $other 5"


# Markdown -----------------------------------------------------------------------------


def from_markdown(text: str) -> list:
    return read("", markdown=text)[0]


def test_markdown_single_choice():
    (question,) = from_markdown(
        "Some words.\n\n>>Which **one**?||Look twice.<<\n\n(!) a {{Not a.}}\n(x) b {{Right:: b it is.}}\n( ) c\n\n"
        "[explanation]\nBecause.\n[explanation]\n\n||First hint||\n"
    )
    assert question.kind == "single_choice"
    assert question.data["shuffle"] is True
    assert rights(question) == [("a", False), ("b", True), ("c", False)]
    assert [option["feedback"] for option in question.data["options"]] == ["Not a.", "b it is.", ""]
    assert "Some words." in question.stem
    assert "<p>Which <strong>one</strong>?</p>" in question.stem
    assert "<p><em>Look twice.</em></p>" in question.stem
    assert question.feedback == "<p>Because.</p><p>Hint: First hint</p>"


def test_markdown_several_answers():
    (question,) = from_markdown(">>Which?<<\n[x] a {{selected: Good., unselected: Look at a.}}\n[ ] b\n\n[x] c\n")
    assert (question.kind, rights(question)) == ("multiple_answers", [("a", True), ("b", False), ("c", True)])
    assert question.data["options"][0]["feedback"] == "Good."
    assert question.feedback == "<p>On “a”: Look at a.</p>"


def test_markdown_hints_in_the_form_that_studio_gives():
    (question,), text, remarks = read(
        "",
        markdown=">>Which?<<\n[x] a {{ selected: Good, it is a. }, { unselected: Look at a, please.}}\n[ ] b\n"
        "{{ ((A B)) Not both. }}\n",
    )
    assert [option["feedback"] for option in question.data["options"]] == ["Good, it is a.", ""]
    assert question.feedback == "<p>On “a”: Look at a, please.</p>"
    assert (text, remarks) == ("", ["Hints for a combination of answers were left out."])


def test_markdown_dropdown():
    (question,) = from_markdown(">>Which?<<\n\n[[a, (b), c]]\n")
    assert (question.kind, rights(question)) == ("single_choice", [("a", False), ("b", True), ("c", False)])


def test_markdown_numbers_and_texts():
    first, second, third = from_markdown(
        ">>How far?<<\n= 3.14 +- 2% {{Well measured.}}\n---\n>>Who?<<\n= Ann\nor= Anna\nnot= Bob {{No.}}\n---\n>>Between?<<\n= [1, 3]\n"
    )
    assert (first.kind, first.data["answer"], first.data["tolerance"]) == ("numerical", "3.14", "0.0628")
    assert first.data["feedback_right"] == "Well measured."
    assert (second.kind, second.data["accepted"], second.data["case_sensitive"]) == (
        "short_text",
        ["Ann", "Anna"],
        False,
    )
    assert (third.data["answer"], third.data["tolerance"]) == ("2", "1")


def test_markdown_is_only_read_where_there_is_nothing_else():
    question = only(
        f"<multiplechoiceresponse><choicegroup>{CHOICES}</choicegroup></multiplechoiceresponse>",
        markdown="(x) z\n( ) y",
    )
    assert rights(question) == [("a", True), ("b", False)]


def test_markdown_cannot_smuggle_tags_into_the_answer():
    xml = etree.fromstring(problem_xml('= "/><script>x</script>\n'))
    assert xml.find(".//script") is None
