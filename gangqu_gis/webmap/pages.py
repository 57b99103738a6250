"""Which pages a workspace's maps have and what stands on them, as data/maps.toml declares.

The file is optional; figures are named by subject and quantity, never by number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gangqu_gis.documents import Entry, read_toml
from gangqu_gis.figures import Figure
from gangqu_gis.messages import Text, message
from gangqu_gis.plan import Plan

FILE = "maps.toml"
FORMS = ("features", "matrix", "sum")
#: Pages that every workspace has; the declared ones stand between them.
INDEX, RECONCILIATION, PROGRESS = "index", "reconciliation", "progress"
#: Sections of every page, after its own.
COMMON = ("changes", "layers", "legend", "about")
#: How wide the panel is beside the map: a list, tables of a few columns, a table of everything.
NARROW, MIDDLE, WIDE = "narrow", "middle", "wide"


@dataclass(frozen=True, slots=True)
class Block:
    """One table or sum of a page."""

    form: str
    title: Text
    note: Text
    kinds: tuple[str, ...]
    subjects: tuple[str, ...]
    quantities: tuple[str, ...]
    attributes: tuple[str, ...]
    total: tuple[str, str]
    parts: tuple[Part, ...]
    beside: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a sum: whose figure, which quantity, the kinds of features it is split into."""

    subject: str
    quantity: str
    kinds: tuple[str, ...]
    note: Text


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its file is ``id``.html, its panel the ``sections`` in this order.

    Each section is made by gangqu_gis.webmap.sections and drawn by the script of its form.
    """

    id: str
    title: Text
    short: Text
    kinds: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    sections: tuple[str, ...] = ("blocks", *COMMON)
    layout: str = MIDDLE

    @property
    def file(self) -> str:
        """The name of the page's file."""
        return f"{self.id}.html"


@dataclass(frozen=True, slots=True)
class Site:
    """All pages, the figures of the year control, and the kinds drawn as mere symbols."""

    pages: tuple[Page, ...]
    year_subject: str = ""
    year_quantities: tuple[str, ...] = ()
    symbols: frozenset[str] = frozenset()
    review_number: str = ""


def read_site(plan: Plan) -> Site:
    """Return the pages of ``plan``'s workspace.

    Raises
    ------
    InputError
        data/maps.toml is broken, or names a kind, subject or quantity that is not declared.
    """
    path = plan.workspace.data / FILE
    if not path.is_file():
        return Site((_index(), _progress(), _reconciliation()))
    document = read_toml(path, shown=f"data/{FILE}")
    document.only("page", "years", "symbols", "review_number")
    names = _Names.of(plan)
    years = document.root.get("years") or {}
    declared = tuple(_page(entry, names) for entry in document.entries("page"))
    if years:
        table = document.root.table("years")
        names.known(table, "subjects", (table.text("subject"),))
        names.known(table, "quantities", table.texts("quantities"))
    symbols = names.known(document.root, "kinds", document.root.texts("symbols", optional=True))
    return Site(
        (_index(), *declared, _progress(), _reconciliation()),
        str(years.get("subject", "")),
        tuple(years.get("quantities", ())),
        frozenset(symbols),
        document.root.text("review_number", optional=True),
    )


def stated(plan: Plan, subject: str, quantity: str, period: str | None = None) -> list[Figure]:
    """Return the figures of a quantity of a subject, in the order of the plan.

    Without ``period``, those of the whole plan period are taken, or those without a period.
    """
    whole = "-".join(map(str, plan.workspace.plan_period))
    periods = (whole, "") if period is None else (period,)
    found = plan.register.figures.values()
    return [
        f
        for f in found
        if f.subject.id == subject and f.quantity.id == quantity and f.period in periods
    ]


@dataclass(frozen=True, slots=True)
class _Names:
    """What a page may name."""

    kinds: frozenset[str]
    subjects: frozenset[str]
    quantities: frozenset[str]
    attributes: frozenset[str]

    @classmethod
    def of(cls, plan: Plan) -> _Names:
        figures = plan.register.figures.values()
        kinds = plan.schema.kinds.values()
        return cls(
            frozenset(k.id for k in kinds if k.geometry == "polygon"),
            frozenset(f.subject.id for f in figures),
            frozenset(f.quantity.id for f in figures),
            frozenset(field.name for kind in kinds for field in kind.fields),
        )

    def known(self, entry: Entry, field: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return ``names``; each must be declared among the names of ``field``."""
        unknown = [name for name in names if name not in getattr(self, field)]
        if unknown:
            raise entry.fault(field, "map.page_unknown_name", name=", ".join(unknown), field=field)
        return names


def _index() -> Page:
    before, after = ("key_figures", "years"), ("changes", "layers", "legend", "open", "about")
    return _built_in(INDEX, (*before, *after), NARROW)


def _reconciliation() -> Page:
    return _built_in(RECONCILIATION, ("rows", *COMMON), WIDE)


def _progress() -> Page:
    own = ("progress_years", "targets", "charts", "projects")
    return _built_in(PROGRESS, (*own, *COMMON), MIDDLE)


def _built_in(id_: str, sections: tuple[str, ...], layout: str) -> Page:
    title, short = message(f"map.{id_}_title"), message(f"map.{id_}_short")
    return Page(id_, title, short, sections=sections, layout=layout)


def _page(entry: Entry, names: _Names) -> Page:
    id_ = entry.text("id")
    if not id_.isidentifier() or not id_.isascii() or id_ in (INDEX, RECONCILIATION, PROGRESS):
        raise entry.fault("id", "map.page_bad_id", id=id_)
    title = entry.both("zh", "en")
    short = entry.both("short", "short_en") if "short" in entry else title
    return Page(
        id_,
        title,
        short,
        names.known(entry, "kinds", entry.texts("kinds")),
        names.known(entry, "kinds", entry.texts("context", optional=True)),
        tuple(_block(inner, names) for inner in _inner(entry, entry.get("block", []))),
    )


def _inner(entry: Entry, rows: Any) -> Iterator[Entry]:
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise entry.fault("block", "file.no_blocks", name="page.block")
    for row in rows:
        yield Entry(entry.document, entry.line, row, "page.block.")


def _block(entry: Entry, names: _Names) -> Block:
    form = entry.text("form")
    if form not in FORMS:
        raise entry.fault("form", "map.page_unknown_name", name=form, field="form")
    total = entry.get("total", {})
    return Block(
        form,
        entry.both("zh", "en"),
        entry.both("note", "note_en") if "note" in entry else Text("", ""),
        names.known(entry, "kinds", entry.texts("kinds", optional=True)),
        names.known(entry, "subjects", entry.texts("subjects", optional=True)),
        names.known(entry, "quantities", entry.texts("quantities", optional=True)),
        names.known(entry, "attributes", entry.texts("attributes", optional=True)),
        (str(total.get("subject", "")), str(total.get("quantity", ""))),
        tuple(_part(part, names) for part in _inner(entry, entry.get("parts", []))),
        tuple(_part(part, names) for part in _inner(entry, entry.get("beside", []))),
    )


def _part(entry: Entry, names: _Names) -> Part:
    (subject,) = names.known(entry, "subjects", (entry.text("subject"),))
    (quantity,) = names.known(entry, "quantities", (entry.text("quantity"),))
    kinds = names.known(entry, "kinds", entry.texts("kinds", optional=True))
    note = entry.both("note", "note_en") if "note" in entry else Text("", "")
    return Part(subject, quantity, kinds, note)
