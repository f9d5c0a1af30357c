"""Whether the record proves itself: each chain, statement, reading, seal and case row against what binds it.

It only reads, each partnership in one snapshot, so that who writes meanwhile causes no false alarm. Rows are
streamed as plain tuples in the order of their keys and merged, so that memory does not grow with the record.
`docs/record.md` has the format, the promises and their limits.
"""

from escalation.reporting.proof.findings import Broken, Finding, Outcome, Report
from escalation.reporting.proof.verification import Asked, verify

__all__ = ["Asked", "Broken", "Finding", "Outcome", "Report", "verify"]
