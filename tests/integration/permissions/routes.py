"""Who comes through which door: every rule with its method, and the persons who are let in. Written by hand.

A person who is not named is refused. Let in means that the page or the use case behind it answers: also
that something is missing in a form, or that a move is not possible now.
"""

from tests.integration.permissions.people import NOBODY, NORTH, PERSONS

_EVERYBODY = frozenset(PERSONS)
_SIGNED_IN = _EVERYBODY - {NOBODY}
_OF_NORTH = frozenset(NORTH)
_SEATED = frozenset(
    {"raiser", "raising_lead", "raising_head", "challenged_manager", "challenged_head", "coordinator"}
)
_BOARD = frozenset({"coordinator", "chair"})
_RAISER = frozenset({"raiser"})
_AGENCIES = frozenset(
    {"raiser", "raising_lead", "raising_head", "challenged_manager", "challenged_head", "recused",
     "practitioner", "lead", "manager", "other_raiser"}
)  # fmt: skip
_ANSWER_FOR_STAFF = frozenset(
    {"raising_head", "challenged_manager", "challenged_head", "recused", "manager", "coordinator"}
)
_NO_ONE = frozenset[str]()

LET_IN: dict[tuple[str, str], frozenset[str]] = {
    ("pages.start", "GET"): _EVERYBODY,
    ("pages.help_page", "GET"): _EVERYBODY,
    ("pages.accessibility", "GET"): _EVERYBODY,
    ("pages.privacy", "GET"): _EVERYBODY,
    ("pages.cookies", "GET"): _EVERYBODY,
    ("pages.static", "GET"): _EVERYBODY,
    ("health.alive", "GET"): _EVERYBODY,
    ("health.deep", "GET"): _EVERYBODY,
    ("api-docs.openapi_json", "GET"): _EVERYBODY,
    ("pages.work", "GET"): _SIGNED_IN,
    ("pages.account", "GET"): _SIGNED_IN,
    ("pages.stay", "POST"): _EVERYBODY,
    ("account.places", "GET"): _SIGNED_IN,
    ("second_factor.show", "GET"): _SIGNED_IN,
    ("lapsed.show", "GET"): _SIGNED_IN,
    ("lapsed.send", "POST"): _SIGNED_IN,
    ("interests.show", "GET"): _SIGNED_IN,
    ("access.index", "GET"): _ANSWER_FOR_STAFF,
    # No review of access is open.
    ("access.show", "GET"): _NO_ONE,
    ("access.sign", "POST"): _NO_ONE,
    ("board.lookups", "GET"): frozenset({"privacy_officer"}),
    # The first administrator of a partnership is its business manager.
    ("offices.show", "GET"): frozenset({"administrator", "coordinator"}),
    ("offices.appoint", "POST"): frozenset({"administrator", "coordinator"}),
    ("letting_in.domains", "GET"): frozenset({"coordinator", "administrator"}),
    ("letting_in.domains", "POST"): frozenset({"coordinator", "administrator"}),
    ("letting_in.remove_domain", "POST"): frozenset({"coordinator", "administrator"}),
    ("letting_in.newcomers", "GET"): frozenset({"coordinator", "administrator"}),
    # Nobody waits to be let in: these lead back to the list.
    ("letting_in.newcomer", "GET"): frozenset({"coordinator", "administrator"}),
    ("letting_in.newcomer", "POST"): frozenset({"coordinator", "administrator"}),
    ("finding.ask", "GET"): _SIGNED_IN,
    # What is found is their own alone.
    ("finding.search", "POST"): _SIGNED_IN,
    ("glass.open_case", "GET"): _SIGNED_IN,
    # Whoever is not signed in begins, too, and proves the address of their work at the end.
    ("raising.advice", "GET"): _EVERYBODY,
    ("raising.begin", "GET"): _AGENCIES | {NOBODY},
    # Who names a partnership that is not theirs begins in their own.
    ("raising.begin", "POST"): _AGENCIES | {NOBODY},
    ("api.partnerships", "GET"): _SIGNED_IN,
    ("api.my_work", "GET"): _SIGNED_IN,
    ("api.raise_concern", "POST"): _SIGNED_IN,
    # Names of agencies are no secret to whoever belongs to the partnership.
    ("api.agencies", "GET"): _OF_NORTH,
    ("cases.show", "GET"): _SEATED,
    ("cases.history", "GET"): _SEATED,
    ("cases.receipt", "GET"): _SEATED,
    ("cases.by_reference", "GET"): _SEATED,
    ("cases.own", "POST"): _SEATED,
    ("cases.form", "GET"): _SEATED,
    ("cases.form", "POST"): _SEATED,
    ("procedures.of_case", "GET"): _SEATED,
    ("procedures.picture_of_case", "GET"): _SEATED,
    ("api.read_case", "GET"): _SEATED,
    ("api.make_move", "POST"): _SEATED,
    ("raising.sent", "GET"): _SEATED,
    ("raising.anew", "POST"): _SEATED,
    ("glass.reference", "GET"): _SEATED,
    ("glass.reference", "POST"): _SEATED,
    ("glass.raiser", "GET"): _SEATED,
    ("glass.raiser", "POST"): _SEATED,
    ("raising.question", "GET"): _RAISER,
    ("raising.question", "POST"): _RAISER,
    ("raising.danger", "GET"): _RAISER,
    ("raising.danger", "POST"): _RAISER,
    ("raising.check", "GET"): _RAISER,
    ("raising.check", "POST"): _RAISER,
    # Nothing of these is there: no scenario is named, nobody has opened a case, nothing went elsewhere.
    ("glass.opened", "GET"): _NO_ONE,
    ("raising.elsewhere", "GET"): _NO_ONE,
    ("procedures.try_out", "GET"): _NO_ONE,
    ("board.worklist", "GET"): _BOARD,
    # With small numbers hidden, and not as a file.
    ("board.measures", "GET"): _BOARD | {"board_member", "inspector"},
    ("board.measures_csv", "GET"): _BOARD,
    ("board.measures_json", "GET"): _BOARD,
    ("board.directory", "GET"): _BOARD | {"administrator"},
    ("procedures.index", "GET"): _OF_NORTH,
    ("procedures.show", "GET"): _OF_NORTH,
    ("procedures.picture", "GET"): _OF_NORTH,
    # Nobody has asked for an erasure, and no case is held.
    ("erasure.index", "GET"): frozenset({"coordinator", "chair", "privacy_officer"}),
    ("erasure.ask", "GET"): frozenset({"coordinator", "privacy_officer"}),
    ("erasure.ask", "POST"): frozenset({"coordinator", "privacy_officer"}),
    ("erasure.hold", "GET"): frozenset({"coordinator", "privacy_officer"}),
    ("erasure.hold", "POST"): frozenset({"coordinator", "privacy_officer"}),
    ("erasure.answer", "GET"): _NO_ONE,
    ("erasure.answer", "POST"): _NO_ONE,
    ("erasure.lift", "POST"): _NO_ONE,
    ("glass.openings", "GET"): frozenset({"privacy_officer"}),
    ("glass.review", "POST"): _NO_ONE,
}

BY_THEMSELVES = ("security.", "by_code.", "providers.", "step_up.")
"""Doors by which somebody proves who they are: each has its own stories."""
ENDS_SOMETHING = frozenset(
    {
        ("raising.discard", "POST"),
        ("glass.open_case", "POST"),
        ("account.end", "POST"),
        ("account.end_others", "POST"),
        ("interests.declare", "POST"),
        ("interests.end", "POST"),
        ("offices.confirm", "POST"),
        ("offices.end", "POST"),
    }
)
"""Tried by themselves, in stories: they end a session or a draft, or begin something."""
