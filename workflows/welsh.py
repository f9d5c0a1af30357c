"""The Welsh of a protocol file, beside the English that it stands for."""

from workflows.asked import answer_name
from workflows.own_words import word
from workflows.protocol import Protocol
from workflows.vocabulary import Word


def beside(protocol: Protocol) -> tuple[tuple[str, str], ...]:
    """Each Welsh text with its English, in the order of the file."""
    english = english_of(protocol)
    return tuple((english[key], said) for key, said in protocol.welsh.items() if key in english)


def english_of(protocol: Protocol) -> dict[str, str]:
    """Every text of a protocol that Welsh can stand beside, by the key of the table `welsh`."""
    found = {"title": protocol.title}
    found |= {f"stage.{s.id}": s.name for s in protocol.stages.values()}
    found |= {f"slot.{s.id}": s.title for s in protocol.slots.values()}
    found |= {f"track.{t.id}": t.name for t in protocol.tracks.values()}
    found |= {f"pace.{p.id}": p.name for p in protocol.paces.values()}
    found |= {f"topic.{key}": text for key, text in protocol.topics.items()}
    found |= {f"forum.{key}": text for key, text in protocol.forums.items()}
    found |= {f"word.{name}": word(name, protocol.words) for name in Word}
    found |= {f"form.{f.id}": f.title for f in protocol.forms}
    found |= {f"field.{answer_name(f.id, a.id)}": a.label for f in protocol.forms for a in f.fields}
    clocks = ((s.id, c) for s in protocol.stages.values() for c in s.clocks)
    return found | {f"clock.{stage}/{c.id}": c.title for stage, c in clocks}
