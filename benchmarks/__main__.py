"""`make bench`: how long each screen of the demo takes on the server, and with how many queries.

Reads the data that `make run` keeps (LECTERN_VAR names another folder); changes
nothing but sessions. The first request of each screen is not counted: it warms
templates and caches.

    make bench ARGS="lesson 50"     screens whose name starts so, 50 requests each
"""

import os
import statistics
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.dev")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402 - Django must be set up first.
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from deploy.screens import SCREENS, Screen  # noqa: E402


def measure(screen: Screen, times: int) -> tuple[float, float, int]:
    """Median and slowest milliseconds, and the queries of one request."""
    client = Client(headers={"host": "localhost"})
    if screen.account:
        client.force_login(
            get_user_model().objects.get(email=screen.account), "django.contrib.auth.backends.ModelBackend"
        )
    path = screen.find()
    taken = []
    for _ in range(times + 1):
        began = time.perf_counter()
        with CaptureQueriesContext(connection) as queries:
            response = client.get(path)
        taken.append((time.perf_counter() - began) * 1000)
        if response.status_code != screen.status:
            raise RuntimeError(f"status {response.status_code} at {path}")
    return statistics.median(taken[1:]), max(taken[1:]), len(queries)


def main(arguments: list[str]) -> int:
    times = next((int(word) for word in arguments if word.isdecimal()), 20)
    wanted = tuple(word for word in arguments if not word.isdecimal())
    if not get_user_model().objects.exists():
        print("There is no data to measure. Start the demo once: make run")
        return 1
    print(f"{'screen':<24}{'median ms':>11}{'slowest':>11}{'queries':>9}")
    failed = 0
    for screen in SCREENS:
        if wanted and not screen.name.startswith(wanted):
            continue
        try:
            median, slowest, queries = measure(screen, times)
        except Exception as error:
            failed += 1
            print(f"{screen.name:<24}{error}")
        else:
            print(f"{screen.name:<24}{median:>11.1f}{slowest:>11.1f}{queries:>9}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
