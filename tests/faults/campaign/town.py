"""Two partnerships with their people, on a clock that can be moved, in the last weeks of summer time."""

from datetime import UTC, datetime
from importlib.resources import files

from escalation.demo.data import PROTOCOL
from escalation.services import moving_clock, people, setting_up
from workflows.loader import shipped, text_of

FIRST_DAY = datetime(2026, 10, 5, 8, 0, tzinfo=UTC)
"""A Monday. London puts its clocks back on the 25th, so deadlines fall due on both sides of it."""
TOWNS = {"Easton": "EA", "Westbury": "WE"}

SHARED = "Two Towns Housing"
"""An agency of both: its posts in one partnership are nobody's business in the other."""


def settle() -> None:
    """Sets up both towns in a database without cases."""
    moving_clock.make_movable()
    moving_clock.move_to(FIRST_DAY)
    for town, prefix in TOWNS.items():
        _found(town, prefix)


def _found(town: str, prefix: str) -> None:
    domain = f"@{town.lower()}.invalid"
    made = setting_up.set_up(
        setting_up.NewPartnership(
            name=f"{town} Safeguarding Partnership",
            service_name="Professional challenge",
            reference_prefix=prefix,
            nation="ENG",
            zone="Europe/London",
            duty_phone="020 7946 0018",
            office_phone="020 7946 0019",
            office_hours="weekdays 9am to 5pm",
            office_address=f"board.office{domain}",
            administrator_name="Kate Rowan",
            administrator_email=f"kate.rowan{domain}",
            protocol=text_of(shipped()[PROTOCOL]),
        )
    )
    text = files("escalation.demo").joinpath("people.csv").read_text(encoding="utf-8")
    text = (
        text.replace("Northtown Housing", SHARED).replace("Northtown", town).replace("@demo.invalid", domain)
    )
    text = text.replace("Riverside", f"{town} Riverside").replace("Hillside", f"{town} Hillside")
    people.import_people(text, made.partnership)
