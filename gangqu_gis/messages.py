"""The words of the toolkit, in Chinese and English, from one catalogue (messages.toml)."""

from __future__ import annotations

import string
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in both languages."""

    zh: str
    en: str

    def render(self, lang: str) -> str:
        """Return the words in ``lang`` ("zh" or "en")."""
        return self.en if lang == "en" else self.zh

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)


def plain(value: object) -> Text:
    """Return ``value`` as a text that reads the same in both languages."""
    return Text(str(value), str(value))


def joined(parts: list[Text], *, zh: str = "；", en: str = "; ") -> Text:
    """Return ``parts`` as one text, separated as each language does."""
    return Text(zh.join(p.zh for p in parts), en.join(p.en for p in parts))


@cache
def catalogue() -> dict[str, Text]:
    """Return every message template by its key."""
    source = files("gangqu_gis").joinpath("messages.toml").read_text(encoding="utf-8")
    return {
        f"{group}.{name}": Text(entry["zh"], entry["en"])
        for group, entries in tomllib.loads(source).items()
        for name, entry in entries.items()
    }


def message(key: str, /, **params: object) -> Text:
    """Return the message ``key`` with its placeholders filled.

    A parameter that is itself a :class:`Text` is filled in the language of the sentence.

    Raises
    ------
    KeyError
        The catalogue has no such key, or a placeholder is not given: a programming error.
    """
    template = catalogue()[key]
    filled = {}
    for lang in LANGUAGES:
        values = {k: v.render(lang) if isinstance(v, Text) else v for k, v in params.items()}
        filled[lang] = template.render(lang).format(**values)
    return Text(filled["zh"], filled["en"])


def unfilled(key: str) -> Text:
    """Return the message ``key`` with its placeholders as they stand; raises KeyError."""
    return catalogue()[key]


def placeholders(template: str) -> set[str]:
    """Return the names that ``template`` expects."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}
