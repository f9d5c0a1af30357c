"""The closed choices of the forms, with the words people read."""

from collections.abc import Mapping

from workflows.commands import Changed, Safer, SafeToRaise
from workflows.vocabulary import Urgency

CHALLENGED_ROLES: Mapping[str, str] = {
    "doctor": "A doctor",
    "nurse": "A nurse, midwife or health visitor",
    "social_worker": "A social worker",
    "manager": "A manager",
    "teacher": "A teacher or school leader",
    "police": "A police officer",
    "housing": "A housing officer",
    "not_sure": "I am not sure",
}
ROLE_SHORT: Mapping[str, str] = {
    "doctor": "doctor",
    "nurse": "nurse, midwife or health visitor",
    "social_worker": "social worker",
    "manager": "manager",
    "teacher": "teacher or school leader",
    "police": "police officer",
    "housing": "housing officer",
    "not_sure": "role not known",
}
URGENCIES: Mapping[str, str] = {
    Urgency.TODAY: "Today or tonight",
    Urgency.NEXT_DAYS: "In the next days",
    Urgency.NOT_URGENT: "Not urgent",
    Urgency.NOT_SURE: "I am not sure",
}
CHANGED: Mapping[str, str] = {Changed.YES: "Yes", Changed.PARTLY: "Partly", Changed.NO: "No"}
SAFER: Mapping[str, str] = {
    Safer.YES: "Yes",
    Safer.PARTLY: "Partly",
    Safer.NO: "No",
    Safer.NOT_KNOWN: "Not known",
}
SAFE_TO_RAISE: Mapping[str, str] = {
    SafeToRaise.YES: "Yes",
    SafeToRaise.NO: "No",
    SafeToRaise.NOT_SAID: "I would rather not say",
}
SHORT, LONG, REFERENCE = 1_000, 4_000, 40
"""How long answers may be, in characters."""
