"""The history of the layers: what happened, what differs, taking back, taking over, verifying."""

from __future__ import annotations

import functools
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gangqu_gis.cli.proposing import make, show, signing_options, uncertainty_option, write_review
from gangqu_gis.cli.reading import yes_option
from gangqu_gis.cli.session import F, Session, exit_if, format_option, help_text, lang_option
from gangqu_gis.messages import joined, message, plain

if TYPE_CHECKING:
    from gangqu_gis.history import Entry, History
    from gangqu_gis.update import Proposal
    from gangqu_gis.workspace import Workspace

_html_option = click.option(
    "--html",
    metavar="FILE.html",
    type=click.Path(path_type=Path, dir_okay=False),
    help=help_text("review"),
)
_dry_run_option = click.option("--dry-run", is_flag=True, help=help_text("dry_run"))


@click.group(help=help_text("history"))
def history() -> None:
    """Look at the history of the layers, take an entry back, take an edit over."""


@history.command(name="log", help=help_text("history_log"))
@click.option("--layer", help=help_text("history_layer"))
@click.option("--id", "id_", metavar="ID", help=help_text("history_id"))
@format_option
@lang_option
@click.pass_obj
def log(session: Session, layer: str | None, id_: str | None, form: str) -> None:
    """List the change sets."""
    from gangqu_gis.errors import UsageError
    from gangqu_gis.history import read_history

    workspace = session.workspace()
    if layer is not None and layer not in workspace.layer_files:
        known = ", ".join(workspace.layer_files)
        raise UsageError(message("update.no_layer", name=layer, known=known))
    found = read_history(workspace.data / "history", shown="data/history")
    entries = [
        entry
        for entry in found.entries
        if layer in (None, entry.layer) and (id_ is None or entry.touches(frozenset((id_,))))
    ]
    if form == "json":
        import json

        click.echo(json.dumps([_summary(e) for e in entries], ensure_ascii=False, indent=1))
        return
    for entry in entries:
        session.say("history.log_line", **_log_fields(entry))
    if not found.entries:
        session.say("history.never")
        return
    if not entries:
        session.say("history.none_fits")
    session.say("history.head", count=len(found.entries), head=found.head)


def _log_fields(entry: Entry) -> dict[str, object]:
    ids = [change.id for change in entry.changes]
    shown = "、".join(ids[:8]) + ("…" if len(ids) > 8 else "")
    action = message(
        f"history.action_{entry.action}", undoes=entry.undoes, file=entry.content.get("file_after")
    )
    return {
        "number": entry.number,
        "time": entry.time,
        "by": entry.by,
        "layer": entry.layer,
        "action": action,
        "ids": f"{shown}（{len(ids)}）" if len(ids) > 8 else shown or "-",
        "reason": entry.reason,
    }


def _summary(entry: Entry) -> dict[str, object]:
    left_out = ("changes", "previous")
    record = {name: value for name, value in entry.content.items() if name not in left_out}
    changes = [{"id": change.id, "whlx": change.whlx} for change in entry.changes]
    return {**record, "hash": entry.hash, "changes": changes}


@history.command(name="diff", help=help_text("history_diff"))
@click.argument("first", metavar="A")
@click.argument("second", metavar="B", default="head")
@click.option("--layer", "layers", multiple=True, help=help_text("history_layer"))
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", "json", "geojson")),
    default="text",
    show_default=True,
    help=help_text("format"),
)
@_html_option
@lang_option
@click.pass_obj
def diff(
    session: Session,
    first: str,
    second: str,
    layers: tuple[str, ...],
    form: str,
    html: Path | None,
) -> None:
    """Show what differs between two states of the layers."""
    from gangqu_gis.assessment import assess
    from gangqu_gis.differences import between
    from gangqu_gis.report.changeset import ChangeSet

    plan = session.plan()
    differences = between(plan, first, second, layers=layers or None)
    title = message("changeset.title_diff", first=first, second=second)
    found = ChangeSet(title, tuple(differences), assess(plan))
    if form == "text":
        from gangqu_gis.report.changeset_text import change_set

        session.console().print(change_set(found, session.lang))
    else:
        from gangqu_gis.report.changeset_document import change_set_collection, change_set_document
        from gangqu_gis.report.document import to_json

        told = change_set_document if form == "json" else change_set_collection
        click.echo(to_json(told(found, lang=session.lang)))
    if html is not None:
        write_review(session, found, html, quiet=form != "text")


@dataclass(frozen=True, slots=True)
class _Making:
    """Who makes a change set and why, and how it is shown first."""

    by: str | None
    reason: str | None
    yes: bool
    dry_run: bool
    html: Path | None
    form: str

    def need_names(self, session: Session) -> None:
        """Refuse to make a change set for nobody."""
        if not self.dry_run and not (self.by and self.reason):
            raise click.UsageError(message("update.needs_who").render(session.lang))


def _making_options(function: F) -> F:
    """Add the options of a command that makes a change set; it takes them as ``making``."""

    @functools.wraps(function)
    def collected(*words: Any, **options: Any) -> Any:
        own = {field.name: options.pop(field.name) for field in fields(_Making)}
        return function(*words, making=_Making(**own), **options)

    wrapped: Any = format_option(collected)
    for option in (_html_option, _dry_run_option, yes_option, signing_options):
        wrapped = option(wrapped)
    result: F = wrapped
    return result


@history.command(name="undo", help=help_text("history_undo"))
@click.argument("number", type=click.IntRange(min=1))
@_making_options
@lang_option
@click.pass_obj
def undo(
    session: Session,
    number: int,
    making: _Making,
) -> None:
    """Take an entry back by a new one."""
    from gangqu_gis.update import plan_to_change, propose_undo

    making.need_names(session)
    proposal = propose_undo(plan_to_change(session.workspace()), number)
    _go_on(session, proposal, making)


@history.command(name="adopt", help=help_text("history_adopt"))
@click.argument("layer")
@uncertainty_option
@click.option("--keep-recorded", is_flag=True, help=help_text("keep_recorded"))
@_making_options
@lang_option
@click.pass_obj
def adopt(
    session: Session,
    layer: str,
    uncertainty: float | None,
    keep_recorded: bool,
    making: _Making,
) -> None:
    """Take over what was edited outside the toolkit."""
    from gangqu_gis.update import plan_to_change, propose_adoption

    making.need_names(session)
    plan = plan_to_change(session.workspace())
    proposal = propose_adoption(plan, layer, uncertainty_m=uncertainty, keep_recorded=keep_recorded)
    _go_on(session, proposal, making)


def _go_on(session: Session, proposal: Proposal, making: _Making) -> None:
    """Show the proposal; make it unless it is blocked or only a preview."""
    is_json = making.form == "json"
    show(session, proposal, form=making.form, html=making.html)
    if proposal.action == "adopt" and not proposal.changes:
        click.echo(message("update.only_digits").render(session.lang), err=is_json)
    exit_if(proposal.blocked)
    if making.dry_run:
        click.echo(message("update.dry_run").render(session.lang), err=is_json)
        return
    assert making.by is not None and making.reason is not None
    make(session, proposal, by=making.by, reason=making.reason, yes=making.yes, form=making.form)


@history.command(name="restore", help=help_text("history_restore"))
@click.argument("layer")
@lang_option
@click.pass_obj
def restore(session: Session, layer: str) -> None:
    """Rebuild a layer whose file was lost or damaged."""
    from gangqu_gis.update import restore_layer

    kept = restore_layer(session.workspace(), layer)
    session.say("update.restored", layer=layer)
    if kept is not None:
        session.say("update.kept_damaged", path=kept)


@history.command(name="verify", help=help_text("history_verify"))
@lang_option
@click.pass_obj
def verify(session: Session) -> None:
    """Verify the chain of hashes, that each entry fits the one before, and the layers' files."""
    from gangqu_gis.history import chain_of, read_history
    from gangqu_gis.replay import fault_of

    workspace = session.workspace()
    folder = workspace.data / "history"
    fault = chain_of(folder, shown="data/history").fault()
    if fault is not None:
        click.echo(fault.render(session.lang), err=True)
        exit_if(True)
    found = read_history(folder, shown="data/history")
    unlisted = found.unlisted(workspace.layer_files)
    layers = (*workspace.layer_files, *unlisted)
    faults = [fault for layer in layers if (fault := fault_of(workspace, found, layer))]
    for one in faults:
        click.echo(one.render(session.lang), err=True)
    if not faults:
        session.say("history.whole", count=len(found.entries))
    for layer in unlisted:
        own = [plain(entry.number) for entry in found.of_layer(layer)]
        numbers = joined(own, zh="、", en=", ")
        session.say("history.unlisted", layer=layer, numbers=numbers)
    drifted = _say_what_drifted(session, workspace, found)
    exit_if(bool(faults) or drifted)


def _say_what_drifted(session: Session, workspace: Workspace, found: History) -> bool:
    """Say which layers were edited outside the toolkit, and whether any was.

    A write that was cut short leaves a layer as it was or as it will be: that is said instead.
    """
    from gangqu_gis.files import hash_of
    from gangqu_gis.replay import unreadable
    from gangqu_gis.store import waiting

    present = [la for la in workspace.layer_files if workspace.layer_path(la).exists()]
    drifted = [la for la in present if found.drifted(la, hash_of(workspace.layer_path(la)))]
    if waiting(workspace):
        session.say("history.waiting")
    else:
        for layer in drifted:
            fault = unreadable(workspace, layer)
            if fault is None:
                session.say("history.drifted", layer=layer)
            else:
                session.say("history.unreadable_layer", layer=layer, reason=fault.text)
    return bool(drifted)
