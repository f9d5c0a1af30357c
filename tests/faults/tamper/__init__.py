"""A corpus of tampering: everything that somebody with the whole database in hand may do to the record.

Each mutation is made as the owner with every guard rail off, in a transaction that is rolled back after the
record was verified. A mutation that the verification does not name is a miss.

    python -m tests.faults.tamper [--write docs/evidence/tamper.md] [--quick] [--without CHECK]
"""
