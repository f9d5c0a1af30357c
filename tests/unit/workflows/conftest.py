"""What the tests of this room share: the protocol that is shipped, and cases that began under it."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

from tests.unit.workflows.story import CHALLENGED_HEAD, GP, MANAGER, Story
from workflows import loader
from workflows.protocol import Protocol
from workflows.triggers import Trigger

# A busy machine is no fault of the protocol: examples may take the time they take.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def shipped_text() -> str:
    """The default protocol as it stands in its file."""
    return loader.shipped()["four-stage-2026.1"].read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def protocol() -> Protocol:
    """The default protocol."""
    return loader.load(loader.shipped()["four-stage-2026.1"])


@pytest.fixture
def story(protocol: Protocol) -> Story:
    """A concern raised on a Wednesday at ten, on the standard pace."""
    return Story.raised(protocol)


@pytest.fixture
def senior(story: Story) -> Story:
    """The same concern after the raiser moved it up to the heads of service."""
    story.does(GP, Trigger.ESCALATE)
    return story


@pytest.fixture
def arbitration(senior: Story) -> Story:
    """The same concern after a head of service moved it up to the board."""
    senior.does(CHALLENGED_HEAD, Trigger.ESCALATE)
    return senior


@pytest.fixture
def settled(story: Story) -> Story:
    """A concern on which both sides agreed: settled for now."""
    story.does(GP, Trigger.PROPOSE_SETTLEMENT)
    story.does(MANAGER, Trigger.AGREE_SETTLEMENT)
    return story


@pytest.fixture
def broken(shipped_text: str) -> Callable[[str, str], str]:
    """The shipped text with one thing replaced, the first time that it stands there."""

    def replace_once(old: str, new: str) -> str:
        assert old in shipped_text, f"{old!r} does not stand in the shipped protocol any more"
        return shipped_text.replace(old, new, 1)

    return replace_once
