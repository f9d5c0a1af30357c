"""The application for a WSGI server."""

import gc

from escalation.app import create_app

app = create_app(serving=True)
# What is there now stays: it need not be looked through again each time memory is tidied up.
gc.collect()
gc.freeze()
