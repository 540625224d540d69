"""WSGI entry for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.production")
# The threads of a web server share connections; a worker's process needs one.
os.environ.setdefault("DATABASE_POOL", "1")

application = get_wsgi_application()
