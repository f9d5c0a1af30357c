"""A protocol as a drawing (Mermaid text) and as a table, made from the file that runs."""

from workflows.protocol import Move, Phase, Protocol, Stage


def mermaid(protocol: Protocol, here: str | None = None) -> str:
    """The stages and moves as a Mermaid state diagram; `here` is the stage to point at."""
    lines = ["stateDiagram-v2", f"  [*] --> {protocol.first_stage.id}: raise"]
    for stage in protocol.stages.values():
        lines.append(f'  state "{_title(stage, here)}" as {stage.id}')
        lines += [f"  {stage.id} --> {move.to}: {move.trigger}" for move in stage.moves if move.to]
        if stage.phase is Phase.CLOSED:
            lines.append(f"  {stage.id} --> [*]")
        elif stage.clocks:
            lines.append(f"  note right of {stage.id}: {_clocks(stage)}")
    return "\n".join(lines)


def transition_table(protocol: Protocol) -> tuple[tuple[str, str, str, str], ...]:
    """Rows of (stage, what is done, by whom, where it leads)."""
    return tuple(
        (stage.name, str(move.trigger), _by(protocol, move), protocol.stages[move.to].name if move.to else "")
        for stage in protocol.stages.values()
        for move in stage.moves
    )


def _title(stage: Stage, here: str | None) -> str:
    return f"{stage.name} (here)" if stage.id == here else stage.name


def _clocks(stage: Stage) -> str:
    return ", ".join(
        f"{clock.title} {' / '.join(str(amount).replace('_', ' ') for amount in clock.budgets.values())}"
        for clock in stage.clocks
    )


def _by(protocol: Protocol, move: Move) -> str:
    return ", ".join(slot.title for slot in protocol.slots.values() if slot.id in move.by) or "the clock"
