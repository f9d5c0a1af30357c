"""What the audit of the clock asks the tables: each question counts what should have happened and did not.

Every query is written by hand and shares nothing with the code that does the work: what both believed
wrongly would never be found. `:before` is now less the question's grace.
"""

from dataclasses import dataclass
from datetime import timedelta

GRACE = timedelta(minutes=2)
"""How long after its instant a deadline may still be open before it counts as missed."""
MAIL_GRACE = timedelta(minutes=15)
A_DAY = timedelta(days=1)
NONE = timedelta(0)
SILENCE = timedelta(minutes=5)
"""How long a job may say nothing, unless the scheduler's tick is so long that it may sleep longer."""
FUSE = "put off: too many mails to this person within an hour"
"""The reason with which the post room puts off what is above a person's rate."""


@dataclass(frozen=True, slots=True)
class Question:
    """A word for machines, the sentence for a count above nought, the query, and how much is forgiven."""

    code: str
    words: str
    query: str
    grace: timedelta = NONE


QUESTIONS = (
    Question(
        "deadline_missed",
        "{count} deadlines ran out and nothing happened",
        """SELECT count(*) FROM deadline d JOIN "case" c ON c.partnership_id = d.partnership_id
             AND c.id = d.case_id WHERE d.state = 'open' AND d.due_at < :before AND c.paused_at IS NULL""",
        GRACE,
    ),
    Question(
        "reminder_missed",
        "{count} reminders were due and were not given",
        """SELECT count(*) FROM deadline d JOIN "case" c ON c.partnership_id = d.partnership_id
             AND c.id = d.case_id WHERE d.state = 'open' AND d.remind_at < :before AND d.reminded_at IS NULL
             AND d.due_at > :before AND c.paused_at IS NULL""",
        GRACE,
    ),
    Question(
        "set_aside",
        "{count} deadlines were set aside because their case cannot be moved: see the log",
        "SELECT count(*) FROM deadline WHERE state = 'open' AND set_aside IS NOT NULL",
    ),
    Question(
        "nothing_runs",
        "{count} open cases wait for nobody: no deadline runs",
        """SELECT count(*) FROM "case" c WHERE c.phase NOT IN ('closed', 'draft') AND NOT EXISTS (
             SELECT 1 FROM deadline d WHERE d.partnership_id = c.partnership_id AND d.case_id = c.id
             AND (d.entry_seq = c.entry_seq OR d.clock LIKE 'cap:%') AND d.state = 'open')""",
    ),
    Question(
        "mail_waits",
        "{count} mails are owed for more than 15 minutes",
        f"""SELECT count(*) FROM outbox WHERE state = 'owed' AND owed_at < :before
             AND (error IS NULL OR error <> '{FUSE}')""",  # noqa: S608 (FUSE is a constant of ours)
        MAIL_GRACE,
    ),
    Question(
        "fuse_backlog",
        "{count} mails are put off for more than a day, because there are too many for one person",
        f"SELECT count(*) FROM outbox WHERE state = 'owed' AND owed_at < :before AND error = '{FUSE}'",  # noqa: S608 (FUSE is a constant of ours)
        A_DAY,
    ),
    Question(
        "lease_forgotten",
        "{count} mails were taken up by a worker that never came back, and by nobody since",
        "SELECT count(*) FROM outbox WHERE state = 'owed' AND lease_until < :before",
        MAIL_GRACE,
    ),
    Question(
        "not_released",
        "this installation was restored from a backup, and nobody has released its mails",
        "SELECT count(*) FROM installation WHERE restored_at IS NOT NULL AND released_at IS NULL",
    ),
    Question(
        "held_and_forgotten",
        "{count} mails are held, and no restore waits to be released",
        """SELECT count(*) FROM outbox o JOIN installation i ON i.id = 1
             WHERE o.state = 'held' AND (i.restored_at IS NULL OR i.released_at IS NOT NULL)""",
    ),
    Question(
        "epoch_ahead",
        "{count} mails are of an epoch that has not begun: this database came back by other means",
        "SELECT count(*) FROM outbox o JOIN installation i ON i.id = 1 WHERE o.epoch > i.epoch",
    ),
    Question(
        "record_and_case_differ",
        "{count} cases do not agree with their own last event",
        """SELECT count(*) FROM "case" c WHERE c.event_seq <> (
             SELECT coalesce(max(e.seq), 0) FROM event e
             WHERE e.partnership_id = c.partnership_id AND e.case_id = c.id)""",
    ),
    Question(
        "job_failed",
        "{count} jobs failed when they last ran: see the log",
        "SELECT count(*) FROM job_run WHERE error IS NOT NULL AND job <> 'audit_the_clock'",
    ),
)

SILENT = Question(
    "job_silent",
    "{count} jobs have not run for long",
    "SELECT count(*) FROM job_run WHERE finished_at < :before AND job <> 'audit_the_clock'",
    SILENCE,
)
