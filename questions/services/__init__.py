"""What changes the question bank."""

from questions.services.question_export import exported_questions
from questions.services.question_import import Imported, import_questions

__all__ = ["Imported", "exported_questions", "import_questions"]
