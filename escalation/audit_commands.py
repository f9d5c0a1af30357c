"""The commands with which an operator looks at what people did here."""

import click

from escalation.app import create_app
from escalation.config import from_environment
from escalation.errors import NotFound
from escalation.reporting import lookups


@click.group()
def audit() -> None:
    """What people did, from the record."""


@audit.command(name="lookups")
@click.option("--partnership", help="Name of the partnership, when there are several.")
def lookups_(partnership: str | None) -> None:
    """Look-ups to ask about: accounts, references and counts. Questions, and no findings."""
    with create_app(from_environment()).app_context():
        try:
            report = lookups.report_for_operator(partnership)
        except LookupError as error:
            raise NotFound(str(error)) from error
    for line in lines_of(report):
        click.echo(line)


def lines_of(report: lookups.Lookups) -> list[str]:
    """The report as lines; people by the number of their account alone."""
    said = [f"unusually many: account {u.account} opened {u.last_week} in 7 days, usually {_usual(u)}"
            for u in report.unusual]  # fmt: skip
    said += [
        f"without a seat: account {g.account}, {g.reference}, {g.reason}, {g.finding or 'not reviewed yet'}"
        for g in report.glass
    ]
    said += [
        f"taken out: {t.reference} by {t.operator} for {t.asked_by}, {t.why}, {t.events} events"
        for t in report.taken
    ]
    said += [
        f"by a number: account {s.account} {s.count} times, {s.nhs} NHS numbers, {s.in_vain} found nothing"
        for s in report.searches
    ]
    for words, rows in (("at night or a weekend", report.outside_hours), ("never acted", report.never_acted)):
        said += [f"{words}: account {r.account}, {r.count}, in {', '.join(r.references)}" for r in rows]
    return said or ["nothing to ask about"]


def _usual(row: lookups.Unusual) -> str:
    return "not known yet" if row.usual is None else f"{row.usual:g}"
