"""The file of identity providers: who may say who somebody is, and for which mail domains.

TOML, one `[[provider]]` for each. Nothing in it gives a post: see docs/sign-in-with-a-provider.md.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joserfc.jwk import RSAKey
from marshmallow import RAISE, Schema, ValidationError, fields

from escalation import provider_checks
from workflows.did_you_mean import did_you_mean
from workflows.positions import lines_of, nearest

KeyPath = tuple[str | int, ...]
_PLAIN = {
    "Missing data for required field.": "is missing; add it",
    "Not a valid string.": "is text; put it between quotation marks",
    "Not a valid list.": "is a list; put it between square brackets, as in ['one', 'two']",
    "Not a valid mapping type.": "is a table, as in { acr = ['AAL3_ANY'] }",
    "Invalid input type.": "is a table; write [[provider]] above its keys",
}


@dataclass(frozen=True, slots=True, repr=False)
class Provider:
    """One identity provider. Its `key` stands in addresses, `button` is what people read.

    `second_factor` has, by claim of the id token, the values that mean more than a password. `mail_domains`
    are those for which a verified address of this issuer is believed.
    """

    key: str
    button: str
    issuer: str
    client_id: str
    client_secret: str = ""
    private_key_file: str = ""
    key_id: str = ""
    signing: str = "RS256"
    scopes: tuple[str, ...] = ("openid", "email")
    mail_domains: tuple[str, ...] = ()
    subject_claim: str = "sub"
    verified_claim: str = "email_verified"
    acr_values: str = ""
    claims: str = ""
    second_factor: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Without its secret, wherever it is printed."""
        return f"Provider({self.key!r}, {self.issuer!r})"

    @property
    def discovery(self) -> str:
        """Where the issuer says what it can do and which keys it signs with."""
        return f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"

    @property
    def private_key(self) -> RSAKey:
        """The key that we sign with instead of a shared secret. Raises OSError, ValueError or JoseError."""
        return RSAKey.import_key(Path(self.private_key_file).read_bytes(), {"kid": self.key_id})


class ProviderFileError(Exception):
    """A file of providers that cannot be used. `problems` has a sentence with its line for each mistake."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


def _words() -> fields.List[Any]:
    return fields.List(fields.String())


class _ProviderSchema(Schema):
    class Meta:
        unknown = RAISE

    key = fields.String(required=True)
    button = fields.String(required=True)
    issuer = fields.String(required=True)
    client_id = fields.String(required=True)
    client_secret = fields.String()
    private_key_file = fields.String()
    key_id = fields.String()
    signing = fields.String()
    scopes = _words()
    mail_domains = _words()
    subject_claim = fields.String()
    verified_claim = fields.String()
    acr_values = fields.String()
    claims = fields.String()
    second_factor = fields.Dict(keys=fields.String(), values=_words())


class _FileSchema(Schema):
    class Meta:
        unknown = RAISE

    provider = fields.List(fields.Nested(_ProviderSchema), required=True)


_KEYS = {1: tuple(_FileSchema().fields), 3: tuple(_ProviderSchema().fields)}
"""Which keys there are, by how deep they stand."""


def read(path: str, *, plain: bool) -> tuple[Provider, ...]:
    """The providers of a file; with `plain`, one on this machine may be without TLS (demo and tests).

    Raises ProviderFileError with every mistake; no secret is repeated.
    """
    text = _text(path)
    try:
        values: Any = _FileSchema().load(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ProviderFileError([f"{error}"]) from error
    except ValidationError as error:
        raise ProviderFileError(_placed(text, _flat(error.messages_dict, ()))) from error
    found = tuple(_provider(table) for table in values["provider"])
    if wrong := list(provider_checks.problems(found, plain=plain)):
        raise ProviderFileError(_placed(text, wrong))
    return found


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ProviderFileError(["it cannot be read; name a file of TOML in UTF-8"]) from error


def _provider(table: Mapping[str, Any]) -> Provider:
    lists = {name: tuple(table[name]) for name in ("scopes", "mail_domains") if name in table}
    factors = {claim: tuple(values) for claim, values in table.get("second_factor", {}).items()}
    return Provider(**{**table, **lists, "second_factor": factors})


def _flat(messages: Any, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _flat(inner, path if key in ("_schema", "value") else (*path, key))
    else:
        for message in messages:
            yield path, _plain(path, str(message))


def _plain(path: KeyPath, reason: str) -> str:
    if reason == "Unknown field.":
        return f"is not a key here{did_you_mean(str(path[-1]), _KEYS.get(len(path), ()))}"
    return _PLAIN.get(reason, reason)


def _placed(text: str, found: Iterable[tuple[KeyPath, str]]) -> list[str]:
    """Each mistake with its line, in order of lines."""
    lines = lines_of(text)
    placed = sorted((nearest(lines, path), ".".join(map(str, path)), words) for path, words in found)
    return [f"line {line}: {key} {words}" for line, key, words in placed]
