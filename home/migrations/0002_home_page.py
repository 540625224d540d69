"""The site's home page and its first catalog, in place of Wagtail's welcome page."""

from django.db import migrations


def create_home_page(apps, schema_editor):
    ContentType = apps.get_model("contenttypes", "ContentType")
    Locale = apps.get_model("wagtailcore", "Locale")
    Page = apps.get_model("wagtailcore", "Page")
    Site = apps.get_model("wagtailcore", "Site")
    HomePage = apps.get_model("home", "HomePage")
    CatalogPage = apps.get_model("lms_pages", "CatalogPage")

    root = Page.objects.get(depth=1)
    Site.objects.all().delete()
    Page.objects.filter(depth__gt=1).delete()
    locale, _ = Locale.objects.get_or_create(language_code="en")
    home_type, _ = ContentType.objects.get_or_create(app_label="home", model="homepage")
    catalog_type, _ = ContentType.objects.get_or_create(app_label="lms_pages", model="catalogpage")
    home = HomePage.objects.create(
        title="Academy",
        draft_title="Academy",
        slug="home",
        content_type=home_type,
        path=f"{root.path}0001",
        depth=2,
        numchild=1,
        url_path="/home/",
        locale=locale,
        live=True,
        heading="Learn what your work needs next.",
    )
    CatalogPage.objects.create(
        title="Catalog",
        draft_title="Catalog",
        slug="catalog",
        content_type=catalog_type,
        path=f"{home.path}0001",
        depth=3,
        numchild=0,
        url_path="/home/catalog/",
        locale=locale,
        live=True,
    )
    Page.objects.filter(pk=root.pk).update(numchild=1)
    Site.objects.create(hostname="localhost", port=80, root_page=home, is_default_site=True, site_name="Lectern")


def remove_home_page(apps, schema_editor):
    Site = apps.get_model("wagtailcore", "Site")
    Page = apps.get_model("wagtailcore", "Page")
    apps.get_model("lms_pages", "CatalogPage").objects.filter(slug="catalog", depth=3).delete()
    apps.get_model("home", "HomePage").objects.filter(depth=2).delete()
    Site.objects.all().delete()
    Page.objects.filter(depth=1).update(numchild=0)


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0001_initial"),
        ("lms_pages", "0001_initial"),
        # The newest of Wagtail's own, so that every column of Page exists.
        ("wagtailcore", "0098_apitoken"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(create_home_page, remove_home_page)]
