"""The twin: Lectern's worker that does not listen when an import is cancelled. `celery -A tests.services.deaf`.

DEAF=between: it hears nothing between two chunks, and only asks with its last statement. DEAF=wholly: not even then.
"""

import os

from cms.celery import app

app.loader.import_default_modules()

from workbench.background import tell_progress  # noqa: E402
from workbench.models import ImportBatch  # noqa: E402
from workbench.services import work  # noqa: E402

work.stop_if_asked = tell_progress
if os.environ["DEAF"] == "wholly":
    work.held = lambda batch: ImportBatch.objects.filter(pk=batch.pk)
