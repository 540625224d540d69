"""Times are shown in the reader's zone."""

from django.utils import timezone


class PersonTimezoneMiddleware:
    """Activates the signed-in person's time zone for one request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        user = request.user
        if user.is_authenticated and user.timezone:
            with timezone.override(user.zone):
                return self.get_response(request)
        return self.get_response(request)
