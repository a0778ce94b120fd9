"""Decides how Chinese characters are read: pinyin without tones, for people who type 王小明 as wangxiaoming. Pure."""

import json
import unicodedata
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

# Readings of surnames, given names and places that the first one of a dictionary is not.
_ALSO: Final = (
    "曾zeng 单shan 单chan 解xie 仇qiu 查zha 盖ge 区ou 尉yu 万mo 长chang 乐yue 朴piao 翟zhai 覃qin 缪miao 折she 员yun "
    "秘bi 盛cheng 隽jun 佴nai 祭zhai 种chong 重chong 谌shen 沈shen 卜bu 行hang 行heng 朝zhao 茜xi 娜nuo 藏zang 贲ben "
    "郇xun 么yao 适kuo 洗xian 召shao 宓fu 六lu 氏zhi 扎za 大dai 会gui 都dou 柏bo 奇ji 俟qi 晟cheng 厦xia 传zhuan 弹dan "
    "参shen 乾gan 薄bao 莘xin 莘shen 蔚yu 澹tan 颉xie 颉jie 卡qia 蚌beng 番pan 莞wan 莞guan 台tai 车ju 葛ge 纪ji 华hua "
    "石dan 调diao 校jiao 佛bi 泊po 塔da 晁chao 逄pang 艾yi 那na 於yu 瞿qu 过guo 任ren 燕yan 熨yu 祎yi 琢zuo 颖ying"
)
_TONES: Final = dict.fromkeys(range(768, 880))
_COMMON: Final = range(0x4E00, 0x9FA6)


@cache
def readings(character: str) -> tuple[str, ...]:
    """The ways to read one character, the usual one first; none of what is no Chinese character."""
    written = _dictionary().get(str(ord(character)), "")
    first = _plain(written.partition(",")[0])
    also = [item[1:] for item in _ALSO.split() if item[0] == character]
    # ü is typed as v, and stands in passports as u.
    return tuple(dict.fromkeys([each for each in (first, first.replace("v", "u"), *also) if each.isalpha()]))


@cache
def syllables() -> frozenset[str]:
    """Every syllable that a common character is read as."""
    firsts = (_dictionary().get(str(code), "").partition(",")[0] for code in _COMMON)
    found = {_plain(first) for first in set(firsts)}
    found |= {each.replace("v", "u") for each in found} | {item[1:] for item in _ALSO.split()}
    return frozenset(each for each in found if each.isascii() and each.isalpha() and set(each) & set("aeiouv"))


@cache
def completions(beginning: str) -> tuple[str, ...]:
    """The syllables that begin so, itself included."""
    return tuple(sorted(each for each in syllables() if each.startswith(beginning)))


def _plain(reading: str) -> str:
    return unicodedata.normalize("NFD", reading).replace("u\u0308", "v").translate(_TONES)


@cache
def _dictionary() -> dict[str, str]:
    # Only located: importing the package reads its phrases too, which takes 30 MB in every process.
    found = find_spec("pypinyin")
    assert found is not None
    assert found.origin is not None
    loaded: dict[str, str] = json.loads((Path(found.origin).parent / "pinyin_dict.json").read_text(encoding="utf-8"))
    return loaded
