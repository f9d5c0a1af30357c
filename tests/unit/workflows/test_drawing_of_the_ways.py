"""The flowchart as a picture: boxes that can be read, and arrows that begin and end at their boxes."""

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from tests.support import richer
from workflows import diagram, loader
from workflows.protocol import Protocol
from workflows.stages import Cap

SVG = "{http://www.w3.org/2000/svg}"
DOWN = re.compile(r"M([\d.]+) ([\d.]+)V([\d.]+)")
ROUND = re.compile(r"M([\d.]+) ([\d.]+)H([\d.]+)V([\d.]+)H([\d.]+)")
TALLEST_LETTER = 11.0
TIP = 2.0
"""How far before its box an arrow ends: the tip takes the rest."""
PICTURES = {
    "everything": lambda: loader.loads(richer.body(), richer.NAME),
    **{name: (lambda path=path: loader.load(path)) for name, path in loader.shipped().items()},
}


@dataclass(frozen=True)
class Box:
    """A rectangle of the picture."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.top <= y <= self.bottom


@dataclass(frozen=True)
class Way:
    """An arrow: where it begins and ends, how far out it goes, and its words with their place."""

    begins: tuple[float, float]
    ends: tuple[float, float]
    out: float
    words: str
    at: tuple[float, float]


@dataclass(frozen=True)
class Picture:
    """What is drawn, in the order in which it is drawn."""

    paper: Box
    boxes: list[Box]
    lines: list[list[tuple[float, float]]]
    ways: list[Way]


def root_of(protocol: Protocol, here: str | None = None) -> ElementTree.Element:
    return ElementTree.fromstring(diagram.svg(protocol, here))


def box_of(rect: ElementTree.Element) -> Box:
    return Box(*(float(rect.attrib[key]) for key in ("x", "y", "width", "height")))


def place_of(text: ElementTree.Element) -> tuple[float, float]:
    return float(text.attrib["x"]), float(text.attrib["y"])


def way_of(path: ElementTree.Element, words: ElementTree.Element) -> Way:
    title = words.findtext(f"{SVG}title") or ""
    if down := DOWN.fullmatch(path.attrib["d"]):
        x, y, end = map(float, down.groups())
        return Way((x, y), (x, end), x, title, place_of(words))
    found = ROUND.fullmatch(path.attrib["d"])
    assert found is not None, path.attrib["d"]
    x, y, out, end, back = map(float, found.groups())
    return Way((x, y), (back, end), out, title, place_of(words))


def seen(protocol: Protocol) -> Picture:
    """The picture of a protocol, taken apart."""
    root = root_of(protocol)
    groups = root.findall(f"{SVG}g")
    boxes = [box_of(rect) for group in groups for rect in group.findall(f"{SVG}rect")]
    lines = [[place_of(text) for text in group.findall(f"{SVG}text")] for group in groups]
    ways = zip(root.findall(f"{SVG}path"), root.findall(f"{SVG}text"), strict=True)
    return Picture(
        Box(*map(float, root.attrib["viewBox"].split())), boxes, lines, [way_of(*way) for way in ways]
    )


def ways_of(protocol: Protocol) -> set[tuple[int, int]]:
    """From which row to which a move or a cap leads."""
    row = {stage: number for number, stage in enumerate(protocol.stages)}
    moves = {(row[s.id], row[to]) for s in protocol.stages.values() for m in s.moves for to in m.to}
    return moves | {
        (row[stage], row[cap.to]) for cap in protocol.caps.values() for stage in cap.stages if cap.to
    }


def at_rows(picture: Picture, way: Way) -> tuple[int, int]:
    """The boxes at which an arrow begins and ends: it touches the one and stops just before the other."""
    begins = [n for n, box in enumerate(picture.boxes) if box.holds(*way.begins)]
    near = (
        replace(box, left=box.left - TIP, top=box.top - TIP, width=box.width + 2 * TIP)
        for box in picture.boxes
    )
    ends = [n for n, box in enumerate(near) if box.holds(*way.ends)]
    assert (len(begins), len(ends)) == (1, 1), way
    return begins[0], ends[0]


@pytest.fixture(params=PICTURES)
def drawn(request: pytest.FixtureRequest) -> Protocol:
    """Each protocol that is shipped, and one with everything."""
    made: Protocol = PICTURES[request.param]()
    return made


def test_the_boxes_stand_one_below_the_other_with_room_for_words_between(drawn: Protocol) -> None:
    picture = seen(drawn)
    assert len(picture.boxes) == len(drawn.stages)
    for above, below in pairwise(picture.boxes):
        assert (above.left, above.width, above.height) == (below.left, below.width, below.height)
        assert below.top - above.bottom >= 3 * TALLEST_LETTER


def test_everything_lies_on_the_paper_and_the_paper_is_no_larger_than_it_must(drawn: Protocol) -> None:
    picture = seen(drawn)
    for box in picture.boxes:
        assert picture.paper.left < box.left
        assert picture.paper.top < box.top
    for way in picture.ways:
        assert way.out < picture.paper.right
        assert picture.paper.holds(*way.at)
    assert 0 < picture.paper.bottom - picture.boxes[-1].bottom < 70
    assert picture.paper.right - max(way.out for way in picture.ways) < 50


def test_the_lines_of_a_box_stand_in_it_one_below_the_other(drawn: Protocol) -> None:
    picture = seen(drawn)
    for box, (first, second) in zip(picture.boxes, picture.lines, strict=True):
        for x, y in (first, second):
            assert box.holds(x, y)
            assert box.holds(x, y - TALLEST_LETTER)
            assert x - box.left < 20
        assert second[1] - first[1] > TALLEST_LETTER


def test_each_way_is_drawn_once_from_its_stage_to_where_it_leads(drawn: Protocol) -> None:
    picture = seen(drawn)
    found = [at_rows(picture, way) for way in picture.ways]
    assert len(found) == len(set(found))
    assert set(found) == ways_of(drawn)


def test_a_way_to_the_next_stage_goes_straight_down_and_any_other_goes_round(drawn: Protocol) -> None:
    picture = seen(drawn)
    right = picture.boxes[0].right
    for way in picture.ways:
        start, end = at_rows(picture, way)
        if end == start + 1:
            assert picture.boxes[start].bottom == way.begins[1]
            assert picture.boxes[end].top - way.ends[1] == TIP
            assert way.begins[0] == way.ends[0] < way.at[0] < way.begins[0] + 20
            assert way.begins[1] < way.at[1] - TALLEST_LETTER / 2 < way.at[1] < way.ends[1]
        else:
            assert way.begins[0] == right
            assert way.ends[0] == right + TIP
            assert right < way.at[0] < right + 10 < way.out
            assert 0 < way.begins[1] - way.at[1] < 5


def test_the_further_a_way_leads_the_further_out_it_goes(drawn: Protocol) -> None:
    picture = seen(drawn)
    by_length: dict[int, set[float]] = {}
    for way in picture.ways:
        start, end = at_rows(picture, way)
        if end != start + 1:
            by_length.setdefault(abs(end - start), set()).add(way.out)
    lanes = [out for _, found in sorted(by_length.items()) for out in found]
    assert all(far - near > 2 * TALLEST_LETTER for near, far in pairwise(lanes))


def test_of_the_ways_round_from_one_box_the_shorter_leave_above_the_longer(drawn: Protocol) -> None:
    picture = seen(drawn)
    leaving: dict[int, list[tuple[float, int]]] = {}
    for way in picture.ways:
        start, end = at_rows(picture, way)
        if end != start + 1:
            leaving.setdefault(start, []).append((way.begins[1], abs(end - start)))
    for ways in leaving.values():
        lengths = [length for _, length in sorted(ways)]
        assert lengths == sorted(lengths)


def test_no_words_lie_on_others(drawn: Protocol) -> None:
    places = sorted((way.at for way in seen(drawn).ways), key=lambda at: (at[0], at[1]))
    for (x, y), (other, below) in pairwise(places):
        assert x != other or below - y > TALLEST_LETTER


class TestTheWords:
    def test_of_all_moves_between_two_stages_stand_at_one_arrow(self, protocol: Protocol) -> None:
        words = {way.words for way in seen(protocol).ways}
        assert "Move it up, Silence" in words
        assert "Withdraw the challenge" in words
        assert not any("[" in said for said in words)  # there is no room for triggers

    def test_of_a_cap_say_which_silence_it_is(self) -> None:
        words = " ".join(way.words for way in seen(PICTURES["everything"]()).ways)
        assert "Silence (Manager and senior leaders together)" in words

    @pytest.mark.parametrize(
        ("title", "shown"), [(34, "w" * 34 + ")"), (35, "w" * 35 + "…"), (50, "w" * 35 + "…")]
    )
    def test_on_the_way_down_are_cut_after_forty_four_letters_and_stand_whole_behind(
        self, protocol: Protocol, title: int, shown: str
    ) -> None:
        assert (f"Silence ({shown}", f"Silence ({'w' * title})") in shown_of(capped(protocol, "w" * title))

    @pytest.mark.parametrize(
        ("own", "shown"), [("w" * 11, "w" * 11), ("w" * 12, "w" * 11 + "…"), ("w" * 30, "w" * 11 + "…")]
    )
    def test_on_the_way_round_are_cut_after_twenty_four(
        self, protocol: Protocol, own: str, shown: str
    ) -> None:
        words = replace(protocol, words={"challenge": own})
        assert (f"Withdraw the {shown}", f"Withdraw the {own}") in shown_of(words)

    def test_in_a_box_are_those_of_the_stage_and_its_times(self, protocol: Protocol) -> None:
        groups = root_of(protocol).findall(f"{SVG}g")
        first, second = groups[0].findall(f"{SVG}text")
        whole = second.findtext(f"{SVG}title") or ""
        assert first.text == "manager_review  Manager review"
        assert whole.startswith("Reply of the challenged side 5 working days / 1 working day; View of")
        assert second.text == whole[:56] + "…"
        assert "Accept the reply" not in whole  # that time begins later

    def test_in_a_box_that_fit_are_not_cut(self, protocol: Protocol) -> None:
        *_, settled, closed = root_of(protocol).findall(f"{SVG}g")
        for group in (settled, closed):
            _, times = group.findall(f"{SVG}text")
            assert times.text == (times.findtext(f"{SVG}title") or None)


def shown_of(protocol: Protocol) -> set[tuple[str | None, str | None]]:
    """What stands at the arrows, and what stands whole behind it."""
    texts = root_of(protocol).findall(f"{SVG}text")
    return {(text.text, text.findtext(f"{SVG}title")) for text in texts}


def capped(protocol: Protocol, title: str) -> Protocol:
    """The protocol in which a cap with this title alone leads to the second stage."""
    review = protocol.stages["manager_review"]
    moves = tuple(move for move in review.moves if move.to != ("senior_challenge",))
    clock = replace(review.clocks[0], id="cap:whole", title=title)
    return replace(
        protocol,
        stages={**protocol.stages, review.id: replace(review, moves=moves)},
        caps={"cap:whole": Cap(clock, frozenset({review.id}), "senior_challenge")},
    )


class TestTheStageOfACase:
    def test_is_drawn_heavier_and_says_so(self, protocol: Protocol) -> None:
        groups = root_of(protocol, "senior_challenge").findall(f"{SVG}g")
        widths = [float(group.find(f"{SVG}rect").attrib["stroke-width"]) for group in groups]  # type: ignore[union-attr]  # each group has its box
        assert [width > 2 for width in widths] == [stage == "senior_challenge" for stage in protocol.stages]
        marked = ["you are here" in "".join(group.itertext()) for group in groups]
        assert marked == [stage == "senior_challenge" for stage in protocol.stages]

    def test_is_none_where_none_is_asked_for(self, protocol: Protocol) -> None:
        assert "you are here" not in diagram.svg(protocol)
        assert 'stroke-width="3"' not in diagram.svg(protocol)


def test_an_informal_stage_has_a_broken_line(protocol: Protocol) -> None:
    review = replace(protocol.stages["manager_review"], formal=False)
    groups = root_of(replace(protocol, stages={**protocol.stages, review.id: review})).findall(f"{SVG}g")
    broken = ["stroke-dasharray" in group.find(f"{SVG}rect").attrib for group in groups]  # type: ignore[union-attr]  # each group has its box
    assert broken == [stage == review.id for stage in protocol.stages]
