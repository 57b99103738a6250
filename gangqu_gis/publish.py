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
from gangqu_gis.errors import InputError, RefusedError
from gangqu_gis.messages import message

_SHORT_HASH = 12
#: A zip holds no earlier day.
_FIRST_DAY = date(1980, 1, 1)
_UNSAFE = re.compile(r"[^\w.-]+")


def package(assessment: Assessment, *, lang: str, text: str) -> dict[str, bytes]:
    """Return the files of the package by their path in it; ``text`` is the report as plain text."""
    from gangqu_gis.report import document
    from gangqu_gis.report.model import Report
    from gangqu_gis.report.page import render_page
    from gangqu_gis.report.workbook import render_workbook
    from gangqu_gis.webmap import render_site

    report = Report(assessment)
    record = document.to_json(document.assessment_document(assessment, lang=lang))
    pages = render_site(assessment, lang=lang)
    files = {f"maps/{name}": _utf8(page) for name, page in pages.items()}
    files["reports/reconciliation.txt"] = _utf8(text)
    files["reports/reconciliation.json"] = _utf8(record + "\n")
    files["reports/reconciliation.xlsx"] = render_workbook(report, lang=lang)
    files["reports/reconciliation.html"] = _utf8(render_page(report, lang=lang))
    files["README.txt"] = b"\xef\xbb\xbf" + _utf8(_readme(assessment, lang))
    return files


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
    InputError
        ``target`` cannot be written.
    """
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
