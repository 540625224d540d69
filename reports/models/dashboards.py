"""What the right to open dashboards hangs on."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Dashboard(models.Model):
    """No table: the right to open dashboards hangs on it."""

    class Meta:
        managed = False
        default_permissions = ("view",)
        verbose_name = _("dashboard")
