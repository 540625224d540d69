"""Choosing a person in the forms of other records: only people the viewer may see."""

from django.contrib.auth import get_user_model
from django.http import Http404
from django.utils.translation import gettext_lazy
from wagtail.admin.views.generic import chooser
from wagtail.admin.viewsets.chooser import ChooserViewSet

from accounts.forms import PersonFilterForm
from accounts.policies import visible_to

User = get_user_model()


class PeopleInScope:
    def get_object_list(self):
        return visible_to(self.request.user, User.objects.active())

    def get_object(self, pk):
        found = visible_to(self.request.user, User.objects.filter(pk=pk)).first()
        if found is None:
            raise Http404("No such person for this viewer.")
        return found

    def get_objects(self, pks):
        return visible_to(self.request.user, User.objects.filter(pk__in=pks))


class ChoosePersonView(PeopleInScope, chooser.ChooseView):
    filter_form_class = PersonFilterForm


class ChoosePersonResultsView(PeopleInScope, chooser.ChooseResultsView):
    filter_form_class = PersonFilterForm


class ChosenPersonView(PeopleInScope, chooser.ChosenView):
    pass


class ChosenPeopleView(PeopleInScope, chooser.ChosenMultipleView):
    pass


class PersonChooserViewSet(ChooserViewSet):
    model = User
    icon = "user"
    choose_one_text = gettext_lazy("Choose a person")
    choose_another_text = gettext_lazy("Choose another person")
    choose_view_class = ChoosePersonView
    choose_results_view_class = ChoosePersonResultsView
    chosen_view_class = ChosenPersonView
    chosen_multiple_view_class = ChosenPeopleView


person_chooser = PersonChooserViewSet("person_chooser", url_prefix="choose-person")
