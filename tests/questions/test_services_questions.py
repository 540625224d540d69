"""Files of questions into the bank and out of it: all or nothing, never twins, nothing lost on the way."""

import pytest
from django.contrib.auth.models import Group, Permission
from wagtail.models import Collection, GroupCollectionPermission, Revision

from accounts.roles import INSTRUCTOR
from library.models import Skill, Topic
from questions.formats import FORMATS, parse, write
from questions.formats.examples import examples
from questions.models import Question
from questions.services import exported_questions, import_questions
from questions.services.bank_data import question_data, topic_name
from tests.factories.accounts import make_person
from tests.factories.questions import make_question

pytestmark = pytest.mark.django_db

# The transaction, skills, the questions by key, their topics and skills.
QUERIES = 6

GIFT = """$CATEGORY: $course$/top/Fire safety

// [id:F-1] [tag:Evacuation] [tag:hard]
::Fat::What is meant for burning fat?{=Class F#Right. ~Water#It spreads. ####Think of the kitchen.}

::Gas::Which gas has no smell?{=carbon monoxide =%50%carbon*}

True or false?{T}
"""


def imported(text: str, **options):
    return import_questions(data=text.encode(), **options)


def counts(result) -> tuple[int, int, int]:
    return result.count("created"), result.count("changed"), result.count("unchanged")


def everything() -> tuple[int, ...]:
    return Question.objects.count(), Revision.objects.count(), Topic.objects.count(), Skill.objects.count()


def test_questions_arrive_published():
    Skill.objects.create(name="Evacuation", slug="evacuation")
    result = imported(GIFT)
    assert counts(result) == (3, 0, 0)
    assert result.held == []
    fat = Question.objects.get(title="Fat")
    assert fat.live
    assert fat.live_revision is not None
    assert fat.stem == "<p>What is meant for burning fat?</p>"
    assert fat.feedback == "<p>Think of the kitchen.</p>"
    assert fat.difficulty == "hard"
    assert [topic.name for topic in fat.topics.all()] == ["Fire safety"]
    assert [skill.name for skill in fat.skills.all()] == ["Evacuation"]
    assert [str(option["text"]) for option in fat.value["options"]] == ["<p>Class F</p>", "<p>Water</p>"]
    assert Question.objects.get(type="true_false").title == "True or false?"


def test_the_same_file_again_changes_nothing():
    imported(GIFT)
    before = everything()
    assert counts(imported(GIFT)) == (0, 0, 3)
    assert everything() == before


def test_a_change_is_one_new_revision_and_options_keep_their_ids():
    imported(GIFT)
    fat = Question.objects.get(title="Fat")
    ids = [item.id for item in fat.value["options"].bound_blocks]
    result = imported(GIFT.replace("#It spreads.", "#Water spreads burning fat."))
    assert counts(result) == (0, 1, 2)
    fat.refresh_from_db()
    assert fat.pk == Question.objects.get(title="Fat").pk
    assert [item.id for item in fat.value["options"].bound_blocks] == ids
    assert fat.revisions.count() == 2


def test_options_in_another_order_keep_their_ids():
    imported(GIFT)
    fat = Question.objects.get(title="Fat")
    ids = {str(item.value["text"]): item.id for item in fat.value["options"].bound_blocks}
    imported(GIFT.replace("{=Class F#Right. ~Water#It spreads. ####", "{~Water#It spreads. =Class F#Right. ####"))
    fat.refresh_from_db()
    assert [str(option["text"]) for option in fat.value["options"]] == ["<p>Water</p>", "<p>Class F</p>"]
    assert {str(item.value["text"]): item.id for item in fat.value["options"].bound_blocks} == ids


def test_a_dry_run_tells_the_same_and_writes_nothing():
    before = everything()
    told = imported(GIFT, dry_run=True)
    assert everything() == before
    done = imported(GIFT)
    assert {**told.as_dict(), "dry_run": False} == done.as_dict()


def test_one_error_and_nothing_is_written():
    before = everything()
    result = imported(GIFT + "\nBroken {=a\n")
    assert result.refused
    assert [error.line for error in result.parsed.errors] == [10]
    assert counts(result) == (0, 0, 0)
    assert everything() == before


def test_an_unfinished_question_stays_a_draft():
    text = "::No right one::Which?{~%0%a ~%0%b}"
    result = imported(text)
    assert counts(result) == (1, 0, 0)
    question = Question.objects.get()
    assert not question.live
    (held,) = result.held
    assert held["title"] == "No right one"
    assert held["problems"] == question.problems
    again = imported(text)
    assert counts(again) == (0, 0, 1)
    assert again.held == result.held
    assert question.revisions.count() == 1


def test_a_finished_draft_is_published_by_the_next_import():
    imported("::Later::Which?{~%0%a ~%0%b}")
    result = imported("::Later::Which?{~%100%a ~%0%b}")
    assert counts(result) == (0, 1, 0)
    assert Question.objects.get().live


def test_a_description_is_told_and_not_kept():
    result = imported("Read this first.\n\nReady?{T}")
    assert counts(result) == (1, 0, 0)
    assert [note.line for note in result.parsed.notes] == [1]


def test_questions_that_look_alike_stay_apart():
    text = "What is pi?{#3.14}\n\nWhat is pi?{#3.1415}\n"
    assert counts(imported(text)) == (2, 0, 0)
    assert counts(imported(text)) == (0, 0, 2)


def test_unknown_tags_are_told():
    result = imported("// [tag:Ladders]\nReady?{T}")
    assert "Ladders" in result.notes[0].what


@pytest.mark.parametrize("format", ["csv", "xlsx", "moodle-xml", "gift"])
def test_an_export_comes_back_unchanged(format):
    import_questions(data=write(examples(), "csv").content)
    before = everything()
    written = exported_questions(questions=Question.objects.all(), format=format)
    left_out = sum(lost.skipped for lost in written.lost)
    assert left_out == {"csv": 0, "xlsx": 0, "moodle-xml": 1, "gift": 2}[format]
    result = import_questions(data=written.content)
    assert list(result.parsed.errors) == []
    assert counts(result) == (0, 0, 10 - left_out)
    assert everything() == before


def test_every_kind_of_question_arrives_as_it_was_written():
    import_questions(data=write(examples(), "csv").content)
    for example in examples():
        question = Question.objects.get(title=example.title)
        assert question.live, question.problems
        again = question_data(question)
        assert (again.type, again.text, again.category) == (example.type, example.text, example.category)


def test_what_a_format_cannot_say_stays():
    import_questions(data=write(examples(), "csv").content)
    question = Question.objects.get(title="Pressure")
    question.points, question.hint = 3, "<p>Look at the red needle.</p>"
    question.save_revision().publish()
    gift = exported_questions(questions=[question], format="gift").content.decode()
    result = imported(gift.replace("What pressure", "Which pressure"))
    assert counts(result) == (0, 1, 0)
    question.refresh_from_db()
    assert question.stem == "<p>Which pressure does the gauge show?</p>"
    assert (question.points, question.hint, question.value["unit"]) == (3, "<p>Look at the red needle.</p>", "bar")


def test_markup_from_a_file_is_cleaned():
    imported('[html]<p onclick\\="x()">Go?<script>alert(1)</script></p>{T}')
    assert Question.objects.get().stem == "<p>Go?</p>"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("$course$/top/Default for Unit 1: Topic", "Default for Unit 1: Topic"),
        ("top", ""),
        ("$course$", ""),
        ("", ""),
        ("A/B // C", "B / C"),
        ("Fire safety", "Fire safety"),
    ],
)
def test_topic_of_a_category(path, name):
    assert topic_name(path) == name


def test_what_a_person_may_not_change_is_an_error():
    imported(GIFT)
    before = everything()
    instructor = make_person("Ina Instructor", roles=(INSTRUCTOR,))
    result = imported(GIFT.replace("Water", "Sand"), user=instructor)
    assert [error.line for error in result.parsed.errors] == [4, 6, 8]
    assert "you may not change it" in result.parsed.errors[0].what
    assert counts(result) == (0, 0, 0)
    assert everything() == before


def test_what_a_person_may_not_publish_is_a_draft():
    instructor = make_person("Ina Instructor", roles=(INSTRUCTOR,))
    result = imported("So?{T}", user=instructor)
    assert not Question.objects.get().live
    assert "may not publish" in result.held[0]["problems"][0]


def test_an_id_that_stands_twice_is_two_questions():
    imported("::Fat::So?{T}")
    own = Question.objects.get().uuid
    text = f"// [id:{own}]\n::Fat::So?{{T}}\n\n// [id:{own}]\n::Lean::So?{{F}}"
    assert counts(imported(text)) == (1, 0, 1)
    assert counts(imported(text)) == (0, 0, 2)


def test_queries_of_a_file_that_changes_nothing(django_assert_num_queries):
    for size in (5, 50):
        many = "\n\n".join(f"::Q{number}::Ready {number}?{{T}}" for number in range(size))
        imported(many)
        with django_assert_num_queries(QUERIES):
            assert counts(imported(many)) == (0, 0, size)


def test_all_formats_are_exported_or_say_what_is_left_out():
    import_questions(data=write(examples(), "csv").content)
    for format in FORMATS:
        written = exported_questions(questions=Question.objects.all(), format=format)
        skipped = sum(lost.skipped for lost in written.lost)
        assert written.count + skipped == 10
        assert len(parse(written.content, format=format).questions) == written.count


def test_the_same_foreign_ids_in_two_files_are_different_questions():
    first = "type,title,question,right,id\ntrue/false,Fat,Is fat hot?,true,1\n"
    second = "type,title,question,right,id\ntrue/false,Gas,Is gas heavy?,false,1\n"
    assert counts(imported(first)) == (1, 0, 0)
    assert counts(imported(second)) == (1, 0, 0)
    assert sorted(Question.objects.values_list("title", "stem")) == [
        ("Fat", "<p>Is fat hot?</p>"),
        ("Gas", "<p>Is gas heavy?</p>"),
    ]
    for text in (first, second):
        assert counts(imported(text)) == (0, 0, 1)
    assert counts(imported(second.replace("Is gas heavy?", "Is gas light?"))) == (0, 1, 0)
    assert counts(imported(second.replace("Gas", "Light gas").replace("heavy", "light"))) == (0, 1, 0)
    assert sorted(Question.objects.values_list("title", flat=True)) == ["Fat", "Light gas"]


def test_a_foreign_id_of_another_kind_is_another_question():
    imported("type,title,question,right,id\ntrue/false,Fat,Is fat hot?,true,1\n")
    other = "type,title,question,answer 1,id\nshort text,Fat,Is fat hot?,yes,1\n"
    assert counts(imported(other)) == (1, 0, 0)
    assert sorted(Question.objects.values_list("type", flat=True)) == ["short_text", "true_false"]


def test_our_own_id_is_enough_whatever_else_changes():
    imported("::Fat::Is fat hot?{T}")
    own = Question.objects.get().uuid
    assert counts(imported(f"// [id:{own}]\n::Gas::Is gas heavy?{{F}}")) == (0, 1, 0)
    assert Question.objects.get().title == "Gas"


def test_the_right_to_publish_counts_only_in_the_collection_it_is_given_for():
    root = Collection.get_first_root_node()
    own, other = root.add_child(name="Own"), root.add_child(name="Other")
    author = make_person("Ada Author")
    group = Group.objects.create(name="Authors")
    author.groups.add(group)
    rights = {right.codename: right for right in Permission.objects.filter(content_type__model="question")}
    for collection, names in ((own, ("add", "change", "publish")), (other, ("add", "change"))):
        for name in names:
            GroupCollectionPermission.objects.create(
                group=group, collection=collection, permission=rights[f"{name}_question"]
            )
    assert imported("::Here::So?{T}", user=author, collection=own).held == []
    held = imported("::There::So?{F}", user=author, collection=other).held
    assert "may not publish" in held[0]["problems"][0]
    assert dict(Question.objects.values_list("title", "live")) == {"Here": True, "There": False}
    # Nor by bringing the draft in again from where they may publish.
    imported("::There::So?{F}", user=author, collection=own)
    assert not Question.objects.get(title="There").live


def test_a_refusal_does_not_tell_how_a_hidden_question_is_called_now():
    imported(GIFT)
    Question.objects.filter(title="Fat").update(title="Exam 4")
    instructor = make_person("Ina Instructor", roles=(INSTRUCTOR,))
    error = imported(GIFT, user=instructor).parsed.errors[0]
    assert "“Fat”" in error.what
    assert "Exam 4" not in error.what


def test_links_to_this_site_come_from_no_file_and_stay_where_authors_made_them():
    imported('[html]<p>See <a linktype\\="page" id\\="1">here</a>.</p>{T}')
    question = Question.objects.get()
    assert question.stem == "<p>See <a>here</a>.</p>"
    question.stem = linked = '<p>See <a linktype="page" id="1">here</a>.</p>'
    question.save_revision().publish()
    written = exported_questions(questions=[question], format="csv")
    assert [lost.what for lost in written.lost] == [
        "It links to pages or files of this site, which others cannot open."
    ]
    assert counts(import_questions(data=written.content)) == (0, 0, 1)
    assert counts(import_questions(data=written.content.replace(b",true,", b",false,"))) == (0, 1, 0)
    assert Question.objects.get().stem == linked
    assert Question.objects.get().kind.to_data(Question.objects.get().value)["answer"] is False


def test_an_export_tells_that_the_page_that_explains_it_is_left_out():
    question = make_question(resource_url="https://example.com/")
    (lost,) = exported_questions(questions=[question], format="csv").lost
    assert (lost.title, lost.what) == (question.title, "The page or address that explains it was not written.")


def test_a_column_that_is_not_there_changes_nothing_and_an_empty_cell_clears():
    import_questions(data=write(examples(), "csv").content)
    question = Question.objects.get(title="Pressure")
    question.points, question.hint = 3, "<p>Look at the red needle.</p>"
    question.save_revision().publish()
    row = f"numerical,Pressure,What does the gauge show?,12.5,{question.uuid}"
    assert counts(imported(f"type,title,question,answer 1,id\n{row}\n")) == (0, 1, 0)
    question.refresh_from_db()
    assert question.stem == "<p>What does the gauge show?</p>"
    assert (question.points, question.hint, question.value["unit"]) == (3, "<p>Look at the red needle.</p>", "bar")
    assert counts(imported(f"type,title,question,answer 1,id,hint,unit\n{row},,\n")) == (0, 1, 0)
    question.refresh_from_db()
    assert (question.points, question.hint, question.value["unit"]) == (3, "", "")


def held(title: str):
    question = Question.objects.get(title=title)
    return question.kind.to_data(question.value)


def test_an_answers_columns_that_are_not_there_change_nothing_and_empty_cells_clear():
    import_questions(
        data=b"type,title,question,right,answer 1,feedback 1,credit 1,tolerance 1,answer 2,feedback 2,credit 2,tolerance 2\n"
        b"number,N,How?,,5,Five.,100,0.5,6,Six.,50,1\n"
        b"short text,S,Who?,,Ann,Her.,100,,Anna,Nearly.,50,\n"
        b"choice,C,Which?,A,Red,Yes.,,,Blue,No.,25,\n"
        b"true/false,T,So?,true,,Right.,,,,Wrong.,,\n"
        b"poll,P,Like?,,One,1st.,,,Two,2nd.,,\n"
    )
    before = {title: held(title) for title in "NSCTP"}
    rows = "number,N,How?,,5,6\nshort text,S,Who?,,Ann,Anna\nchoice,C,Which?,A,Red,Blue\ntrue/false,T,So?,true,,\npoll,P,Like?,,One,Two\n"
    assert counts(imported(f"type,title,question,right,answer 1,answer 2\n{rows}")) == (0, 0, 5)
    # One column too few says nothing about its own answers.
    rows = "number,N,How?,,5,5!,6\nshort text,S,Who?,,Ann,Her!,Anna\nchoice,C,Which?,A,Red,Yes!,Blue\n"
    assert counts(imported(f"type,title,question,right,answer 1,feedback 1,answer 2\n{rows}")) == (0, 3, 0)
    assert held("N")["accepted"] == [
        {**before["N"]["accepted"][0], "feedback": "<p>5!</p>"},
        before["N"]["accepted"][1],
    ]
    assert held("S")["accepted"] == [
        {**before["S"]["accepted"][0], "feedback": "<p>Her!</p>"},
        before["S"]["accepted"][1],
    ]
    assert held("C")["options"] == [{**before["C"]["options"][0], "feedback": "<p>Yes!</p>"}, before["C"]["options"][1]]
    rows = "number,N,How?,,5,,,,6,,,\nchoice,C,Which?,A,Red,,,,Blue,,,\ntrue/false,T,So?,true,,,,,,,,\npoll,P,Like?,,One,,,,Two,,,\n"
    header = "answer 1,feedback 1,credit 1,tolerance 1,answer 2,feedback 2,credit 2,tolerance 2"
    assert counts(imported(f"type,title,question,right,{header}\n{rows}")) == (0, 4, 0)
    assert held("N")["accepted"] == [
        {"number": number, "tolerance": "0", "credit": 100, "feedback": ""} for number in ("5", "6")
    ]
    assert [(option["feedback"], option["credit"]) for option in held("C")["options"]] == [("", None), ("", None)]
    assert (held("T")["feedback_true"], held("T")["feedback_false"]) == ("", "")
    assert [option["feedback"] for option in held("P")["options"]] == ["", ""]


def test_options_that_moved_and_new_ones_have_ids_of_their_own():
    imported("::C::Which?{=Red ~Blue}")
    ids = {str(item.value["text"]): item.id for item in Question.objects.get().value["options"].bound_blocks}
    imported("::C::Which?{=Blue ~Green ~Red ~Black}")
    now = [(str(item.value["text"]), item.id) for item in Question.objects.get().value["options"].bound_blocks]
    assert [text for text, _id in now] == ["<p>Blue</p>", "<p>Green</p>", "<p>Red</p>", "<p>Black</p>"]
    assert len({id for _text, id in now}) == 4
    assert ids.items() <= dict(now).items()


def test_the_right_option_first_or_last_is_the_same_option():
    imported("::C::Which?{=Red ~Blue}")
    ids = {str(item.value["text"]): item.id for item in Question.objects.get().value["options"].bound_blocks}
    imported("::C::Which?{=Blue ~Red}")
    items = Question.objects.get().value["options"].bound_blocks
    assert [(str(item.value["text"]), item.value["is_right"]) for item in items] == [
        ("<p>Blue</p>", True),
        ("<p>Red</p>", False),
    ]
    assert {str(item.value["text"]): item.id for item in items} == ids


def test_what_no_column_says_goes_with_its_answer_to_another_place():
    imported("title,question,right,answer 1,feedback 1,answer 2,feedback 2,credit 2\nC,Which?,A,Red,Yes.,Blue,No.,25\n")
    imported("title,question,right,answer 1,answer 2,answer 3\nC,Which?,C,Blue,Green,Red\n")
    assert [(one["text"], one["feedback"], one["credit"]) for one in held("C")["options"]] == [
        ("<p>Blue</p>", "<p>No.</p>", 25),
        ("<p>Green</p>", "", None),
        ("<p>Red</p>", "<p>Yes.</p>", None),
    ]
    # What was worth a part while it was wrong is worth everything when it is the right one.
    imported("title,question,right,answer 1,answer 2,answer 3\nC,Which?,A,Blue,Green,Red\n")
    assert [(one["right"], one["credit"]) for one in held("C")["options"]] == [
        (True, None),
        (False, None),
        (False, None),
    ]
    assert Question.objects.get().live


def test_an_empty_cell_takes_topic_and_skills_away_and_a_column_that_is_not_there_does_not():
    skill = Skill.objects.create(name="Evacuation", slug="evacuation")
    imported("title,question,type,right,category,tags\nT,So?,true/false,true,Fire,Evacuation\n")
    question = Question.objects.get()
    for text in (
        f"title,question,type,right,id\nT,So?,true/false,true,{question.uuid}\n",
        f"// [id:{question.uuid}]\n::T::So?{{T}}",
    ):
        assert counts(imported(text)) == (0, 0, 1)
    question.refresh_from_db()
    assert ([topic.name for topic in question.topics.all()], list(question.skills.all())) == (["Fire"], [skill])
    empty = f"title,question,type,right,category,tags,id\nT,So?,true/false,true,,,{question.uuid}\n"
    assert counts(imported(empty)) == (0, 1, 0)
    question = Question.objects.get()
    assert (list(question.topics.all()), list(question.skills.all())) == ([], [])
    assert counts(imported(empty)) == (0, 0, 1)


def test_a_question_that_asks_nothing_stays_a_draft():
    result = imported("::No text::{T}")
    assert result.held == [{"title": "No text", "line": 1, "problems": ["Nothing is asked. Write the question."]}]
    assert not Question.objects.get().live
    assert counts(imported("::No text::{T}")) == (0, 0, 1)


@pytest.mark.parametrize("format", ["csv", "gift", "moodle-xml"])
def test_blanks_of_old_matches_are_single_in_files_and_change_nothing(format):
    question = make_question("matching", title="Old")
    stored = question.definition.stream_block.get_prep_value(question.definition)
    stored[0]["value"]["pairs"][0]["value"]["match"] = "which \u00a0 columns "
    stored[0]["value"]["extra"][0]["value"] = " which  table"
    question.definition = question.definition.stream_block.to_python(stored)
    question.save_revision(clean=False).publish()
    written = exported_questions(questions=[question], format=format)
    assert b"which columns" in written.content
    assert counts(import_questions(data=written.content, format=format)) == (0, 0, 1)


@pytest.mark.parametrize("name", ["A/B", "A / B", "/", "a//b", "top/x"])
def test_a_slash_in_a_topic_is_no_path(name):
    question = make_question(title="Slash")
    question.topics.set([Topic.objects.create(name=name, slug="slash")])
    question.save_revision().publish()
    for format in ("csv", "gift", "moodle-xml"):
        written = exported_questions(questions=[question], format=format)
        assert counts(import_questions(data=written.content, format=format)) == (0, 0, 1)
    assert [topic.name for topic in Topic.objects.all()] == [name]
