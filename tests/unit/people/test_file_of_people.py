"""The file of people as spreadsheets really save it: what is wrong is named by line, in words."""

import pytest

from escalation.addresses import is_address
from escalation.errors import InvalidInput
from escalation.models.places import LINES
from escalation.schemas.words import CHALLENGED_ROLES
from escalation.services.people_file import Line, decoded, read

HEAD = "agency,kind,tier,line,title,name,email,holding,opens,closes"
MOSS = "Hospital,hospital,manager,doctor,Clinical lead,Una Moss,una.moss@x.invalid,,,"
HALE = "Hospital,hospital,head,,Medical director,Vic Hale,vic.hale@x.invalid,,,"


def a_file(*lines: str, head: str = HEAD) -> str:
    return "\n".join((head, *lines)) + "\n"


def refusal(text: str) -> dict[str, list[str]]:
    with pytest.raises(InvalidInput) as refused:
        read(text)
    return refused.value.errors


def post_and_holder(line: Line) -> tuple[int, str, str]:
    return line.number, line.title, line.email


def test_blank_lines_are_passed_over_and_lines_keep_their_numbers() -> None:
    lines = read(a_file("", MOSS, ",,,,,,,,,", "", HALE))
    assert [post_and_holder(line) for line in lines] == [
        (3, "Clinical lead", "una.moss@x.invalid"),
        (6, "Medical director", "vic.hale@x.invalid"),
    ]
    assert list(refusal(a_file("", MOSS, ",,,,,,,,,", HALE.replace("head", "boss")))) == ["line 5"]


def test_columns_without_a_heading_may_stand_empty_and_hold_nothing() -> None:
    assert len(read(a_file(MOSS + ",,", head=HEAD + ",,"))) == 1
    assert refusal(a_file(MOSS + ",x"))["line 2"] == ["has a value in a column without a heading"]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_byte_order_mark_is_no_part_of_the_first_heading(mark: str) -> None:
    assert len(read(decoded((mark + a_file(MOSS)).encode()))) == 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_any_system_ends_them(end: str) -> None:
    assert len(read(a_file(MOSS, HALE).replace("\n", end))) == 2


def test_a_file_that_is_not_utf_8_is_refused_with_the_line() -> None:
    with pytest.raises(InvalidInput) as refused:
        decoded(a_file(MOSS, HALE.replace("Vic", "Víctor")).encode("latin-1"))
    assert "not UTF-8" in refused.value.errors["line 3"][0]


def test_a_giant_field_is_refused_with_the_line_on_which_it_begins() -> None:
    assert "cannot be read as CSV" in refusal(a_file(MOSS, f'"{"x" * 200_000}"'))["line 3"][0]


def test_a_quotation_mark_that_is_never_closed_is_refused() -> None:
    assert refusal(a_file(MOSS, '"' + HALE, MOSS))["line 3"]


@pytest.mark.parametrize(("mark", "name"), [(";", "semicolons"), ("\t", "tabs")])
def test_another_separator_is_named(mark: str, name: str) -> None:
    words = refusal(a_file(MOSS).replace(",", mark))
    assert words == {"line 1": [f"this file is separated by {name}; save it with commas"]}


def test_a_heading_that_stands_twice_is_refused() -> None:
    assert refusal(a_file(MOSS + ",", head=HEAD + ",email")) == {
        "line 1": ["the heading 'email' is there twice"]
    }


def test_headings_without_lines_and_an_empty_file_are_refused() -> None:
    assert "nothing below the headings" in refusal(a_file())["line 2"][0]
    assert "the file is empty" in refusal("")["line 1"][0]


CONTRADICTIONS = {
    "two kinds": (HALE.replace("hospital", "school"), "kind is 'school' here and 'hospital' in line 2"),
    "two working hours": (
        HALE.replace(",,,", ",,08:00,18:00", 1),
        "opens is '08:00' here and '09:00' in line 2",
    ),
    "two names": (
        HALE.replace("vic.hale", "una.moss"),
        "the name with this address is 'Vic Hale' here and 'Una Moss' in line 2",
    ),
    "two holders": (
        MOSS.replace("Una Moss,una.moss", "Ann Bell,ann.bell"),
        "its holder is 'ann.bell@x.invalid' here and 'una.moss@x.invalid' in line 2",
    ),
    "a deputy of themselves": (
        MOSS.replace(".invalid,", ".invalid,deputy"),
        "this person is 'deputy' here and 'holder' in line 2",
    ),
}


@pytest.mark.parametrize("what", CONTRADICTIONS)
def test_a_file_that_contradicts_itself_is_refused(what: str) -> None:
    line, words = CONTRADICTIONS[what]
    first = MOSS[:-2] + ",09:00,17:00"
    assert words in "; ".join(refusal(a_file(first, line))["line 3"])


def test_two_names_for_the_board_are_one_board_with_one_chair() -> None:
    chair = "{},board,chair,,Chair,{},,,"
    one, other = chair.format("The board", "A,a@x.invalid"), chair.format("Board", "B,b@x.invalid")
    assert "its holder is" in refusal(a_file(one, other))["line 3"][0]


def test_practitioners_hold_a_post_side_by_side() -> None:
    gp = "Surgery,general_practice,practitioner,,GP,{},{}@x.invalid,,,"
    assert len(read(a_file(gp.format("A", "a"), gp.format("B", "b")))) == 2


def test_hours_that_one_line_gives_hold_for_every_line_of_the_agency() -> None:
    given = HALE[:-2] + ",08:00,18:30"
    assert {(line.opens, line.closes) for line in read(a_file(MOSS, given))} == {("08:00", "18:30")}


@pytest.mark.parametrize("hours", ["9,17", "09:00:00,17:00", "09:00+01:00,17:00", "25:00,26:00", "0900,1700"])
def test_hours_are_written_with_four_digits_and_a_colon(hours: str) -> None:
    assert refusal(a_file(MOSS[:-1] + hours))["line 2"] == ["opens and closes are times such as 09:00"]


def test_a_line_that_no_form_offers_is_refused() -> None:
    assert "line is 'docter'" in refusal(a_file(MOSS.replace("doctor", "docter")))["line 2"][0]
    assert set(CHALLENGED_ROLES) == {*LINES, "not_sure"}


@pytest.mark.parametrize("address", ["a@b.uk", "o'neil+x@nhs.example", "a-b_c@x-y.gov.uk"])
def test_an_address_is_taken(address: str) -> None:
    assert is_address(address)


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@b", "a@@b.uk", "a b@c.uk", "a@b.uk\n", "<a@b.uk>", "é@b.uk", "a@b..uk", f"{'a' * 65}@b.uk"],
)
def test_what_is_no_address_is_not(address: str) -> None:
    assert not is_address(address)
