"""Land-use codes (用地用海分类, 2023 edition) with their names and standard colours.

The colours are the planners' own (field conventions 4.2): maps, styles and drawings show them as
they are and tell kinds apart by outline and pattern.
"""

from __future__ import annotations

from gangqu_gis.messages import Text

#: Land-use code: colour, Chinese name, English name.  A deeper code takes its parent's entry.
_LAND_USE: dict[str, tuple[str, str, str]] = {
    "01": ("#f5f8dc", "耕地", "cropland"),
    "02": ("#bfe9aa", "园地", "orchard"),
    "03": ("#68b167", "林地", "forest"),
    "04": ("#cdf57a", "草地", "grassland"),
    "05": ("#65cdaa", "湿地", "wetland"),
    "06": ("#d8d79f", "农业设施建设用地", "farm facilities"),
    "07": ("#ffff2d", "居住用地", "residential"),
    "0701": ("#ffff2d", "城镇住宅用地", "urban housing"),
    "070101": ("#ffff2d", "一类城镇住宅用地", "urban housing, class 1"),
    "070102": ("#ffff2d", "二类城镇住宅用地", "urban housing, class 2"),
    "070103": ("#ffff2d", "三类城镇住宅用地", "urban housing, class 3"),
    "0702": ("#ffff2d", "城镇社区服务设施用地", "community services"),
    "0703": ("#ffd380", "农村宅基地", "rural housing"),
    "0704": ("#ffd380", "农村社区服务设施用地", "rural community services"),
    "08": ("#ff00ff", "公共管理与公共服务用地", "public services"),
    "0802": ("#e6005c", "科研用地", "research"),
    "0803": ("#ff7f00", "文化用地", "culture"),
    "0804": ("#ff85c9", "教育用地", "education"),
    "0805": ("#00a57c", "体育用地", "sport"),
    "0806": ("#ff7f7e", "医疗卫生用地", "health"),
    "0807": ("#ff9f7f", "社会福利用地", "welfare"),
    "09": ("#ff0000", "商业服务业用地", "commerce"),
    "10": ("#bb9674", "工矿用地", "industry"),
    "1002": ("#9e6c54", "采矿用地", "mining"),
    "1003": ("#0000ff", "盐田", "salt pans"),
    "11": ("#8761d3", "仓储用地", "storage"),
    "1102": ("#9999ff", "储备库用地", "reserve depots"),
    "12": ("#b7b7b7", "交通运输用地", "transport"),
    "1202": ("#adadad", "公路用地", "highway"),
    "1205": ("#999999", "管道运输用地", "pipelines"),
    "1207": ("#a3a3a3", "城镇村道路用地", "town roads"),
    "13": ("#006380", "公用设施用地", "utilities"),
    "14": ("#00ff00", "绿地与开敞空间用地", "green space"),
    "1402": ("#148d4a", "防护绿地", "protective green"),
    "1403": ("#acffcf", "广场用地", "squares"),
    "15": ("#859156", "特殊用地", "special use"),
    "16": ("#ffffff", "留白用地", "reserved"),
    "17": ("#338ec0", "陆地水域", "inland water"),
    "18": ("#94d5eb", "渔业用海", "sea for fishing"),
    "19": ("#56a6d3", "工矿通信用海", "sea for industry"),
    "20": ("#6c8bd1", "交通运输用海", "sea for transport"),
    "21": ("#1aaae6", "游憩用海", "sea for recreation"),
    "22": ("#83bcd6", "特殊用海", "sea for special use"),
    "23": ("#eeeeee", "其他土地", "other land"),
    "24": ("#d6eaf3", "其他海域", "other sea"),
}
_UNKNOWN_USE = ("#dddddd", "", "")


def class_of(code: str) -> tuple[str, Text]:
    """Return colour and name of a land-use code; of its nearest parent where it has none."""
    for length in range(len(code), 1, -1):
        if code[:length] in _LAND_USE:
            colour, zh, en = _LAND_USE[code[:length]]
            return colour, Text(zh, en)
    colour, zh, en = _UNKNOWN_USE
    return colour, Text(zh, en)
