"""How fast the service is, measured and not asserted: `make bench` runs all of it."""
