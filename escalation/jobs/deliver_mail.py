"""Hands owed mails to the mail server."""

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
    )


def run(settings: Settings) -> Result:
    """Everything that is due now."""
    done = delivery.deliver(post_room(settings))
    return Result({"sent": done.sent, "put_off": done.put_off, "failed": done.failed}, done.next_due)
