"""Reads the demo courses from their files and publishes them as pages, questions, images and documents."""

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.core.files import File
from django.core.files.images import ImageFile
from django.utils.html import escape
from django.utils.text import slugify
from wagtail.models import Page

from library.models import Document, Image, Skill, Topic
from lms_pages.models import CatalogPage, CoursePage, LessonPage, ModulePage, QuizPage
from questions.models import Question
from questions.types import question_type

COURSES = Path(__file__).parent / "courses"
NAMESPACE = uuid.UUID("0d2f4a52-4d0c-5b7e-9a55-6f2d6c1ec7a1")
ORIGIN = "demo"


@dataclass(frozen=True)
class CourseFiles:
    """One course's folder, parsed."""

    folder: Path
    course: dict[str, Any]
    modules: list[dict[str, Any]]
    questions: list[dict[str, Any]]
    quiz: dict[str, Any]

    @property
    def slug(self) -> str:
        return self.folder.name


def load_yaml(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 (safe loaders)


def course_files() -> list[CourseFiles]:
    """All demo courses in the order of their folders."""
    return [
        CourseFiles(
            folder,
            load_yaml(folder / "course.yaml"),
            [load_yaml(path) for path in sorted((folder / "modules").glob("*.yaml"))],
            load_yaml(folder / "questions.yaml"),
            load_yaml(folder / "quiz.yaml"),
        )
        for folder in sorted(COURSES.iterdir())
        if folder.is_dir()
    ]


def key(*parts: object) -> uuid.UUID:
    """The same id on every load, so that places in lessons never change."""
    return uuid.uuid5(NAMESPACE, "/".join(str(part) for part in parts))


class CourseWriter:
    """Publishes one course below a catalog."""

    def __init__(self, files: CourseFiles, catalog: CatalogPage, user: Any):
        self.files = files
        self.catalog = catalog
        self.user = user
        self.skills = {name: self.named(Skill, name) for name in files.course["skills"]}
        self.questions: dict[str, Question] = {}
        self.images: dict[str, Image] = {}

    def named(self, model: type, name: str) -> Any:
        return model.objects.get_or_create(slug=slugify(name), defaults={"name": name})[0]

    def write(self) -> CoursePage:
        data = self.files.course
        for entry in self.files.questions:
            self.questions[entry["id"]] = self.question(entry)
        course = CoursePage(
            title=data["title"],
            slug=data["slug"],
            summary=data["summary"],
            about=data["about"],
            level=data["level"],
            lesson_order=data["order"],
            enrollment_policy=data["enrollment"],
            visibility=data.get("visibility", "public"),
            cover=self.image(data["cover"], alt="") if data.get("cover") else None,
            pass_mark=data.get("pass_mark"),
            **self.origin("course"),
        )
        course.outcomes = [("outcome", text) for text in data["outcomes"]]
        course.topics = [self.named(Topic, name) for name in data["topics"]]
        course.skills = list(self.skills.values())
        self.publish(self.catalog, course)
        for number, data in enumerate(self.files.modules):
            module = ModulePage(
                title=data["title"],
                slug=slugify(data["title"]),
                summary=data["summary"],
                **self.origin("module", number),
            )
            self.publish(course, module)
            for lesson in data["lessons"]:
                self.publish(module, self.lesson(lesson))
        self.publish(module, self.quiz(self.files.quiz))
        return course

    def publish(self, parent: Page, page: Page) -> None:
        page.live = False
        page.owner = self.user
        parent.add_child(instance=page)
        page.save_revision(user=self.user).publish(user=self.user, skip_permission_checks=True)
        page.refresh_from_db()

    def origin(self, *parts: object) -> dict[str, str]:
        return {"origin": ORIGIN, "origin_key": "/".join([self.files.slug, *map(str, parts)])}

    def question(self, data: dict[str, Any]) -> Question:
        kind = question_type(data["type"])
        raw = kind.from_data({**data, "namespace": key(self.files.slug, data["id"])})
        question = Question(
            uuid=key(self.files.slug, "question", data["id"]),
            title=data["title"],
            stem=data["stem"],
            definition=[(kind.name, kind.block().to_python(raw))],
            feedback=data.get("feedback") or "",
            hint=data.get("hint") or "",
            solution=data.get("solution") or "",
            points=data.get("points", 1),
            difficulty=data["difficulty"],
            **self.origin("question", data["id"]),
        )
        question.skills = [self.skills[data["skill"]]]
        question.topics = [self.named(Topic, name) for name in self.files.course["topics"]]
        question.full_clean()
        question.save()
        question.save_revision(user=self.user).publish(user=self.user, skip_permission_checks=True)
        question.refresh_from_db()
        return question

    def lesson(self, data: dict[str, Any]) -> LessonPage:
        page = LessonPage(
            title=data["title"],
            slug=data["slug"],
            summary=data["summary"],
            minutes=data["minutes"],
            completion_rule=data["completion"],
            **self.origin("lesson", data["slug"]),
        )
        page.body = self.body(page, data)
        return page

    def body(self, page: LessonPage, data: dict[str, Any]) -> Any:
        blocks = []
        for place, entry in enumerate(data["body"]):
            ((name, value),) = entry.items()
            kind, raw = getattr(self, f"{name}_block")(value)
            blocks.append({"type": kind, "id": str(key(self.files.slug, data["slug"], place)), "value": raw})
        return page.body.stream_block.to_python(blocks)

    def quiz(self, data: dict[str, Any]) -> QuizPage:
        """The quiz at the end of the course: questions by their names, draws by skill."""
        page = QuizPage(
            title=data["title"],
            slug=data["slug"],
            summary=data["summary"],
            minutes=data["minutes"],
            **data["rules"],
            **self.origin("lesson", data["slug"]),
        )
        page.body = self.body(page, data)
        sections = []
        for place, part in enumerate(data["sections"]):
            entries = [("question", {"question": self.questions[name].pk}) for name in part.get("questions", [])]
            for row in part.get("draws", []):
                entries.append(("draw", {"count": row["count"], "skill": str(self.skills[row["skill"]].pk)}))
            value = {
                "title": part["title"],
                "introduction": part.get("introduction", ""),
                "shuffle": part.get("shuffle", False),
                "entries": [
                    {"type": kind, "id": str(key(self.files.slug, data["slug"], place, number)), "value": raw}
                    for number, (kind, raw) in enumerate(entries)
                ],
            }
            sections.append({"type": "section", "id": str(key(self.files.slug, data["slug"], place)), "value": value})
        page.sections = page.sections.stream_block.to_python(sections)
        bands = [
            {
                "type": "band",
                "id": str(key(self.files.slug, data["slug"], "band", start)),
                "value": {"from_percent": str(start), "text": text.strip()},
            }
            for start, text in data.get("feedback", {}).items()
        ]
        page.overall_feedback = page.overall_feedback.stream_block.to_python(bands)
        return page

    # Blocks: what the file says -> (block name, stored value) -------------------

    def text_block(self, html: str):
        return "text", html.strip()

    def heading_block(self, text: str):
        return "heading", text

    def callout_block(self, value: dict):
        return "callout", value

    def accordion_block(self, items: list):
        return "accordion", {"items": items}

    def table_block(self, value: dict):
        rows = [[str(cell) for cell in row] for row in value["rows"]]
        return "table", {
            "data": rows,
            "cell": [],
            "mergeCells": [],
            "first_row_is_table_header": True,
            "first_col_is_header": False,
            "table_header_choice": "row",
            "table_caption": value.get("caption", ""),
        }

    def code_block(self, value: dict):
        return "code", {
            "language": value.get("language", "text"),
            "code": value["code"].rstrip("\n"),
            "caption": value.get("caption", ""),
        }

    def image_block(self, value: dict):
        image = self.image(value["file"], alt=value["alt"])
        return "image", {
            "image": image.pk,
            "alt": value["alt"],
            "decorative": False,
            "caption": value.get("caption", ""),
        }

    def file_block(self, value: dict):
        path = self.files.folder / value["file"]
        with path.open("rb") as file:
            document = Document(title=value["title"], uploaded_by_user=self.user, **self.origin(value["file"]))
            document.file.save(path.name, File(file), save=False)
        document.save()
        return "file", {"document": document.pk, "title": value["title"]}

    def check_block(self, ids: list[str]):
        return "knowledge_check", {"title": "", "questions": [self.questions[name].pk for name in ids]}

    def image(self, name: str, *, alt: str) -> Image:
        if name not in self.images:
            path = self.files.folder / name
            with path.open("rb") as file:
                image = Image(
                    title=path.stem.replace("-", " ").capitalize(),
                    description=escape(alt)[:255],
                    uploaded_by_user=self.user,
                    file=ImageFile(file, name=path.name),
                    **self.origin(name),
                )
                image.save()
            self.images[name] = image
        return self.images[name]


def write_courses(*, catalog: CatalogPage, user: Any) -> dict[str, CoursePage]:
    """Publish every demo course below ``catalog``; by slug."""
    return {files.slug: CourseWriter(files, catalog, user).write() for files in course_files()}
