"""The commands that import and export questions."""

import json

import pytest
from django.core.management import CommandError, call_command

from questions.formats import write
from questions.formats.examples import examples
from questions.models import Question

pytestmark = pytest.mark.django_db


def run(capsys, *arguments):
    call_command(*arguments)
    return capsys.readouterr().out


def test_json_of_an_import(capsys, tmp_path):
    path = tmp_path / "two.gift"
    path.write_bytes("::Caf\xe9::How warm?{#20:0.5#Right}\n\nA{=b ~%50%c#no}".encode("cp1252"))
    report = json.loads(run(capsys, "import_questions", str(path), "--json"))
    assert report["format"] == "gift"
    assert report["encoding"] == "Windows-1252"
    assert report["errors"] == []
    assert (report["created"], report["changed"], report["unchanged"]) == (2, 0, 0)
    number, choice = report["questions"]
    assert (number["type"], number["title"], number["text"]) == ("numerical", "Caf\xe9", "How warm?")
    assert number["answers"] == [{"text": "20", "weight": 100, "feedback": "Right", "tolerance": 0.5}]
    assert choice["answers"] == [
        {"text": "b", "weight": 100, "feedback": ""},
        {"text": "c", "weight": 50, "feedback": "no"},
    ]


def test_an_error_ends_with_1_and_writes_nothing(capsys, tmp_path):
    path = tmp_path / "broken.gift"
    path.write_text("Fine?{T}\n\nBroken?{=a\n")
    with pytest.raises(SystemExit) as ended:
        call_command("import_questions", str(path), "--json")
    assert ended.value.code == 1
    report = json.loads(capsys.readouterr().out)
    (error,) = report["errors"]
    assert error["line"] == 3
    assert error["mend"]
    assert not Question.objects.exists()
    with pytest.raises(SystemExit):
        call_command("import_questions", str(path))
    assert "Nothing was imported" in capsys.readouterr().out


def test_a_dry_run_says_so(capsys, tmp_path):
    path = tmp_path / "one.txt"
    path.write_text("Which?\nA. One\nB. Two\nANSWER: B\n")
    out = run(capsys, "import_questions", str(path), "--dry-run")
    assert "1 questions in Aiken" in out
    assert "nothing was changed" in out
    assert not Question.objects.exists()


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_questions", str(tmp_path / "none.gift"))


def test_json_of_a_file_that_is_not_there_is_json_too(capsys, tmp_path):
    with pytest.raises(SystemExit) as ended:
        call_command("import_questions", str(tmp_path / "none.gift"), "--json")
    assert ended.value.code == 1
    out = capsys.readouterr()
    (error,) = json.loads(out.out)["errors"]
    assert (error["line"], "cannot be read" in error["what"], error["mend"]) == (0, True, "Check the path.")
    assert out.err == ""


@pytest.mark.parametrize("format", ["gift", "moodle-xml", "aiken", "csv", "xlsx"])
def test_a_dry_run_prints_one_json_object_and_nothing_else(capsys, tmp_path, format):
    path = tmp_path / "questions"
    path.write_bytes(write(examples(), format).content)
    call_command("import_questions", str(path), "--dry-run", "--json")
    out = capsys.readouterr()
    report = json.loads(out.out)
    assert (out.out.count("\n"), out.out.isascii(), out.err) == (1, True, "")
    assert (report["format"], report["dry_run"], report["errors"]) == (format, True, [])
    assert not Question.objects.exists()


@pytest.mark.parametrize("format", ["gift", "moodle-xml", "aiken", "csv", "xlsx"])
def test_a_template_imports_and_exports_again(capsys, tmp_path, format):
    template, export = tmp_path / "template", tmp_path / "export"
    run(capsys, "export_questions", "--format", format, "--template", "--output", str(template))
    first = json.loads(run(capsys, "import_questions", str(template), "--json"))
    assert first["format"] == format
    assert first["errors"] == []
    assert first["created"] == {"gift": 8, "moodle-xml": 9, "aiken": 1, "csv": 10, "xlsx": 10}[format]
    out = json.loads(run(capsys, "export_questions", "--format", format, "--output", str(export), "--json"))
    assert out["written"] == first["created"]
    again = json.loads(run(capsys, "import_questions", str(export), "--json"))
    assert (again["created"], again["changed"]) == (0, 0) or format == "aiken"


def test_an_export_of_one_topic(capsys, tmp_path):
    path = tmp_path / "two.gift"
    path.write_text("$CATEGORY: A\n\n::One::1?{T}\n\n$CATEGORY: B\n\n::Two::2?{T}\n")
    run(capsys, "import_questions", str(path))
    out = run(capsys, "export_questions", "--format", "gift", "--topic", "b")
    assert "::Two::" in out
    assert "::One::" not in out
    with pytest.raises(CommandError, match="no topic"):
        call_command("export_questions", "--format", "gift", "--topic", "C")


def test_every_kind_has_an_example():
    assert len({example.type for example in examples()}) == 10
