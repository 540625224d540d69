"""`manage.py sync_roles`: make the role groups have exactly the permissions the code gives them."""

from django.core.management.base import BaseCommand

from accounts.roles import ROLES
from accounts.services import sync_roles


class Command(BaseCommand):
    help = "Give the five role groups exactly the permissions that accounts/roles.py names."

    def handle(self, *args, **options):
        sync_roles()
        self.stdout.write(f"{len(ROLES)} roles are up to date: {', '.join(role.name for role in ROLES)}.")
