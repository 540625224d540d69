"""What a new site begins with: levels, rules, badges and rewards. All of it can be edited and switched off."""

from typing import Any

LEVELS = [
    ("Newcomer", 0),
    ("Learner", 100),
    ("Explorer", 300),
    ("Practitioner", 700),
    ("Expert", 1_500),
    ("Mentor", 3_000),
]

# Name, verb, and what its first terms say; they count from the first event there ever was.
RULES: list[tuple[str, str, dict[str, Any]]] = [
    ("Course begun", "course:enrolled", {"points": 5, "once_per": "course"}),
    ("Lesson completed", "lesson:completed", {"points": 10, "once_per": "lesson", "per_day": 100}),
    (
        "Right answer in a lesson",
        "question:answered",
        {"points": 2, "once_per": "question", "min_percent": 100, "per_day": 20},
    ),
    ("Quiz done well", "quiz:graded", {"points": 20, "once_per": "lesson", "min_percent": 80}),
    ("Quiz without a mistake", "quiz:graded", {"points": 30, "once_per": "lesson", "min_percent": 100}),
    ("Course completed", "course:completed", {"points": 100, "once_per": "course"}),
]

# Name, drawing, rarity, hidden, description, criteria as blocks of a stream.
BADGES: list[tuple[str, str, str, bool, str, list[tuple[str, dict[str, Any]]]]] = [
    ("First steps", "seed", "common", False, "The first fifty points.", [("points", {"points": 50})]),
    (
        "Course completed",
        "book",
        "common",
        False,
        "The first course, from the first lesson to the last.",
        [("courses", {"count": 1, "topic": None})],
    ),
    (
        "All-rounder",
        "compass",
        "rare",
        False,
        "Three different courses completed.",
        [("courses", {"count": 3, "topic": None})],
    ),
    (
        "Sharp eye",
        "target",
        "common",
        False,
        "A quiz with 90 percent of its points or more.",
        [("quiz", {"quiz": None, "percent": "90", "attempt": "best"})],
    ),
    (
        "At the first go",
        "shield",
        "rare",
        False,
        "A quiz with 80 percent or more in the first attempt.",
        [("quiz", {"quiz": None, "percent": "80", "attempt": "first"})],
    ),
    ("Flawless", "star", "epic", True, "A quiz without a single mistake.", [("perfect", {"quiz": None})]),
    (
        "Five days running",
        "flame",
        "rare",
        False,
        "Something learned on five days in a row.",
        [("streak", {"days": 5})],
    ),
    ("High ground", "mountain", "epic", False, "A thousand points earned.", [("points", {"points": 1_000})]),
]

# Name, drawing, cost, stock, times for each person, approval, description, note.
REWARDS: list[tuple[str, str, int, int | None, int | None, bool, str, str]] = [
    (
        "Coffee with somebody you have never met",
        "cup",
        150,
        None,
        3,
        False,
        "We bring you together with a colleague from another team. The first round is on the company.",
        "Pick somebody from another team and book half an hour for both.",
    ),
    (
        "A tree planted in your name",
        "tree",
        400,
        50,
        None,
        True,
        "A native tree, planted by the forestry partner of your choice. You get the certificate by mail.",
        "Order with the forestry partner and send the certificate.",
    ),
    (
        "A day for learning",
        "ticket",
        1_200,
        10,
        1,
        True,
        "One working day of your own for a conference, a book or a course. Agree on the date with your manager.",
        "Ask the manager for a date, then enter the day in the time sheet.",
    ),
]
