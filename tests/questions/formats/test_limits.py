"""What is more than a question holds is an error with its line, in each format alike."""

import pytest

from questions.formats import parse


@pytest.mark.parametrize(("count", "errors"), [(200, []), (201, ["The question has 201 answers; at most 200 fit."])])
def test_a_question_has_at_most_200_answers(count, errors):
    options = " ".join(f"~{number}" for number in range(count - 1))
    parsed = parse(f"Which?{{=right {options}}}".encode(), format="gift")
    assert [error.what for error in parsed.errors] == errors
    assert [error.line for error in parsed.errors] == [1] * len(errors)


@pytest.mark.parametrize(
    ("format", "text", "most"),
    [
        ("gift", "\n\nWho?{{={0}}}", 500),
        ("gift", "\n\nMatch{{=a -> {0} =c -> d}}", 200),
        ("gift", "\n\nMatch{{=a -> b =c -> d = -> {0}}}", 200),
        ("csv", "type,question\n\ngaps,{{1:SA:={0}}}", 200),
        ("csv", "type,question,answer 1,unit\n\nnumber,How?,1,{0}", 20),
        ("csv", "type,question,rubric\n\nessay,Write,{0} | 5", 200),
        ("csv", "type,question,rubric\n\nessay,Write,a | 5 | {0} = 5", 200),
    ],
)
def test_an_answer_that_no_form_could_hold_is_an_error(format, text, most):
    assert list(parse(text.format("x" * most).encode(), format=format).errors) == []
    (error,) = parse(text.format("x" * (most + 1)).encode(), format=format).errors
    assert (error.line, error.mend) == (3, "Shorten it.")
    assert error.what == f"“{'x' * min(40, most + 1)}…” has {most + 1} characters; at most {most} fit there."
