"""The names in a protocol file: does each point to something that is there, and stand there once?

It works on the checked values of a file, before they become a `Protocol`, so that every mistake can
still be shown with its key.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from workflows.guards import CONDITIONS
from workflows.positions import Path as KeyPath
from workflows.protocol import Expiry, Urgency
from workflows.triggers import Trigger

Found = Iterable[tuple[KeyPath, str]]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A remedy for an unknown word: the closest known one, or all of them."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f", did you mean {close[0]!r}?" if close else f"; known are {', '.join(sorted(set(known)))}"


def names(values: Mapping[str, Any]) -> Found:
    """Every name that points to something: does it exist, and is it there once?"""
    slots = [s["id"] for s in values["slot"]]
    tracks = [t["id"] for t in values["track"]]
    stages = [s["id"] for s in values["stage"]]
    yield from _twice("slot", slots)
    yield from _twice("track", tracks)
    yield from _twice("stage", stages)
    yield from _tracks(values["track"], tracks)
    for index, stage in enumerate(values["stage"]):
        at: KeyPath = ("stage", index)
        yield from _known(stage["seats"], slots, (*at, "seats"), "slot")
        yield from _clocks(stage["clock"], at, slots, tracks)
        yield from _moves(stage["move"], at, slots, stages)
    if type(values["review_by"]) is not date:  # a datetime is a date, too, but has a time of day
        yield ("review_by",), "is a date; write for example 2027-09-01, without quotes"


def _twice(kind: str, ids: Sequence[str], at: KeyPath = ()) -> Found:
    for index, name in enumerate(ids):
        if name in ids[:index]:
            yield (*at, kind, index, "id"), f"{name!r} stands there twice"


def _known(given: Iterable[str], known: Sequence[str], path: KeyPath, kind: str) -> Found:
    for name in given:
        if name not in known:
            yield path, f"{name!r} is no {kind}{did_you_mean(name, known)}"


def _tracks(tracks: Sequence[Mapping[str, Any]], ids: Sequence[str]) -> Found:
    chosen: dict[Urgency, str] = {}
    for index, track in enumerate(tracks):
        for urgency in track["urgencies"]:
            if urgency in chosen:
                yield ("track", index, "urgencies"), f"{urgency!s} chooses {chosen[urgency]!r} already"
            chosen.setdefault(urgency, track["id"])
        if "on_risk_rise" in track:
            yield from _known([track["on_risk_rise"]], ids, ("track", index, "on_risk_rise"), "track")
    for urgency in Urgency:
        if urgency not in chosen:
            yield ("track",), f"no track is chosen by the urgency {urgency!s}"


def _clocks(
    clocks: Sequence[Mapping[str, Any]], at: KeyPath, slots: Sequence[str], tracks: Sequence[str]
) -> Found:
    yield from _twice("clock", [c["id"] for c in clocks], at)
    for index, clock in enumerate(clocks):
        path: KeyPath = (*at, "clock", index)
        yield from _known(clock["waits_for"], slots, (*path, "waits_for"), "slot")
        yield from _known(clock["budgets"], tracks, (*path, "budgets"), "track")
        yield from _known(clock.get("reminders", {}), tracks, (*path, "reminders"), "track")
        for track in tracks:
            if track not in clock["budgets"]:
                yield (*path, "budgets"), f"has no time for the track {track!r}"
        if clock["on_expiry"] is Expiry.REPEAT and "repeat" not in clock:
            yield (*path, "on_expiry"), "says repeat: add how long, for example repeat = '2 working_days'"


def _moves(
    moves: Sequence[Mapping[str, Any]], at: KeyPath, slots: Sequence[str], stages: Sequence[str]
) -> Found:
    triggers = [str(m["do"]) for m in moves]
    for index, move in enumerate(moves):
        path: KeyPath = (*at, "move", index)
        if triggers[index] in triggers[:index]:
            yield (*path, "do"), f"{triggers[index]!r} stands there twice in this stage"
        yield from _known(move["by"], slots, (*path, "by"), "slot")
        yield from _known([move["to"]] if "to" in move else [], stages, (*path, "to"), "stage")
        yield from _known(move["conditions"], list(CONDITIONS), (*path, "conditions"), "condition")
        yield from _doers(move, path)
        if move["do"] in _MUST_LEAVE and "to" not in move:
            yield path, f"{move['do']!s} leads to another stage; add to = '...'"
        if move["do"] not in _MUST_LEAVE and "to" in move:
            yield (*path, "to"), f"{move['do']!s} does not leave the stage"


def _doers(move: Mapping[str, Any], path: KeyPath) -> Found:
    if move["do"] is Trigger.RAISE:
        yield (*path, "do"), "raise begins a case and is no move in a stage; take this move out"
    elif move["do"] is Trigger.TIME_OUT and move["by"]:
        yield (*path, "by"), "time_out is for the clock alone; take this line out"
    elif move["do"] is not Trigger.TIME_OUT and not move["by"]:
        yield path, "says nobody who may do it; add by = [...]"


_MUST_LEAVE = frozenset(
    {
        Trigger.ESCALATE,
        Trigger.TIME_OUT,
        Trigger.AGREE_SETTLEMENT,
        Trigger.WITHDRAW,
        Trigger.RECORD_DECISION,
        Trigger.ANSWER_FOLLOW_UP,
    }
)
