"""`make doctor`: what works on this machine, one line each, and how to mend what does not."""

from django.core.management.base import BaseCommand, CommandError

from cms.health import CHECKS
from operations.checks import Finding, look


class Command(BaseCommand):
    help = "Says what works here and how to mend what does not. Exit code 1 when something needs mending."
    # A broken site must not keep its doctor out.
    requires_system_checks = ()

    def handle(self, **options):
        findings = [self.look(check) for check in CHECKS]
        broken = [finding for finding in findings if not finding.is_well]
        if broken:
            raise CommandError(f"{len(broken)} of {len(findings)} need mending.")
        self.stdout.write(f"All {len(findings)} are well.")

    def look(self, check) -> Finding:
        finding = look(check)
        mark = self.style.SUCCESS("well  ") if finding.is_well else self.style.ERROR("mend  ")
        self.stdout.write(f"{mark}{finding.part}: {finding.words}")
        if finding.mend:
            self.stdout.write(f"        {finding.mend}")
        return finding
