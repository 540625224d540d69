"""Who may read the outbox."""

import pytest

from accounts.roles import ADMINISTRATOR, CONTENT_EDITOR, INSTRUCTOR, MANAGER, REPORT_ADMINISTRATOR
from notifications.models import OutboxAttachment, OutboxMail
from notifications.policies import may_resend, sees_outbox, visible_to
from notifications.services import Attachment
from tests.factories.accounts import make_person
from tests.factories.notifications import make_mail

pytestmark = pytest.mark.django_db
CASES = [
    (ADMINISTRATOR, {"report", "report_notice", "account"}, True),
    (REPORT_ADMINISTRATOR, {"report", "report_notice"}, True),
    (CONTENT_EDITOR, set(), False),
    (INSTRUCTOR, set(), False),
    (MANAGER, set(), False),
]


@pytest.mark.parametrize(("role", "kinds", "resends"), CASES)
def test_roles(role, kinds, resends):
    viewer = make_person(roles=(role,))
    for kind in ("report", "report_notice", "account"):
        make_mail(kind=kind, recipient=viewer, attachments=[Attachment("a", content=b"x")])
    assert {mail.kind for mail in visible_to(viewer, OutboxMail.objects.all())} == kinds
    assert {item.mail.kind for item in visible_to(viewer, OutboxAttachment.objects.all())} == kinds
    assert sees_outbox(viewer) == bool(kinds)
    assert may_resend(viewer) == resends


def test_nobody_else(anonymous):
    make_mail()
    gone = make_person(roles=(ADMINISTRATOR,))
    gone.is_active = False
    for viewer in (anonymous, gone, make_person()):
        assert not visible_to(viewer, OutboxMail.objects.all()).exists()


def test_a_model_without_a_rule_is_an_error(learner):
    with pytest.raises(KeyError):
        visible_to(learner, type(learner).objects.all())
