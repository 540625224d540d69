"""What lower rows must ask of higher ones, filled in `ready()` by the app that knows."""

from collections.abc import Callable
from typing import Any

# "courses_of": viewer -> course keys (translation keys) of courses the viewer may open although
# they are not listed for everyone. `learning` answers with what the person is enrolled in.
visibility: dict[str, Callable[[Any], Any]] = {}
