"""A package to hand on: pages and reports in a dated folder, and one zip of it.

The name says from which data the package is: the data date and the head of the history.  The same
data gives the same bytes.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from gangqu_gis import __version__
from gangqu_gis.assessment import Assessment
from gangqu_gis.errors import InputError, RefusedError, UsageError
from gangqu_gis.messages import message

_SHORT_HASH = 12
#: A zip holds no earlier day.
_FIRST_DAY = date(1980, 1, 1)
_UNSAFE = re.compile(r"[^\w.-]+")


def package(assessment: Assessment, *, lang: str) -> dict[str, bytes]:
    """Return the files of the package by their path in it.

    The evaluation of the plan is among them where anything is reported of it.
    """
    from gangqu_gis.webmap import render_site

    pages = render_site(assessment, lang=lang)
    files = {f"maps/{name}": _utf8(page) for name, page in pages.items()}
    reports = {"reconciliation": _reconciliation, "progress": _progress}
    for name, render in reports.items():
        forms = render(assessment, lang)
        files |= {f"reports/{name}.{form}": content for form, content in forms.items()}
    files["README.txt"] = b"\xef\xbb\xbf" + _utf8(_readme(assessment, lang))
    return files


def _reconciliation(assessment: Assessment, lang: str) -> dict[str, bytes]:
    """Return the reconciliation by format."""
    from gangqu_gis.report import document, text
    from gangqu_gis.report.model import Report
    from gangqu_gis.report.page import render_page
    from gangqu_gis.report.plain import plain_text
    from gangqu_gis.report.workbook import render_workbook

    report = Report(assessment)
    record = document.to_json(document.assessment_document(assessment, lang=lang))
    return {
        "txt": _utf8(plain_text(text.reconciliation(assessment, lang))),
        "json": _utf8(record + "\n"),
        "xlsx": render_workbook(report, lang=lang),
        "html": _utf8(render_page(report, lang=lang)),
    }


def _progress(assessment: Assessment, lang: str) -> dict[str, bytes]:
    """Return the evaluation of the plan by format; nothing where nothing is reported."""
    from gangqu_gis.progress import evaluate
    from gangqu_gis.report.document import to_json
    from gangqu_gis.report.plain import plain_text
    from gangqu_gis.report.progress_document import progress_document
    from gangqu_gis.report.progress_model import ProgressReport
    from gangqu_gis.report.progress_page import render_progress
    from gangqu_gis.report.progress_text import progress_text
    from gangqu_gis.report.progress_workbook import render_progress_workbook

    found = evaluate(assessment)
    if not found.targets or found.is_empty:
        return {}
    report = ProgressReport.of(assessment, found)
    return {
        "txt": _utf8(plain_text(progress_text(report, lang))),
        "json": _utf8(to_json(progress_document(report, lang=lang)) + "\n"),
        "xlsx": render_progress_workbook(report, lang=lang),
        "html": _utf8(render_progress(report, lang=lang)),
    }


def package_name(assessment: Assessment) -> str:
    """Return the name of the package: data date and the beginning of the data's digest."""
    plan = assessment.plan
    digest = f"-{plan.digest[:_SHORT_HASH]}" if plan.digest else ""
    day = _UNSAFE.sub("-", plan.workspace.data_date).strip("-.")[:40]
    return f"{day or 'undated'}{digest}"


def write_package(target: Path, assessment: Assessment, files: Mapping[str, bytes]) -> list[Path]:
    """Write ``files`` as a folder in ``target`` and as a zip beside it; return both paths.

    Each appears whole under its name or not at all.

    Raises
    ------
    RefusedError
        The folder holds something already, or the zip exists.
    UsageError
        ``target`` is a file, or lies in one.
    InputError
        ``target`` cannot be written.
    """
    refuse_file(target)
    name = package_name(assessment)
    folder, archive = target / name, target / f"{name}.zip"
    _refuse_existing(folder, archive)
    try:
        target.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target, prefix=f".{name}.") as scratch:
            draft, zipped = Path(scratch) / name, Path(scratch) / archive.name
            for path, content in sorted(files.items()):
                (draft / path).parent.mkdir(parents=True, exist_ok=True)
                (draft / path).write_bytes(content)
            zipped.write_bytes(zip_of(name, files, day=_day(assessment)))
            _refuse_existing(folder, archive)
            if folder.exists():
                folder.rmdir()
            os.replace(draft, folder)
            try:
                os.replace(zipped, archive)
            except OSError:
                shutil.rmtree(folder)
                raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(message("file.cannot_write", reason=reason), file=str(target)) from error
    return [folder, archive]


def refuse_file(target: Path) -> None:
    """Refuse a file where a folder is meant.

    Raises
    ------
    UsageError
        ``target`` is a file, or lies in one.
    """
    for path in (target, *target.parents):
        if path.exists() and not path.is_dir():
            raise UsageError(message("map.publish_to_file"), file=str(path))


def zip_of(name: str, files: Mapping[str, bytes], *, day: date) -> bytes:
    """Return a zip of ``files`` in a folder ``name``: the same bytes for the same files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path, content in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{name}/{path}", (day.year, day.month, day.day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content, compresslevel=9)
    return stream.getvalue()


def _refuse_existing(folder: Path, archive: Path) -> None:
    holds = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    if holds or archive.exists():
        taken = folder if holds else archive
        raise RefusedError(message("map.publish_exists", name=taken.name), file=str(taken))


def _readme(assessment: Assessment, lang: str) -> str:
    from gangqu_gis.webmap.pages import read_site
    from gangqu_gis.webmap.titleblock import notice, short_head

    plan = assessment.plan
    text = message(
        "map.publish_readme",
        title=plan.workspace.title,
        date=plan.workspace.data_date,
        version=plan.workspace.plan_version,
        head=short_head(plan.history.head),
        tool=__version__,
        notice=notice(plan, read_site(plan)),
    )
    return text.render(lang).replace("\n", "\r\n")


def _day(assessment: Assessment) -> date:
    """Return the data date as a day; the first that a zip can hold where it is none."""
    try:
        day = date.fromisoformat(assessment.plan.workspace.data_date)
    except ValueError:
        return _FIRST_DAY
    return max(day, _FIRST_DAY)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", errors="replace")
