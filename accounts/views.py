"""The admin's door, the same sign-in as everywhere; and the page on which an invitation is accepted."""

from allauth.account.forms import ResetPasswordForm, SetPasswordForm
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME, login
from django.contrib.auth.views import redirect_to_login
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.exceptions import InvitationRefused
from accounts.forms import SignUpForm
from accounts.models import InvitationState
from accounts.policies import enters_admin
from accounts.selectors import invitation_by_token, sign_up_rule
from accounts.services import accept_invitation, invite_people, sign_up_person


def admin_door(request):
    """Where Wagtail sends whom it does not let in: to sign in, or to a sentence for those who have.

    Those with access go on to the page they asked for.
    """
    target = request.GET.get(REDIRECT_FIELD_NAME, "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = reverse("wagtailadmin_home")
    if not request.user.is_authenticated:
        return redirect_to_login(target, reverse("account_login"))
    if enters_admin(request.user):
        return redirect(target)
    return render(request, "accounts/no_admin.html", status=403)


def invitation_halt(request, token):
    """A sentence that says why the link opens nothing, and what to do."""
    invitation = invitation_by_token(token)
    # 410: there was something at this address, and it does not come back.
    status = 410 if invitation else 404
    return render(request, "accounts/invitation_halt.html", {"invitation": invitation, "token": token}, status=status)


@never_cache
@sensitive_post_parameters("password1", "password2")
def invitation_page(request, token):
    """Set the first password and go on signed in. Links that were used, are late or were revoked say so."""
    invitation = invitation_by_token(token)
    if invitation is None or invitation.obstacle:
        return invitation_halt(request, token)
    person = invitation.person
    form = SetPasswordForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = accept_invitation(invitation=invitation, password=form.cleaned_data["password1"])
        except InvitationRefused:
            return invitation_halt(request, token)
        login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
        messages.success(request, _("Welcome, %s. Your password is set.") % person.name)
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "accounts/invitation.html", {"form": form, "person": person, "invitation": invitation})


@require_POST
def invitation_again(request, token):
    """Whoever has a link that came too late gets a new one, at the same address."""
    invitation = invitation_by_token(token)
    if invitation is None or invitation.obstacle != InvitationState.EXPIRED:
        return invitation_halt(request, token)
    invite_people(people=[invitation.person])
    return render(request, "accounts/invitation_sent.html", {"address": invitation.sent_to})


def sign_up_page(request):
    """Make an account alone, in place of allauth's sign-up: the password is set from the mail, so the address is proven.

    Whether an address has an account already is told to nobody but its reader.
    """
    rule = sign_up_rule()
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if not rule.is_open:
        return render(request, "account/signup_closed.html")
    form = SignUpForm(request.POST or None, rule=rule)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/sign_up.html", {"form": form})
    if not ratelimit.consume(request, action="signup"):
        return ratelimit.respond_429(request)
    person = sign_up_person(**form.cleaned_data, language=get_language())
    if person.is_active and person.has_password:
        reset = ResetPasswordForm({"email": person.email})
        if reset.is_valid():
            reset.save(request)
    return render(request, "accounts/invitation_sent.html", {"address": form.cleaned_data["email"]})
