"""What the title rows of a table of points say: the parcel, its area, its CRS."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_CODE = re.compile(r"(?:地块编?号|地块代码|宗地代码|宗地编?号|编号)\s*[:：]\s*([^\s:：]+)")
_NAME = re.compile(r"(?:地块名称?|项目名称|宗地名称|用地单位)\s*[:：]\s*([^\s:：]+)")
_AREA = re.compile(r"面积\s*(?:[(（][^)）]*[)）])?\s*[:：]\s*([\d.]+\s*(?:公顷|亩|平方米|㎡|m2)?)")
_DATUM = re.compile(r"坐标系统?\s*[:：]\s*([^\s:：]+)")
_CODE_OF_CRS = re.compile(r"坐标.*?(EPSG[:：]\s*\d{4,5})", re.IGNORECASE)
_MERIDIAN = re.compile(r"中央(?:子午线|经线)\s*[:：]?\s*(\d{2,3})")
_TABLE = re.compile(r"^(.*?)(?:勘测定界)?界址点(?:坐标)?(?:成果)?(?:一览)?表")
_PAGE = re.compile(r"第\s*\d+\s*页|共\s*\d+\s*页")


@dataclass(slots=True)
class Titles:
    """The titles seen so far in a sheet; those of a new parcel replace those of the last."""

    header: dict[str, str] = field(default_factory=dict)
    _current: dict[str, str] = field(default_factory=dict)

    def take(self, cells: tuple[str, ...]) -> bool:
        """Take a row without coordinates; return whether it says anything."""
        row = _joined(cells)
        found = {}
        for name, pattern in (("DKBH", _CODE), ("DKMC", _NAME), ("DKMJ", _AREA)):
            match = pattern.search(row)
            if match:
                found[name] = match[1]
        title = _TABLE.match(row)
        if title and title[1].strip() and "DKMC" not in found and not _PAGE.search(title[1]):
            found["DKMC"] = title[1].strip()
        datum, meridian = _DATUM.search(row), _MERIDIAN.search(row)
        named = _CODE_OF_CRS.search(row) or datum
        if named:
            self.header["坐标系"] = named[1]
        if meridian and int(meridian[1]) % 3 == 0:
            self.header |= {"几度分带": "3", "带号": str(int(meridian[1]) // 3)}
        changed = any(self._current.get(k, v) != v for k, v in found.items() if k != "DKMJ")
        self._current = found if changed else self._current | found
        return bool(found)

    def current(self) -> dict[str, str]:
        """Return the fields of the parcel that the titles name."""
        return dict(self._current)

    def fields_of(self, own: dict[str, str], fallback: str) -> dict[str, str]:
        """Return a parcel's fields; one without a name takes ``fallback`` (its sheet's name)."""
        if own or not fallback:
            return own
        return {"DKMC": fallback}


def _joined(cells: tuple[str, ...]) -> str:
    """Return the row as one text: a filled merged cell counts once, a label gets a colon."""
    words: list[str] = []
    for cell in cells:
        if cell and (not words or words[-1].rstrip(":：") != cell.rstrip(":：")):
            words.append(cell)
    text = ""
    for word in words:
        is_label = re.fullmatch(r"(?:地块|宗地|项目)?(?:编?号|代码|名称|面积|坐标系统?)", word)
        text += f"{word}：" if is_label else f"{word} "
    return text.strip()
