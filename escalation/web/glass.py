"""Opening a case without a seat in it, and the review of who did."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from escalation.errors import InvalidInput
from escalation.models.opened import GlassFinding, GlassReason
from escalation.services import glass, glass_review
from escalation.web import filled, resolution
from escalation.web.layout import of_partnership, person

blueprint = Blueprint("glass", __name__)

Page = str | Response | tuple[str, int]
