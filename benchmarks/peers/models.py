"""The tables of the comparison with django-fsm-2: a case whose stage is a state, and what happened to it."""

from typing import Any

from django.db import models
from django_fsm import FSMField, FSMModelMixin, transition


class Challenge(FSMModelMixin, models.Model):
    """A case. It is due at an instant, if it waits for somebody."""

    stage = FSMField(default="manager_review")
    due_at = models.DateTimeField(db_index=True)

    class Meta:
        app_label = "peers"

    @transition(field=stage, source="manager_review", target="senior_challenge")
    def move_up(self, **_: Any) -> None:
        """Nobody answered in time."""


class Happened(models.Model):
    """An entry of a case's history."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE)
    kind = models.CharField(max_length=30)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "peers"
