"""Everything that changes courses beside the editor."""

from lms_pages.services.course_import import import_course
from lms_pages.services.courses import create_course
from lms_pages.services.publishing import publish_everything
from lms_pages.services.publishings import IN_REQUEST, expire_publishings, request_publishing, run_publishing

__all__ = [
    "IN_REQUEST",
    "create_course",
    "expire_publishings",
    "import_course",
    "publish_everything",
    "request_publishing",
    "run_publishing",
]
