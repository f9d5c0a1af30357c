"""Once a week the newest seal is mailed to the chair and outside, and what is in the mail checks the record."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from escalation.config import Settings
from escalation.jobs import deliver_mail, seal_record
from escalation.services import moving_clock
from tests.support import sealed_town
from tests.support.mail_sink import MailSink, decoded
from tests.support.sealed_town import Town

OUTSIDE = "clerk@council.invalid"


def test_it_is_mailed_once_a_week_and_is_an_anchor(
    settings: Settings, town: Town, tmp_path: Path, mail_sink: MailSink
) -> None:
    told = replace(settings, seal_key=str(tmp_path / "seal-key.pem"), seal_outside=OUTSIDE)
    assert seal_record.run(told).did["owed"] == 2
    assert seal_record.run(told).did["owed"] == 0, "once a week"
    deliver_mail.run(told)
    mails = [m for m in mail_sink.mails if "seal of the record" in m.message["Subject"]]
    assert {m.recipients[0] for m in mails} == {OUTSIDE, "alan.meredith@demo.invalid"}
    for mail in mails:
        (anchor, *_) = sealed_town.anchors_of(decoded(mail))
        assert anchor.n == 3
        assert town.verified(anchors=(anchor,)).findings == []
        assert town.verified(anchors=(replace(anchor, hash="0" * 64),)).exit_code == 2
    moving_clock.move(timedelta(days=7))
    assert seal_record.run(told).did["owed"] == 2
