"""`escalation people domains`: whose mail addresses prove which agency."""

from collections.abc import Callable

import click
from flask import Flask

from escalation.services import mail_domains

_PARTNERSHIP = click.option("--partnership", help="Name of the partnership, when there are several.")


def domains_of(make_app: Callable[[], Flask]) -> click.Group:
    """The group of commands, on an app that is made when one is called."""

    @click.group()
    def domains() -> None:
        """Mail domains: who proves an address of one may raise a concern from its agency."""

    @domains.command(name="list")
    @_PARTNERSHIP
    def list_them(partnership: str | None) -> None:
        """Every domain with its agency, one a line."""
        with make_app().app_context():
            for known in mail_domains.listed(partnership):
                click.echo(f"{known.domain}\t{known.agency}")

    @domains.command()
    @click.argument("domain")
    @click.argument("agency")
    @_PARTNERSHIP
    def add(domain: str, agency: str, partnership: str | None) -> None:
        """Add DOMAIN (what stands after the @, exactly) for AGENCY, by its name."""
        with make_app().app_context():
            mail_domains.add_by_operator(partnership, domain, agency)
        click.echo(f"addresses at {mail_domains.checked(domain)} prove {agency}")

    @domains.command()
    @click.argument("domain")
    @click.argument("agency")
    @_PARTNERSHIP
    def remove(domain: str, agency: str, partnership: str | None) -> None:
        """Take DOMAIN off AGENCY. Whoever was let in by it stays."""
        with make_app().app_context():
            mail_domains.remove_by_operator(partnership, domain, agency)
        click.echo(f"addresses at {domain} prove {agency} no more")

    return domains
