"""Who is asked what on a form, and under which name an answer is given and kept."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.asked import LONGEST, answer_name, asked_on, found_by, kept_name, other_part, parts_of
from workflows.names_of_words import form_names
from workflows.protocol import Form, FormField, Protocol
from workflows.triggers import Trigger
from workflows.vocabulary import Readers, Side

RAISING, CHALLENGED, BOARD = Side.RAISING, Side.CHALLENGED, Side.BOARD
BOTH = (RAISING, CHALLENGED)
HERE = frozenset({"manager_review"})
VIEW = Form(
    "view", "How each side sees it", Trigger.KEEP_DECISION, HERE, "2", BOTH,
    (
        FormField("why", "Why the decision stands", sides=(CHALLENGED,)),
        FormField("person", "What the person says", sides=BOTH),
        FormField("risk", "What may happen now", sides=(RAISING,)),
    ),
)  # fmt: skip
RECORD = Form(
    "record", "Record of the talk", Trigger.KEEP_DECISION, HERE, "1", (CHALLENGED,),
    (FormField("who", "Who was there", sides=(CHALLENGED,)),),
)  # fmt: skip
NOTHING_FOR_THE_RAISER = Form(
    "reply", "Reply", Trigger.KEEP_DECISION, HERE, "1", BOTH, (FormField("1", "Reply", sides=(CHALLENGED,)),)
)
FORMS = (VIEW, RECORD, NOTHING_FOR_THE_RAISER)

ids = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,11}\Z")
versions = st.text(min_size=1, max_size=12)


@pytest.fixture(scope="module")
def asking(protocol: Protocol) -> Protocol:
    """The default with three forms that go with a decision that is kept."""
    return replace(protocol, forms=FORMS)


def asked(protocol: Protocol, side: Side | None, stage: str = "manager_review") -> dict[str, list[str]]:
    found = asked_on(protocol, stage, Trigger.KEEP_DECISION, side)
    return {form.id: [field.id for field in form.fields] for form in found}


class TestWhoeverMakesAMove:
    def test_fills_in_what_is_for_that_side(self, asking: Protocol) -> None:
        assert asked(asking, CHALLENGED) == {"view": ["why", "person"], "record": ["who"], "reply": ["1"]}

    def test_is_not_shown_a_form_on_which_nothing_is_for_that_side(self, asking: Protocol) -> None:
        assert asked(asking, RAISING) == {"view": ["person", "risk"]}

    @pytest.mark.parametrize("side", [BOARD, None])
    def test_for_no_side_of_the_form_fills_in_nothing(self, asking: Protocol, side: Side | None) -> None:
        assert asked(asking, side) == {}

    def test_elsewhere_or_otherwise_fills_in_nothing(self, asking: Protocol) -> None:
        assert asked(asking, CHALLENGED, "senior_challenge") == {}
        assert asked_on(asking, "manager_review", Trigger.CHANGE_DECISION, CHALLENGED) == ()


class TestTheOtherSide:
    def test_may_add_its_own_part_of_which_nothing_is_required(self, asking: Protocol) -> None:
        part = other_part(asking, "view", RAISING)
        assert part is not None
        assert [(field.id, field.required) for field in part.fields] == [("person", False), ("risk", False)]
        assert (part.id, part.version) == ("view", "2")

    @pytest.mark.parametrize(
        ("form", "side"),
        [
            ("record", CHALLENGED),  # it is the form of one side alone
            ("view", BOARD),  # it is not on this form
            ("reply", RAISING),  # nothing on this form is for it
            ("minutes", RAISING),  # there is no such form
        ],
    )
    def test_has_no_part_where_the_form_has_none_for_it(
        self, asking: Protocol, form: str, side: Side
    ) -> None:
        assert other_part(asking, form, side) is None


class TestAnAnswer:
    def test_is_given_under_form_and_field_and_kept_with_the_version(self) -> None:
        assert answer_name("view", "why") == "view/why"
        assert kept_name("view", "2", "why") == "view@2/why"

    @given(ids, versions, ids)
    def test_is_known_by_its_name_whatever_the_version_is_called(
        self, form: str, version: str, field: str
    ) -> None:
        assert parts_of(kept_name(form, version, field)) == (form, version, field)

    @pytest.mark.parametrize("name", ["reasons", "view/why", "view@2", "@", ""])
    def test_that_was_given_to_no_form_has_no_such_name(self, asking: Protocol, name: str) -> None:
        assert parts_of(name) is None
        assert found_by(asking, name) is None

    def test_leads_to_the_words_that_were_asked(self, asking: Protocol) -> None:
        assert found_by(asking, "record@1/who") == (RECORD, RECORD.fields[0])
        assert found_by(asking, "view@2/risk") == (VIEW, VIEW.fields[2])

    @pytest.mark.parametrize("name", ["view@1/why", "view@2/who", "minutes@1/who"])
    def test_that_was_asked_in_another_version_leads_nowhere(self, asking: Protocol, name: str) -> None:
        assert found_by(asking, name) is None

    @pytest.mark.parametrize(("longer", "refused"), [(0, []), (1, [("form", 0, "fields", 0)])])
    def test_has_a_name_of_forty_characters_at_most(self, longer: int, refused: list[object]) -> None:
        assert LONGEST == 40
        field = {"id": "f" * (40 - len("view@2/") + longer), "readers": Readers.EVERYBODY}
        form = {"id": "view", "version": "2", "on": Trigger.KEEP_DECISION, "stages": [], "sides": [BOARD]}
        assert [path for path, _ in form_names([{**form, "fields_": [field]}])] == refused
