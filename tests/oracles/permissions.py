"""The table of permissions as somebody wrote it by hand who had not seen the product's own.

`permissions.txt` holds explicit cells: an action, then phases, then for each relation the roles. What
does not stand there is denied. Lines that begin with # tell the reason, `amended:` what was changed
afterwards and why. This module reads it and imports nothing of the product.
"""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

ROLES = (
    "anonymous", "practitioner", "manager", "lead", "senior", "coordinator", "chair", "board_member",
    "administrator", "privacy_officer", "inspector", "system",
)  # fmt: skip
RELATIONS = (
    "raiser", "raiser_line", "raising_participant", "challenged", "challenged_line", "expert", "board",
    "recused", "none", "elsewhere",
)  # fmt: skip
PHASES = ("draft", "informal", "manager", "senior", "arbitration", "provisional", "closed", "archived")
Cell = tuple[str, str, str, str]
"""Action, role, relation, phase."""
TEXT = Path(__file__).with_name("permissions.txt")


def read() -> tuple[dict[str, set[str]], dict[str, set[tuple[str, str, str]]]]:
    """Allowed roles by partnership action; allowed (role, relation, phase) by action on a case.

    Raises ValueError for a word that is no role, relation or phase.
    """
    of_board: dict[str, set[str]] = {}
    of_case: dict[str, set[tuple[str, str, str]]] = {}
    action, phases = "", list[str]()
    for line in TEXT.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            action, phases = line[3:].strip(), []
        elif line.strip() and not line.startswith("#"):
            key, _, words = line.partition(":")
            if key == "phases":
                phases = _known(words.split(), PHASES)
                of_case.setdefault(action, set())
            elif key == "roles":
                of_board[action] = set(_known(words.split(), ROLES))
            else:
                _known([key], RELATIONS)
                of_case[action] |= {
                    (role, key, phase) for role in _known(words.split(), ROLES) for phase in phases
                }
    return of_board, of_case


def cells(actions: Iterator[str]) -> Iterator[Cell]:
    """Every cell of these actions, allowed or not."""
    return iter(product(actions, ROLES, RELATIONS, PHASES))


def _known(words: list[str], known: tuple[str, ...]) -> list[str]:
    if strange := set(words) - set(known):
        raise ValueError(f"{sorted(strange)} is none of {known}")
    return words
