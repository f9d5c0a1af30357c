"""Gunicorn's own lines (it starts, a worker died, a request could not be read) in the form of ours."""

import os
from typing import Any

from gunicorn.glogging import Logger

from escalation import logging as logs
from escalation.settings_checks import LOG_LEVELS


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Hands gunicorn's lines to the one handler of the service, with its redaction. No line a request."""

    def setup(self, cfg: Any) -> None:
        """Called by gunicorn at its start and when it reads its configuration again."""
        super().setup(cfg)
        level = os.environ.get("ESCALATION_LOG_LEVEL", "INFO")
        # A level that is none is refused by the service itself, in a line of this form.
        logs.configure(
            level if level in LOG_LEVELS else "INFO", for_people=os.environ.get("ESCALATION_DEMO") == "1"
        )
        for handler in list(self.error_log.handlers):
            self.error_log.removeHandler(handler)
        self.error_log.propagate = True
