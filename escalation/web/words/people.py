"""Who takes part, and how each of them stands."""

from collections.abc import Mapping

from escalation.services.views import SeatView, Standing
from escalation.web.words.times import day
from notifications.message import Via
from workflows.own_words import NONE, said


def post_and_people(seat: SeatView, own: Mapping[str, str] = NONE) -> str:
    """A post with its people, or that nobody holds it."""
    if seat.via is Via.VACANT:
        return f"{seat.title}: {said('nobody holds this post, the {office} was told', own)}"
    stand_in = ", standing in" if seat.via is Via.DEPUTY else ""
    return f"{seat.title} ({', '.join(seat.people)}{stand_in})"


_STANDING: Mapping[Standing, str] = {
    Standing.POSITION: "Gave a position, {at}",
    Standing.OWNED: "Owns it since {at}. No position yet",
    Standing.OPENED: "Opened it, {at}. No position yet",
    Standing.TOLD: "Told by e-mail, {at}. Not opened",
    Standing.UNREACHED: "Could not be told: the {{office}} was told instead",
    Standing.SILENT: "Did not answer: the time ended on {at}",
}
MARKS: Mapping[Standing, str] = {
    Standing.POSITION: "tick",
    Standing.OWNED: "half",
    Standing.OPENED: "half",
    Standing.TOLD: "ring",
    Standing.UNREACHED: "diamond",
    Standing.SILENT: "diamond",
}


def standing(seat: SeatView, zone: str, own: Mapping[str, str] = NONE) -> str:
    """How somebody who was told stands."""
    if seat.at is None and seat.standing is Standing.TOLD:
        return "Takes part. Not opened"
    return said(_STANDING[seat.standing].format(at=day(seat.at, zone) if seat.at else ""), own)
