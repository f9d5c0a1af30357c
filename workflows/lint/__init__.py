"""What a protocol that loads may still get wrong, proved and not guessed.

Conditions are a closed vocabulary over finite domains, so each rule looks at every case there can be:
every way through the stages, every way of raising a concern, every set of running clocks. A rule is a
function of the protocol alone and gives findings in words that a board officer can act on. What may not
enter: anything that needs a case, a clock on the wall or a database.
"""

from collections.abc import Callable, Iterable, Mapping

from workflows.lint import acts, people, routes, times, ways
from workflows.lint.finding import Finding, Weight
from workflows.protocol import Protocol

Rule = Callable[[Protocol], Iterable[Finding]]

RULES: Mapping[str, Rule] = {
    rule.__name__: rule
    for rule in (
        ways.reachable,
        ways.leavable,
        ways.closed_is_closed,
        ways.no_way_round_without_progress,
        times.waiting_has_clock,
        times.never_without_clock,
        times.climb_leads_up,
        times.met_by_somebody,
        times.no_rehearsal_units,
        times.risk_leads_on,
        times.higher_risk_never_later,
        times.reminder_before_end,
        times.sittings_last,
        people.no_dead_slot,
        people.slot_can_be_filled,
        people.always_somebody,
        people.both_sides_and_board,
        people.notice_reaches_somebody,
        routes.every_route_is_taken,
        routes.every_track_is_used,
        acts.gates_can_open,
        acts.gates_have_confirm,
        acts.meetings_can_be_held,
        acts.who_decides_may,
        acts.outcomes_can_happen,
        acts.notice_can_happen,
        acts.forms_are_used,
        acts.times_can_be_agreed,
        acts.paused_can_resume,
        acts.can_be_proposed,
        acts.translations_exist,
        routes.has_urgent_path,
    )
}
"""Every rule by its name."""


def lint(protocol: Protocol, rules: Iterable[Rule] = tuple(RULES.values())) -> tuple[Finding, ...]:
    """Everything that the rules find, errors first."""
    found = [finding for rule in rules for finding in rule(protocol)]
    return tuple(sorted(found, key=lambda f: f.weight is Weight.WARNING))


__all__ = ["RULES", "Finding", "Rule", "Weight", "lint"]
