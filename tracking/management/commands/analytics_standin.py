"""`manage.py analytics_standin`: stand in for Google Analytics and Mixpanel, and say what arrives."""

from collections import Counter

from django.core.management.base import BaseCommand, CommandError

from tracking.standin import FAULTS, Arrival, Dropped, StandIn


def fault(text: str) -> int | str:
    """An argument of ``--answer``."""
    if text in FAULTS:
        return text
    status = int(text)
    if not 200 <= status <= 599:
        raise ValueError(text)
    return status


class Command(BaseCommand):
    help = "Stand in for Google Analytics and Mixpanel on this machine, until Ctrl-C, and say what arrives."

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8666)
        parser.add_argument(
            "--answer",
            nargs="+",
            type=fault,
            default=[],
            metavar="FAULT",
            help="What the first requests meet instead: a status, or one of " + ", ".join(FAULTS) + ".",
        )

    def handle(self, *args, port, answer, **options):
        try:
            standin = StandIn(port, on_arrival=self.say_arrival, on_drop=self.say_drop)
        except OSError as error:
            raise CommandError(f"Port {port} cannot be listened on. Name another with --port.") from error
        standin.fail_with(*answer)
        with standin:
            self.stdout.write(f"Start the site with GA4_ADDRESS={standin.address} MIXPANEL_ADDRESS={standin.address}")
            self.stdout.write("and save these keys under Settings > Usage tracking:")
            self.stdout.write(f"Google Analytics: measurement ID {standin.measurement_id}, key {standin.api_secret}")
            self.stdout.write(f"Mixpanel: token {standin.token}")
            self.say("Ctrl-C ends it.")
            try:
                self.wait(standin)
            except KeyboardInterrupt:
                self.stdout.write("")
        counts = Counter(arrival.vendor for arrival in standin.received)
        self.stdout.write(
            f"Requests: {len(standin.requests)}. Events for Google Analytics: {counts['ga4']}, "
            f"for Mixpanel: {counts['mixpanel']}, dropped: {len(standin.dropped)}."
        )

    def wait(self, standin: StandIn) -> None:
        """Until somebody interrupts."""
        standin.closing.wait()

    def say_arrival(self, arrival: Arrival) -> None:
        params = ", ".join(f"{name}={value}" for name, value in arrival.params.items())
        self.say(f"{arrival.vendor} {arrival.at:%Y-%m-%d %H:%M:%S} {arrival.name} by {arrival.visitor}: {params}")

    def say_drop(self, dropped: Dropped) -> None:
        self.say(f"{dropped.vendor} dropped {dropped.name or 'a request'}: {dropped.reason}")

    def say(self, line: str) -> None:
        """On one line, whatever was sent."""
        self.stdout.write("".join(char if char.isprintable() else " " for char in line))
        self.stdout.flush()
