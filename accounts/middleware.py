"""Times are shown in the reader's zone."""

from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from workbench.days import site_zone


class PersonTimezoneMiddleware:
    """Activates the signed-in person's time zone for one request, and the site's for everybody without one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        user = request.user
        if user.is_authenticated and user.timezone:
            if request.path.startswith(reverse("wagtailadmin_home")):
                # Wagtail activates the zone of its own profile row; ours is the one people choose.
                user.wagtail_userprofile = UserProfile.get_for_user(user)
                user.wagtail_userprofile.current_time_zone = user.timezone
            with timezone.override(user.zone):
                return self.get_response(request)
        with timezone.override(site_zone()):
            return self.get_response(request)
