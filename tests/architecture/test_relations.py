"""A relation points only to smaller rows; apps of one row never meet."""

import pytest
from django.apps import apps
from django.conf import settings
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.test.utils import isolate_apps

from tests.architecture.relations import upward_migrations, upward_relations
from tests.architecture.rows import contract, lines, rows


def test_the_rows_are_those_of_the_design():
    assert rows() == {
        "workbench": 0,
        "operations": 1,
        "accounts": 2,
        "library": 3,
        "notifications": 3,
        "questions": 4,
        "lms_pages": 5,
        "learning": 6,
        "assessment": 7,
        "gamification": 8,
        "tracking": 9,
        "analytics": 10,
        "reports": 11,
        "home": 12,
        "cms": 13,
    }


def test_every_app_of_ours_has_a_row_and_stands_under_the_contracts():
    ours = {config.label for config in apps.get_app_configs() if settings.BASE_DIR in _parents(config.path)}
    assert set(rows()) == ours
    assert set(lines(contract("")["root_packages"])) == ours
    # cms is wiring: commands, settings and the supervisor, with rows of its own.
    assert set(lines(contract("modules")["containers"])) == ours - {"cms"}
    assert lines(contract("wiring")["containers"]) == ["cms"]
    assert {contract(name)["exhaustive"] for name in ("modules", "wiring")} == {"true"}


def _parents(path):
    from pathlib import Path

    return [parent for parent in Path(path).parents if ".venv" not in Path(path).parts]


def test_models_point_only_to_smaller_rows():
    assert upward_relations(apps.get_models(include_auto_created=True)) == []


def test_migrations_point_only_to_smaller_rows(settings):
    # Where the test database is a copy, the migrations are switched off: here they are read all the same.
    settings.MIGRATION_MODULES = {}
    found = MigrationLoader(None).disk_migrations
    with_models = {model._meta.app_label for model in apps.get_models()} & set(rows())
    assert {app for app, _ in found} >= with_models
    assert upward_migrations(found.values()) == []


@pytest.mark.parametrize(
    ("app", "target"),
    [("library", "learning.Enrollment"), ("library", "notifications.Message"), ("learning", "assessment.Response")],
)
def test_a_planted_relation_is_found(app, target):
    with isolate_apps(app):

        class Planted(models.Model):
            other = models.ForeignKey(target, models.CASCADE, related_name="+")

            class Meta:
                app_label = app

    assert upward_relations([Planted]) == [f"{app}.Planted.other points at {target.lower()}"]


def test_a_planted_many_to_many_is_found():
    with isolate_apps("questions"):

        class Planted(models.Model):
            others = models.ManyToManyField("lms_pages.LessonPage", related_name="+")

            class Meta:
                app_label = "questions"

    assert "questions.Planted.others points at lms_pages.lessonpage" in upward_relations([Planted])


def test_relations_downwards_and_to_people_are_fine():
    with isolate_apps("workbench"):

        class Fine(models.Model):
            person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
            page = models.ForeignKey("wagtailcore.Page", models.CASCADE, related_name="+")

            class Meta:
                app_label = "workbench"

    assert upward_relations([Fine]) == []


def test_planted_migrations_are_found():
    migration = migrations.Migration("0002_planted", "library")
    migration.dependencies = [("learning", "0001_initial")]
    migration.operations = [
        migrations.CreateModel("Planted", [("enrollment", models.ForeignKey("learning.Enrollment", models.CASCADE))]),
        migrations.AddField("image", "sent", models.ForeignKey("notifications.Message", models.CASCADE)),
    ]
    assert upward_migrations([migration]) == [
        "library.0002_planted: library.Planted.enrollment points at learning.enrollment",
        "library.0002_planted: library.image.sent points at notifications.message",
        "library.0002_planted depends on learning.0001_initial",
    ]
