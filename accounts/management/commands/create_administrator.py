"""`manage.py create_administrator EMAIL`: the first person of a clean start."""

import getpass
import os

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.roles import ADMINISTRATOR
from accounts.services import create_person


class Command(BaseCommand):
    help = (
        "Create a person with the administrator role. Asks for the password, or reads it from ADMINISTRATOR_PASSWORD."
    )

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--first-name", default="")
        parser.add_argument("--last-name", default="")

    def handle(self, *args, **options):
        email = options["email"].strip().lower()
        if get_user_model().objects.with_address(email).exists():
            raise CommandError(
                f"Somebody already signs in as {email}. Use “Forgot your password?” on the sign-in page to set a new one."
            )
        password = os.environ.get("ADMINISTRATOR_PASSWORD") or self.ask()
        person = get_user_model()(email=email, first_name=options["first_name"], last_name=options["last_name"])
        try:
            validate_password(password, person)
            person = create_person(
                email=email,
                first_name=options["first_name"],
                last_name=options["last_name"],
                password=password,
                roles=(ADMINISTRATOR,),
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"{person.email} can sign in as an administrator.")

    def ask(self) -> str:
        try:
            password, again = getpass.getpass("Password: "), getpass.getpass("Password again: ")
        except (EOFError, KeyboardInterrupt):
            raise CommandError("No password was given, so nobody was created.") from None
        if password != again:
            raise CommandError("The two passwords differ, so nobody was created. Run the command again.")
        return password
