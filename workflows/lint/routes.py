"""The router and the tracks: every rule can fire, every track is used, and a risk today has a fast way."""

from collections.abc import Iterable

from workflows.lint.finding import Finding, Weight
from workflows.protocol import Protocol
from workflows.routing import all_facts, route_of
from workflows.triggers import Trigger
from workflows.vocabulary import Urgency


def every_route_is_taken(protocol: Protocol) -> Iterable[Finding]:
    """Each route is the first that fits for some way of raising a concern."""
    keys = {key for route in protocol.routes for key in route.when}
    taken = (
        {id(route_of(protocol, facts)) for facts in all_facts(protocol, keys)} if protocol.routes else set()
    )
    for index, route in enumerate(protocol.routes):
        if id(route) not in taken:
            words = "can never be taken: the routes above it, or its own condition, leave nothing for it"
            yield Finding("every_route_is_taken", ("route", str(index)), words)


def every_track_is_used(protocol: Protocol) -> Iterable[Finding]:
    """Each track is routed to, or may be opened beside a running case."""
    routed = {route.to for route in protocol.routes} if protocol.routes else {next(iter(protocol.tracks))}
    opened = any(stage.move(Trigger.OPEN_BESIDE) for stage in protocol.stages.values())
    for track in protocol.tracks.values():
        if track.id not in routed and not (track.beside and opened):
            words = "no route leads to this track, and nothing opens it beside a case"
            yield Finding("every_track_is_used", ("track", track.id), words)
    if not any(track.beside and not track.elsewhere for track in protocol.tracks.values()):
        for stage in protocol.stages.values():
            if stage.move(Trigger.OPEN_BESIDE):
                words = "opens a track beside the case, and no track is beside = true and taken here"
                yield Finding("every_track_is_used", ("stage", stage.id, "move", "open_beside"), words)


def has_urgent_path(protocol: Protocol) -> Iterable[Finding]:
    """Somebody at risk today is not dealt with at the usual pace."""
    if len(protocol.paces) == 1 or protocol.pace_for(Urgency.TODAY) is protocol.pace_for(Urgency.NOT_URGENT):
        words = "there is no faster pace for a risk today"
        yield Finding("has_urgent_path", ("pace",), words, Weight.WARNING)
