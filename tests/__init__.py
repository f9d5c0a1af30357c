"""Every test: unit, integration, acceptance, browser, faults, migrations, architecture; and their support."""
