"""A protocol as a drawing (Mermaid, SVG), as text and as a table, made from the file that runs."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from html import escape

from workflows import reading
from workflows.deeds import name_of
from workflows.protocol import Protocol
from workflows.stages import Clock, Move, Stage
from workflows.triggers import Trigger
from workflows.vocabulary import Expiry, Phase

_WIDTH, _HEIGHT, _GAP, _LEFT, _TOP = 380, 64, 44, 20, 20
_LANE = 26


def mermaid(protocol: Protocol, here: str | None = None) -> str:
    """The stages and moves as a Mermaid state diagram; `here` is the stage to point at."""
    lines = ["stateDiagram-v2"]
    lines += [
        f"  [*] --> {_id(entry)}: raise" for track in protocol.tracks.values() for entry in track.entries
    ]
    for stage in protocol.stages.values():
        lines.append(f'  state "{_title(stage, here)}" as {_id(stage.id)}')
        lines += [f"  {_id(stage.id)} --> {_id(to)}: {words}" for to, words in _ways(protocol, stage)]
        if stage.phase is Phase.CLOSED:
            lines.append(f"  {_id(stage.id)} --> [*]")
        elif stage.clocks:
            lines.append(f"  note right of {_id(stage.id)}: {', '.join(map(clock_words, stage.clocks))}")
    return "\n".join(lines)


def text(protocol: Protocol, here: str | None = None) -> str:
    """The procedure in words: each stage with its clocks, who may do what, and what silence does."""
    lines = [f"{protocol.title}, version {protocol.version} ({protocol.key})"]
    lines += [protocol.example] if protocol.example else []
    lines += reading.order_of_paces(protocol)
    for track in protocol.tracks.values():
        stages = [s for s in protocol.stages.values() if s.track == track.id]
        taken = f" (not taken here: {track.elsewhere})" if track.elsewhere else ""
        beside = " (may be opened beside a case)" if track.beside and not taken else ""
        lines += ["", f"{track.name}{taken}{beside}"]
        for stage in stages:
            lines += _stage_text(protocol, stage, here)
    lines += [""] * bool(protocol.routes) + [_route_text(protocol, i) for i in range(len(protocol.routes))]
    return "\n".join([*lines, *reading.ending(protocol)])


def _stage_text(protocol: Protocol, stage: Stage, here: str | None) -> Iterator[str]:
    yield f"  {_title(stage, here)} [{stage.id}]{'' if stage.formal else ' (informal)'}"
    for clock in (*stage.clocks, *(cap.clock for cap in protocol.caps_over(stage.id))):
        who = " or ".join(protocol.slots[slot].title for slot in clock.waits_for)
        yield f"      {clock_words(clock)}, from {who}; {silence_words(protocol, stage, clock)}"
        yield from (f"          {words}" for words in reading.beside_clock(protocol, clock))
    yield from (f"      {words}" for words in reading.of_stage(protocol, stage))
    for to, words in _named_ways(protocol, stage):
        yield f"      {words} leads to {_named(protocol, to)}"


def _route_text(protocol: Protocol, index: int) -> str:
    route = protocol.endings()[index]
    asked = "; ".join(f"{key} is {_asked(protocol, key, words)}" for key, words in route.when.items())
    track = f"{protocol.tracks[route.to].name} [{route.to}]" if route.to else ""
    where = track or f"elsewhere: {route.elsewhere}. {route.because}"
    return f"  {f'when {asked}' if asked else 'otherwise'}: {where}"


def _asked(protocol: Protocol, key: str, words: Iterable[str]) -> str:
    """The words of a condition, topics and forums by their names."""
    names = {"topic": protocol.topics, "forum": protocol.forums}.get(key, {})
    return " or ".join(names.get(word, word).replace("_", " ") or "not said" for word in sorted(words))


def _named(protocol: Protocol, stage: str) -> str:
    return f"{protocol.stages[stage].name} [{stage}]"


def clock_words(clock: Clock) -> str:
    """A clock as people say it: what, how long at each pace, and what the text says without a number."""
    words = f"{clock.title} {reading.by_pace(clock.budgets.values())}"
    return f"{words} (the board's number for “{clock.in_words}”)" if clock.in_words else words


def silence_words(protocol: Protocol, stage: Stage, clock: Clock) -> str:
    """What happens when nobody answers."""
    cap = protocol.caps.get(clock.id)
    target = cap.to if cap else stage.silence_leads_to
    again = f"silence is told, and it runs again for {clock.repeat.in_words if clock.repeat else ''}"
    return {
        Expiry.CLIMB: f"silence moves it to {_named(protocol, target) if target else 'nowhere'}",
        Expiry.REPEAT: again,
        Expiry.RECORD: "silence is recorded, and it goes on",
        Expiry.UNSATISFACTORY: "silence counts as: the decision was kept",
        Expiry.HOLD: f"silence is told, and then it waits for {_titles(protocol, clock.hold_for)}",
    }[clock.on_expiry]


def _titles(protocol: Protocol, slots: Iterable[str]) -> str:
    return ", ".join(protocol.slots[slot].title for slot in slots)


def transition_table(protocol: Protocol) -> tuple[tuple[str, str, str, str], ...]:
    """Rows of (stage, what is done, by whom, where it leads)."""
    return tuple(
        (stage.name, str(move.trigger), _by(protocol, move), _names(protocol, move.to))
        for stage in protocol.stages.values()
        for move in stage.moves
    )


def svg(protocol: Protocol, here: str | None = None) -> str:
    """The flowchart as an SVG picture: stages from top to bottom, ways on the right, clocks inside.

    Colours come from the page (`currentColor`), so that it prints and inverts well.
    """
    stages = list(protocol.stages.values())
    row = {stage.id: number for number, stage in enumerate(stages)}
    ways = _drawn(protocol, row)
    lanes = max((abs(row[a] - row[b]) for a, b, _ in ways), default=1)
    width = _LEFT * 2 + _WIDTH + 160 + lanes * _LANE
    height = _TOP * 2 + len(stages) * (_HEIGHT + _GAP)
    label = escape(f"The stages of {protocol.title} and how a case moves between them", quote=True)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="flow" role="img" aria-label="{label}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0 8 4 0 8z" fill="currentColor"/></marker></defs>'
    )
    boxes = (_box(stage, row[stage.id], stage.id == here) for stage in stages)
    arrows = (_arrow(row[a], row[b], words, number) for a, b, words, number in _numbered(ways, row))
    return "\n".join([head, *boxes, *arrows, "</svg>"])


def _drawn(protocol: Protocol, row: dict[str, int]) -> list[tuple[str, str, str]]:
    """One arrow for each pair of stages, with the words of all ways between them."""
    pairs: dict[tuple[str, str], list[str]] = {}
    for stage in protocol.stages.values():
        for to, words in _named_ways(protocol, stage, ids=False):
            pairs.setdefault((stage.id, to), []).append(words)
    found = [(a, b, ", ".join(dict.fromkeys(words))) for (a, b), words in pairs.items()]
    return sorted(found, key=lambda way: abs(row[way[0]] - row[way[1]]))


def _numbered(ways: list[tuple[str, str, str]], row: dict[str, int]) -> Iterator[tuple[str, str, str, int]]:
    """Each way with its number among those that go round from the same stage: no words lie on others."""
    so_far = Counter[str]()
    for a, b, words in ways:
        yield a, b, words, so_far[a]
        so_far[a] += row[b] != row[a] + 1


def _box(stage: Stage, number: int, here: bool) -> str:
    y = _TOP + number * (_HEIGHT + _GAP)
    dash = "" if stage.formal else ' stroke-dasharray="5 4"'
    heavy = 3 if here else 1.4
    name = escape(f"{stage.id}  {stage.name}"[:46])
    mark = '<tspan font-weight="bold">  ◆ you are here</tspan>' if here else ""
    times = "; ".join(clock_words(clock) for clock in stage.clocks if clock.starts_on is None)
    cut = escape(times[:56] + ("…" if len(times) > 56 else ""))
    return (
        f'<g><rect x="{_LEFT}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="4" fill="none" '
        f'stroke="currentColor" stroke-width="{heavy}"{dash}/>'
        f'<text x="{_LEFT + 12}" y="{y + 25}" font-weight="bold" fill="currentColor">{name}{mark}</text>'
        f'<text x="{_LEFT + 12}" y="{y + 46}" fill="currentColor">{cut}<title>{escape(times)}</title></text>'
        "</g>"
    )


def _arrow(start: int, end: int, words: str, number: int) -> str:
    right, step = _LEFT + _WIDTH, _HEIGHT + _GAP
    longest = 44 if end == start + 1 else 24
    cut = escape(words[:longest] + ("…" if len(words) > longest else ""))
    if end == start + 1:
        x, y = _LEFT + 40, _TOP + start * step + _HEIGHT
        line = f"M{x} {y}V{y + _GAP - 2}"
        return f"{_path(line)}{_words(x + 10, y + _GAP / 2 + 4, cut, words)}"
    lane = right + 150 + abs(end - start) * _LANE
    from_y = _TOP + start * step + 14 + number * 16
    to_y = _TOP + end * step + _HEIGHT - 10
    line = f"M{right} {from_y}H{lane}V{to_y}H{right + 2}"
    return _path(line) + _words(right + 6, from_y - 3, cut, words)


def _path(line: str) -> str:
    return f'<path d="{line}" fill="none" stroke="currentColor" stroke-width="1.2" marker-end="url(#tip)"/>'


def _words(x: float, y: float, cut: str, whole: str) -> str:
    title = f"<title>{escape(whole)}</title>"
    return f'<text x="{x}" y="{y:.0f}" font-size="11" fill="currentColor">{cut}{title}</text>'


def _ways(protocol: Protocol, stage: Stage) -> Iterable[tuple[str, str]]:
    """Where each move and each cap leads, and its words."""
    for move in stage.moves:
        for to in move.to:
            yield to, "silence" if move.trigger is Trigger.TIME_OUT else str(move.trigger)
    for cap in protocol.caps_over(stage.id):
        if cap.to is not None:
            yield cap.to, f"silence ({cap.clock.title})"


def _named_ways(protocol: Protocol, stage: Stage, *, ids: bool = True) -> Iterable[tuple[str, str]]:
    """As `_ways`, each move by its name, with its trigger in brackets where there is room for it."""
    moves = {move.trigger: name_of(move.trigger, protocol.words) for move in stage.moves}
    names = {
        str(t): f"{name} [{t}]" if ids else name for t, name in moves.items() if t is not Trigger.TIME_OUT
    }
    for to, words in _ways(protocol, stage):
        yield to, names.get(words, words[0].upper() + words[1:])


def _title(stage: Stage, here: str | None) -> str:
    return f"{stage.name} (here)" if stage.id == here else stage.name


def _id(stage: str) -> str:
    """An id that Mermaid takes: it knows no dots, dashes or leading digits."""
    return stage if stage.isidentifier() else "s_" + re.sub(r"[^A-Za-z0-9]", "_", stage)


def _names(protocol: Protocol, stages: tuple[str, ...]) -> str:
    return " or ".join(protocol.stages[stage].name for stage in stages)


def _by(protocol: Protocol, move: Move) -> str:
    return ", ".join(slot.title for slot in protocol.slots.values() if slot.id in move.by) or "the clock"
