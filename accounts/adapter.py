"""How allauth behaves here: no open sign-up, and staff may land in the admin."""

from allauth.account.adapter import DefaultAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        """People are added by an administrator or invited; nobody signs up alone."""
        return False
