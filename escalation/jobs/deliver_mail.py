"""Hands owed mails to the mail server."""

from datetime import timedelta

from escalation.config import Settings
from escalation.jobs.result import Result
from escalation.services import delivery
from notifications.mailer import SmtpMailer


def post_room(settings: Settings) -> delivery.PostRoom:
    """The post room of this installation."""
    return delivery.PostRoom(
        connect=lambda: SmtpMailer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            user=settings.smtp_user,
            password=settings.smtp_password,
            tls=settings.smtp_tls,
            ca_file=settings.smtp_ca_file or None,
            timeout=settings.smtp_timeout,
        ),
        base_url=settings.public_base_url,
        mail_from=settings.mail_from,
        mail_domain=settings.mail_domain,
        prefixes=settings.mail_prefixes or {},
        rate=settings.mails_per_hour,
        # A mail is handed over in a handful of steps, each of which may take as long as the time limit.
        lease=timedelta(seconds=max(120.0, 20 * settings.smtp_timeout)),
    )


def run(settings: Settings) -> Result:
    """Everything that is due now."""
    done = delivery.deliver(post_room(settings))
    return Result({"sent": done.sent, "put_off": done.put_off, "failed": done.failed}, done.next_due)
