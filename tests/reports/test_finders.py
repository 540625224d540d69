"""Plotly is served from its package."""

from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.management import call_command

from reports.finders import VendorFinder


def test_only_the_named_file_is_found():
    assert Path(finders.find("vendor/plotly.min.js")).read_bytes()[:300].count(b"plotly.js v4") == 1
    assert finders.find("vendor/widgetbundle.js") is None
    assert finders.find("vendor/../plotly.min.js") is None
    assert VendorFinder().find("vendor/plotly.min.js", find_all=True) == [finders.find("vendor/plotly.min.js")]


def test_it_is_collected(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    assert (tmp_path / "vendor" / "plotly.min.js").stat().st_size > 1_000_000
    assert [path.name for path in (tmp_path / "vendor").iterdir()] == ["plotly.min.js"]
