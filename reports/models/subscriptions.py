"""Who gets a schedule's mails, as they see it: the key of their unsubscribe link, and whether they used it."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.models.schedules import Schedule


class Subscription(models.Model):
    """A person, or an address without an account, to whom a schedule has mailed. Made with the first mail."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="subscriptions")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", verbose_name=_("person")
    )
    address = models.EmailField(_("address"), blank=True)
    # Random, and all that the link in the mail holds: whoever has it may stop these mails, and nothing else.
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    opted_out_at = models.DateTimeField(_("opted out"), null=True)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, address="") | models.Q(person=None) & ~models.Q(address=""),
                name="reports_subscription_person_or_address",
            ),
            models.UniqueConstraint(
                fields=["schedule", "person"],
                condition=models.Q(person__isnull=False),
                name="reports_subscription_person_once",
            ),
            models.UniqueConstraint(
                fields=["schedule", "address"],
                condition=models.Q(person=None),
                name="reports_subscription_address_once",
            ),
        ]

    def __str__(self):
        return str(self.person) if self.person_id else self.address

    @property
    def shown_address(self) -> str:
        return self.person.email if self.person_id else self.address
