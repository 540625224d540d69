"""The demo academy's accounts: the one list that loading, starting and refusing share."""

from dataclasses import dataclass

PASSWORD = "lectern-demo"  # noqa: S105 - public by design, and refused beyond this computer.


@dataclass(frozen=True)
class DemoAccount:
    email: str
    can: str


ACCOUNTS = (
    DemoAccount("administrator@example.com", "everything: courses, people, reports, settings"),
    DemoAccount("editor@example.com", "writes courses and questions"),
    DemoAccount("instructor@example.com", "teaches a course and sees its learners"),
    DemoAccount("manager@example.com", "sees how a team is doing"),
    DemoAccount("reporter@example.com", "dashboards, reports and schedules"),
    DemoAccount("learner@example.com", "takes courses"),
)
