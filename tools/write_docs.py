"""Write the derived documents: docs/fields.md from the schema, docs/commands.md from --help, the
tables of docs/formats.md from the formats that are exported.

``python tools/write_docs.py`` writes them; ``--check`` only says whether they are up to date.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


EXIT_CODES = (
    "",
    "| 退出码 | 含义 |",
    "|---|---|",
    "| 0 | 完成；`check`、`reconcile`、`measure --stated`、`verify` 没有发现阻碍。"
    "`build`、`map`、`publish`、`export` 只要写出即为 0 |",
    "| 1 | `check`、`reconcile`、`measure --stated`、`update`、`approval`、`verify` 有阻碍 |",
    "| 2 | 命令用法有误 |",
    "| 3 | 输入不能用：文件读不了、坐标系不对、登记册有误 |",
    "| 4 | 被拒绝：加锁、冲突、未同意 |",
    "| 70 | 程序内部错误 |",
    "| 130、143 | 被 Ctrl-C 中断，或被终止（SIGTERM）；没有写出 |",
)


def fields_document() -> str:
    """Return docs/fields.md: every kind and field that data/schema.toml declares."""
    from gangqu_gis.schema import read_schema

    schema = read_schema(ROOT / "data" / "schema.toml", shown="data/schema.toml")
    rows = [
        "# 要素类别与字段",
        "",
        "由 `data/schema.toml` 生成（`python tools/write_docs.py`），不要手改。",
        "",
    ]
    rows += ["| 类别 | 代码 | 图层 | 图形 | 应在其内 | 可与之重叠 |"]
    rows += ["|---|---|---|---|---|---|"]
    for kind in schema.kinds.values():
        overlaps = "、".join(sorted(kind.may_overlap)) or "无"
        names = (kind.label.zh, f"`{kind.id}`", kind.layer, kind.geometry)
        row = (*names, kind.within or "-", overlaps)
        rows.append("| " + " | ".join(row) + " |")
    for kind in schema.kinds.values():
        rows += ["", f"## {kind.label.zh}（{kind.label.en}）", ""]
        rows += ["| 字段 | 名称 | 类型 | 必填 | 取值或单位 | 也认作 |", "|---|---|---|---|---|---|"]
        for field in kind.fields:
            domain = " / ".join(field.choices) or field.unit or "-"
            conditions = "、".join(f"{n}={v}" for n, v in field.required_when)
            required = "是" if field.required else (f"当 {conditions}" if conditions else "否")
            aliases = "、".join(field.synonyms) or "-"
            row = (f"`{field.name}`", field.label.zh, field.type, required, domain, aliases)
            rows.append("| " + " | ".join(row) + " |")
    return "\n".join(rows) + "\n"


def commands_document() -> str:
    """Return docs/commands.md: what ``--help`` of every command prints."""
    import click

    from gangqu_gis.cli import gangqu

    rows = [
        "# 命令",
        "",
        "由各命令的 `--help` 生成（`python tools/write_docs.py`），不要手改。",
        *EXIT_CODES,
    ]

    def add(command: click.Command, path: str) -> None:
        context = click.Context(
            command, info_name=path, terminal_width=100, help_option_names=["-h", "--help"]
        )
        rows.extend(["", f"## {path}", "", "```text", command.get_help(context).rstrip(), "```"])
        if isinstance(command, click.Group):
            for name in sorted(command.commands):
                add(command.commands[name], f"{path} {name}")

    add(gangqu, "gangqu")
    return "\n".join(rows) + "\n"


#: What stands between these lines of docs/formats.md is generated.
TABLE_BEGIN, TABLE_END = "<!-- 以下两表由 tools/write_docs.py 生成 -->", "<!-- 生成的表到此为止 -->"


def formats_document() -> str:
    """Return docs/formats.md with its tables of formats and of what each loses."""
    from gangqu_gis.export.formats import FORMATS

    rows = ["", "| 格式 | 扩展名 | 默认坐标系 | 文字编码 | 相同输入、相同字节 |"]
    rows.append("|---|---|---|---|---|")
    for form in FORMATS:
        encoding = "、".join(name.upper() for name in form.encodings) or "UTF-8"
        same = "是" if form.repeatable else "否（见下）"
        suffixes = " ".join(f"`{suffix}`" for suffix in form.suffixes)
        row = (form.title.zh, suffixes, form.place_words.zh, encoding, same)
        rows.append("| " + " | ".join(row) + " |")
    rows += ["", "| 格式 | 损失（发生时导出命令会说，并点名要素） | 写法不同、值不变 |", "|---|---|---|"]
    for form in FORMATS:
        words = [(loss.befalls is not None, loss.words.zh) for loss in form.losses]
        lost = "；".join(dict.fromkeys(text for real, text in words if real)) or "无"
        shaped = "；".join(text for real, text in words if not real) or "-"
        rows.append(f"| {form.title.zh} | {lost} | {shaped} |")
    text = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    before, _, rest = text.partition(TABLE_BEGIN)
    _, _, after = rest.partition(TABLE_END)
    return "\n".join([before + TABLE_BEGIN, *rows, "", TABLE_END]) + after


def main() -> int:
    """Write the documents, or with ``--check`` compare them; 1 when one is out of date."""
    os.environ["GANGQU_LANG"] = "zh"
    documents = {
        "fields.md": fields_document(),
        "commands.md": commands_document(),
        "formats.md": formats_document(),
    }
    stale = []
    for name, text in documents.items():
        path = ROOT / "docs" / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8", newline="\n")
    if stale:
        print("written:" if "--check" not in sys.argv else "out of date:", ", ".join(stale))
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
