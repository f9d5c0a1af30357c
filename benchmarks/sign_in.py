"""Does it take as long to refuse somebody who is not known here as somebody who is?

    python -m benchmarks.sign_in [--quick]

Sign-in with a wrong password, and the page for a forgotten password: through the application in one
process, with argon2id as it is served, 200 times each, known and unknown in turn. What is compared is the
ratio of the medians and Welch's t; with t under 4.5 nobody learns from a time who works here, on this
machine. A figure and not a test: another machine's load would decide it.
"""

import math
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import fmean, median, variance

from flask import Flask
from flask.testing import FlaskClient

from benchmarks import machine
from benchmarks.results import Line, alone
from benchmarks.service import migrate, service
from escalation.demo import data
from escalation.services import attempts
from escalation.web.sign_in import password_hash

KNOWN = "amara.lewis@demo.invalid"
TIMES = 200
BAR = 4.5
"""What leakage tests commonly take: more is a difference that can be told."""
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_DOORS = {"/sign-in": "sign-in", "/password/reset": "a forgotten password"}


@dataclass(frozen=True, slots=True)
class Compared:
    """Milliseconds for somebody known and somebody unknown."""

    known: list[float]
    unknown: list[float]

    @property
    def ratio(self) -> float:
        """Of the medians, unknown by known."""
        return median(self.unknown) / median(self.known)

    @property
    def t(self) -> float:
        """Welch's t: how far the means are apart, in their own uncertainty."""
        spread = variance(self.known) / len(self.known) + variance(self.unknown) / len(self.unknown)
        return (fmean(self.unknown) - fmean(self.known)) / math.sqrt(spread)


def took(client: FlaskClient, path: str, email: str, number: int) -> float:
    """The milliseconds of one try, each from a network address of its own so that no brake is felt."""
    place = {"REMOTE_ADDR": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"}
    page = client.get(path, environ_overrides=place).text
    token = _TOKEN.search(page)
    assert token
    form = {"email": email, "password": "guessed wrongly", "csrf_token": token[1]}
    began = time.perf_counter()
    answer = client.post(path, data=form, environ_overrides=place)
    seconds = time.perf_counter() - began
    if answer.status_code != 200:
        raise AssertionError(f"{path} answers {answer.status_code}")
    return seconds * 1000


def compared(app: Flask, path: str, known: str, times: int) -> Compared:
    """Known and unknown in turn. What is counted of the known account is let go each time, unmeasured."""
    found, client = Compared([], []), app.test_client()
    for number in range(times):
        found.known.append(took(client, path, known, number * 2))
        found.unknown.append(took(client, path, f"nobody.{number}@board.invalid", number * 2 + 1))
        with app.app_context():
            attempts.forget("sign_in", known)
            attempts.forget("reset", known)
            attempts.forget("reset_mail", known)
    return found


def lines(path: str, found: Compared) -> list[Line]:
    """The table's line of one door."""
    name = f"{_DOORS[path]}: unknown beside known, medians"
    figure = (
        f"{found.ratio:.3f} ({median(found.unknown):.1f} and {median(found.known):.1f} ms), t = {found.t:.1f}"
    )
    return [Line(name, figure, f"t within {BAR}", abs(found.t) < BAR)]


def measured(server: machine.Server, quick: bool) -> list[Line]:
    """Both doors, on a town whose people have passwords."""
    migrate(server.create("door"))
    found: list[Line] = []
    with service(server.url("door")) as app:
        with app.test_request_context():
            data.load(password_hash("a password of northtown"), history=False)
        # A thread of its own has no context yet: each request gets one, as from a web server.
        with ThreadPoolExecutor(1) as visitor:
            for path in _DOORS:
                visitor.submit(compared, app, path, KNOWN, 1 if quick else 5).result()
                times = 3 if quick else TIMES
                found += lines(path, visitor.submit(compared, app, path, KNOWN, times).result())
    server.drop("door")
    return found


if __name__ == "__main__":
    alone(measured, __doc__)
