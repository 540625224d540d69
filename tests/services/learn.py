"""Twenty learners who each do so many lessons more. `python -m tests.services.learn 2`."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.services.settings_processes")
django.setup()

from django.db import connections  # noqa: E402

from learning.models import Enrollment  # noqa: E402
from learning.services import complete_lesson, record_visit  # noqa: E402
from lms_pages.models import CoursePage  # noqa: E402
from tests.factories.learning import make_enrollment  # noqa: E402
from tests.factories.lms_pages import lessons_of, make_course  # noqa: E402

LEARNERS = 20


def learn(run_id: int, lessons: int) -> None:
    try:
        run = Enrollment.objects.get(pk=run_id)
        todo = [page for page in lessons_of(run.course) if not run.progress.filter(lesson_key=page.translation_key)]
        for page in todo[:lessons]:
            record_visit(enrollment=run, lesson_key=page.translation_key, seconds=30)
            complete_lesson(enrollment=run, lesson=page)
    finally:
        connections.close_all()


def main(lessons: int) -> None:
    if not CoursePage.objects.exists():
        course = make_course(modules=1, lessons=12, with_check=False)
        for _number in range(LEARNERS):
            make_enrollment(course=course)
    with ThreadPoolExecutor(8) as pool:
        runs = Enrollment.objects.values_list("pk", flat=True)
        list(pool.map(lambda run: learn(run, lessons), list(runs)))


if __name__ == "__main__":
    main(int(sys.argv[1]))
