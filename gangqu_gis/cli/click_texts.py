"""What click itself says — headings of help, complaints about options — in Chinese."""

from __future__ import annotations

import click

from gangqu_gis.messages import unfilled

#: The texts of click that a user of these commands can meet: keys of group ``click``, whose
#: English is click's own text, letter by letter.
NAMES = (
    "usage",
    "options",
    "commands",
    "help_option",
    "version_option",
    "required",
    "default",
    "missing_command",
    "missing_argument",
    "missing_option",
    "missing_parameter",
    "extra_argument",
    "invalid",
    "invalid_for",
    "no_option",
    "no_command",
    "maybe",
    "maybe_many",
    "no_value",
    "needs_value",
    "takes_values",
    "choose_from",
    "not_choice",
    "not_among",
    "not_in_range",
    "not_number",
    "file",
    "directory",
    "path",
    "is_file",
    "is_directory",
    "not_readable",
    "not_writable",
    "not_there",
    "wrong_start",
)
#: click looks its texts up with gettext, which reads compiled catalogues of the system's language
#: only; these modules are therefore given the look-up in this toolkit's own catalogue.
_MODULES = (
    click.core,
    click.decorators,
    click.exceptions,
    click.formatting,
    click.parser,
    click.types,
)


def speak_chinese() -> None:
    """Make click say its own texts in Chinese; what the catalogue has not stays English."""
    entries = [unfilled(f"click.{name}") for name in NAMES]
    known = {entry.en: entry.zh for entry in entries}

    def one(text: str) -> str:
        return known.get(text, text)

    def counted(single: str, many: str, count: int) -> str:
        own = single if count == 1 else many
        return known.get(own, known.get(single, own))

    for module in _MODULES:
        for name, spoken in (("_", one), ("ngettext", counted)):
            if hasattr(module, name):
                setattr(module, name, spoken)
