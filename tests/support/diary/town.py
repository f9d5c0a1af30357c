"""What the diary knows of Northtown: its agencies, when they close, and who speaks for them."""

from datetime import time
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

SURGERY, HOSPITAL, CARE = "Riverside Surgery", "Northtown Hospitals", "Northtown Children's Social Care"
SCHOOL, POLICE, HOUSING, BOARD = (
    "Hillside Primary School",
    "Northtown Police",
    "Northtown Housing",
    "the board",
)
AGENCIES = (SURGERY, HOSPITAL, CARE, SCHOOL, POLICE, HOUSING)
CLOSES = {SURGERY: time(18, 30), SCHOOL: time(16, 0)}
"""All others close at five."""
RAISER = {SURGERY: "amara.lewis", HOSPITAL: "james.whitfield", CARE: "leah.brooks", SCHOOL: "nadia.khan",
          POLICE: "jo.fielding", HOUSING: "bea.lindqvist"}  # fmt: skip
LEAD = {SURGERY: "priya.nair", HOSPITAL: "ewan.fraser", CARE: "tom.hadley", SCHOOL: "owen.bright"}
MANAGER = {HOSPITAL: "sam.okafor", CARE: "farah.aziz", SCHOOL: "sally.weaver", POLICE: "ian.mercer",
           HOUSING: "des.conroy"}  # fmt: skip
HEAD = {SURGERY: "helen.marsh", HOSPITAL: "margaret.osei", CARE: "colin.drake", SCHOOL: "marcus.hill",
        HOUSING: "yvonne.clarke"}  # fmt: skip
CHAIR, OFFICE = "alan.meredith", "kate.rowan"
ROLE = {SURGERY: "doctor", HOSPITAL: "doctor", CARE: "social_worker", SCHOOL: "teacher", POLICE: "police",
        HOUSING: "housing"}  # fmt: skip
