"""The tests: unit, integration, acceptance, browser, faults, migrations, architecture; what they stand on is in support."""
