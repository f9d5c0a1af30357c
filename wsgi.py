"""The application for a WSGI server."""

from escalation import memory
from escalation.app import create_app

app = create_app(serving=True)
memory.keep()
