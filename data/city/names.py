"""Names that a Taiwanese city would have. No place is meant that bears one of them."""

from __future__ import annotations

ARTERIALS = (
    ("中山路", "Zhongshan Rd."), ("民族路", "Minzu Rd."), ("忠孝路", "Zhongxiao Rd."), ("中正路", "Zhongzheng Rd."),
    ("東光路", "Dongguang Rd."), ("成功路", "Chenggong Rd."), ("進化路", "Jinhua Rd."), ("力行路", "Lixing Rd."),
    ("光復路", "Guangfu Rd."), ("建國路", "Jianguo Rd."), ("自由路", "Ziyou Rd."), ("和平路", "Heping Rd."),
    ("振興路", "Zhenxing Rd."), ("博愛路", "Boai Rd."), ("世賢路", "Shixian Rd."), ("友愛路", "Youai Rd."),
    ("新民路", "Xinmin Rd."), ("文化路", "Wenhua Rd."), ("大同路", "Datong Rd."), ("雙十路", "Shuangshi Rd."),
    ("興業路", "Xingye Rd."), ("吳鳳路", "Wufeng Rd."), ("延平路", "Yanping Rd."), ("安和路", "Anhe Rd."),
)  # fmt: skip
_FIRST = (
    "仁義禮智信溫良恭儉讓德福祿壽康寧永安長春富貴榮華明光新興昌隆泰和順利豐年玉山錦繡翠華青雲瑞祥嘉慶彩虹長青"
)
_SECOND = "愛民生華安平德義光明興隆和平順福康寧祥雲泉美榮昌盛豐林園"
_LATIN = {
    "仁": "Ren", "義": "Yi", "禮": "Li", "智": "Zhi", "信": "Xin", "溫": "Wen", "良": "Liang", "恭": "Gong", "儉": "Jian",
    "讓": "Rang", "德": "De", "福": "Fu", "祿": "Lu", "壽": "Shou", "康": "Kang", "寧": "Ning", "永": "Yong", "安": "An",
    "長": "Chang", "春": "Chun", "富": "Fu", "貴": "Gui", "榮": "Rong", "華": "Hua", "明": "Ming", "光": "Guang",
    "新": "Xin", "興": "Xing", "昌": "Chang", "隆": "Long", "泰": "Tai", "和": "He", "順": "Shun", "利": "Li",
    "豐": "Feng", "年": "Nian", "玉": "Yu", "山": "Shan", "錦": "Jin", "繡": "Xiu", "翠": "Cui", "青": "Qing",
    "雲": "Yun", "瑞": "Rui", "祥": "Xiang", "嘉": "Jia", "慶": "Qing", "彩": "Cai", "虹": "Hong", "愛": "Ai",
    "民": "Min", "生": "Sheng", "平": "Ping", "泉": "Quan", "美": "Mei", "盛": "Sheng", "林": "Lin", "園": "Yuan",
}  # fmt: skip


def pairs() -> list[tuple[str, str]]:
    """Two-character names, each once, in an order that mixes them well."""
    found: dict[str, str] = {}
    for shift in range(len(_SECOND)):
        for number, first in enumerate(_FIRST):
            second = _SECOND[(number * 7 + shift) % len(_SECOND)]
            if first != second:
                found.setdefault(first + second, f"{_LATIN[first]}{_LATIN[second].lower()}")
    return list(found.items())


def streets(count: int) -> list[tuple[str, str]]:
    """Names of collector streets."""
    taken = {zh[:2] for zh, _ in ARTERIALS}
    free = [(zh, en) for zh, en in pairs() if zh not in taken]
    kinds = (("街", "St."), ("路", "Rd."))
    return [(zh + kinds[i % 2][0], f"{en} {kinds[i % 2][1]}") for i, (zh, en) in enumerate(free[:count])]


def wards(count: int) -> list[tuple[str, str]]:
    """Names of wards (里), from the other end of the list so that few equal a street's."""
    return [(zh + "里", f"{en} Vil.") for zh, en in list(reversed(pairs()))[:count]]


LANDMARKS = (
    ("school", "國小", "Elementary School", 22), ("school", "國中", "Junior High School", 9),
    ("school", "高中", "Senior High School", 5), ("hospital", "醫院", "Hospital", 5), ("temple", "宮", "Temple", 18),
    ("market", "市場", "Market", 7), ("nightmarket", "夜市", "Night Market", 2), ("office", "區公所", "District Office", 2),
)  # fmt: skip
BANKS = ("第一示範銀行", "示範農會", "合作示範銀行", "郵局", "示範信用合作社")
REMARKS = (
    "提款機燈光昏暗，請留意周邊", "夜間機車竊盜熱點", "上下學時段留意學童", "巷內常有違規停車", "近期有民眾反映飆車",
    "公園涼亭夜間聚眾", "金融機構，注意可疑提款", "獨居長者關懷", "工地圍籬遮蔽視線", "",
)  # fmt: skip
