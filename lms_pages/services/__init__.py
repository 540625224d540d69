"""Everything that changes courses beside the editor."""

from lms_pages.services.course_import import import_course
from lms_pages.services.courses import create_course
from lms_pages.services.publishing import publish_everything

__all__ = ["create_course", "import_course", "publish_everything"]
