"""Every model of ours says who may see its rows, or is listed here with a reason."""

import importlib

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser

from tests.architecture.rows import rows
from tests.factories.accounts import make_person

# Models whose rows nobody lists or opens by themselves.
WITHOUT_RULE = {
    "library.Rendition": "a size of an image, made and served with it",
    "library.Image": "Wagtail's collection permissions decide who chooses or changes it; pages decide who sees it",
    "library.Document": "Wagtail's collection permissions and view restrictions decide",
    "library.Media": "Wagtail's collection permissions decide; pages decide who sees it",
    "operations.SiteSettings": "what every page shows",
    "gamification.GamificationSettings": "which parts are on, as every page shows",
    "tracking.TrackingSettings": "which parts are on; its form hides the keys",
    "lms_pages.GradingCategory": "a line of its course page's form, seen with the page",
    "reports.Dashboard": "has no table: the right to open dashboards hangs on it",
    "home.HomePage": "the public front page",
}


def models_of_ours():
    return [model for model in apps.get_models() if model._meta.app_label in rows()]


def visible_to(model):
    try:
        return importlib.import_module(f"{model._meta.app_label}.policies").visible_to
    except ModuleNotFoundError:
        return None


def has_rule(model, viewer) -> bool:
    rule = visible_to(model)
    if rule is None:
        return False
    try:
        rule(viewer, model._default_manager.all())
    except KeyError:
        return False
    return True


@pytest.mark.django_db
def test_every_model_has_a_rule_or_a_reason():
    learner = make_person("Lea Learner")
    without = {model._meta.label for model in models_of_ours() if not has_rule(model, learner)}
    assert without - set(WITHOUT_RULE) == set()


@pytest.mark.django_db
def test_the_reasons_name_models_that_exist_and_have_no_rule():
    learner = make_person("Lea Learner")
    for label in set(WITHOUT_RULE) & {model._meta.label for model in models_of_ours()}:
        assert not has_rule(apps.get_model(label), learner), f"{label} has a rule now: take it off the list"


@pytest.mark.django_db
@pytest.mark.parametrize("app", ["accounts", "learning", "assessment"])
def test_nobody_in_particular_sees_no_row_about_people(app):
    make_person("Lea Learner")
    for model in apps.get_app_config(app).get_models():
        rule = visible_to(model)
        assert list(rule(AnonymousUser(), model._default_manager.all())) == [], model._meta.label
