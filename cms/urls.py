"""Every address of the site."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from accounts.views import admin_door
from cms.media import serve_media
from home.views import serve_page
from operations.views import site_css_view

urlpatterns = [
    # Before Wagtail's own: there is one sign-in, with one set of rate limits.
    path("admin/login/", admin_door),
    # Wagtail's list shows entries about people to whoever may list their kind; ours asks for its own right.
    re_path(r"^admin/reports/site-history/", RedirectView.as_view(pattern_name="operations_audit")),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("site.css", site_css_view, name="site_css"),
]
if settings.DEBUG_TOOLBAR:
    urlpatterns.append(path("__debug__/", include("debug_toolbar.urls")))
if settings.SERVE_MEDIA:
    urlpatterns.append(path("media/<path:path>", serve_media))

urlpatterns += i18n_patterns(
    path("accounts/", include("accounts.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("", include("learning.urls")),
    path("learn/", include("assessment.urls")),
    path("", include("gamification.urls")),
    path("", include("tracking.urls")),
    path("", include("reports.urls")),
    path("", include("home.urls")),
    re_path(wagtail_urls.serve_pattern, serve_page),
    path("", include(wagtail_urls)),
    prefix_default_language=False,
)
