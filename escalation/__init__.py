"""The service. It imports nothing here; the factory is in `escalation.app`."""
