"""A font with Chinese for the sheet: the office's own, else one that is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gangqu_gis.errors import InputError
from gangqu_gis.messages import message

#: Families that hold the characters of a plan, as Windows, macOS and Linux call them.
FAMILIES = (
    *("Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC"),
    *("Source Han Sans CN", "PingFang SC", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei"),
    *("Noto Serif CJK SC", "SimSun", "Hiragino Sans GB", "Heiti SC", "AR PL UMing CN"),
)


def chinese_font(named: str = "") -> Any:
    """Return the font properties of ``named`` (a file or a family), or of an installed family.

    Raises
    ------
    InputError
        The named font is not there, or none of the known families is installed.
    """
    from matplotlib.font_manager import FontProperties, findfont

    if named and Path(named).suffix:
        if not Path(named).is_file():
            raise InputError(message("public.no_such_font", name=named))
        return FontProperties(fname=named)
    for family in (named,) if named else FAMILIES:
        found = FontProperties(family=family)
        try:
            findfont(found, fallback_to_default=False)
        except ValueError:
            continue
        return found
    if named:
        raise InputError(message("public.no_such_font", name=named))
    raise InputError(message("public.no_font", known="、".join(FAMILIES[:4])))
