"""How allauth behaves here: its own sign-up stays closed, whatever the site allows."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        """People are added, invited, or sign up on our own page, which proves the address before there is a password."""
        return False
