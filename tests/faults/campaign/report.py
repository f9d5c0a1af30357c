"""The table that a campaign prints."""

from tests.faults.campaign import checker, failpoints
from tests.faults.campaign.campaign import Caught, Outcome
from tests.faults.campaign.processes import COLD

_SHOWN = 5


def table(outcome: Outcome) -> str:
    """What was killed, what was found, and whether it is good, in lines for a terminal."""
    return "\n".join([*_kills(outcome), "", *_failpoints(outcome), "", *_found(outcome)])


def line(one: Caught) -> str:
    """What became of a seeded fault, in one line."""
    words = f"caught by {', '.join(one.by)}" if one.by else "NOT CAUGHT"
    return f"{one.fault:34} {words}" + (f"; WITHOUT IT: {', '.join(one.without)}" if one.without else "")


def _kills(outcome: Outcome) -> list[str]:
    tally = outcome.tally
    by_kind = ", ".join(f"{kind} {count}" for kind, count in sorted(tally.by_kind.items()))
    rate = tally.kills / tally.seconds if tally.seconds else 0.0
    return [
        f"seed {tally.seed}   {', '.join(f'{name} {value}' for name, value in outcome.server.items())}"
        + (", through pgbouncer in transaction mode" if outcome.plan.pooler else ""),
        f"{tally.kills} kills in {tally.seconds:.0f} s ({rate:.1f} a second): {by_kind}",
        f"{sum(tally.by_failpoint.values())} at a failpoint, {tally.at_random} at a random instant, "
        f"{tally.by_kind['postgres']} immediate stops of PostgreSQL; {tally.starts[COLD]} cold starts",
    ]


def _failpoints(outcome: Outcome) -> list[str]:
    hits = outcome.tally.by_failpoint
    steps = dict.fromkeys(name.partition(" ")[2] for name in failpoints.ALL)
    cells = {name: str(hits[name]) for name in failpoints.ALL}
    rows = [f"{s:22} {cells.get(f'before {s}', ''):>6} {cells.get(f'after {s}', ''):>6}" for s in steps]
    return [f"{'killed at':22} {'before':>6} {'after':>6}", *rows]


def _found(outcome: Outcome) -> list[str]:
    verdict = outcome.verdict
    lines = [f"{verdict.cases} cases, {verdict.events} events, {verdict.mails} mails"]
    lines += [f"{bar:10} {verdict.count(bar):6}" for bar in checker.BARS]
    lines.append(
        f"duplicates {verdict.duplicates:6}   {verdict.share:.2%} of mails (at most {checker.DUPLICATES:.1%})"
    )
    for name, found in verdict.wrong.items():
        lines += [f"  {name}: {sentence}" for sentence in found[:_SHOWN]]
        if len(found) > _SHOWN:
            lines.append(f"  {name}: and {len(found) - _SHOWN} more")
    return [*lines, "every bar is met" if outcome.good else "A BAR IS MISSED"]
