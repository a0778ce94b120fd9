"""What of a name finds it: characters, pinyin, initials, words, and nothing else."""

import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.finding.asking import Asked, ask
from contacts.finding.keys import keys_of
from contacts.finding.matching import Rank, match_name
from contacts.finding.sounds import completions, readings, syllables

CHARACTERS = "王小明曾单解仇乐娜吕女欧阳建国芳沈查区万长行晓安西雨欣李张三"


def is_found(name: str, text: str) -> bool:
    """What PostgreSQL says: the keys of the name hold each thing meant in one of its ways."""
    keys, asked = set(keys_of(name)), ask(text)
    return bool(asked.meant) and all(
        any(
            set(way.every) <= keys and (not way.one_of or not keys.isdisjoint(way.one_of)) and way.holds in name
            for way in ways
        )
        for ways in asked.meant
    )


@pytest.mark.parametrize(
    "text",
    [
        *("王小明", "王小", "小明", "王", "明", "wangxiaoming", "xiaoming", "wxm", "xm", "wangxm", "wangxiaom"),
        *("wan", "xiaom", "WXM", "ｗｘｍ", "wang xiao", "王 xm", " 小明 ", "王xiaoming"),
    ],
)
def test_wang_xiaoming_is_found_by(text):
    assert is_found("王小明", text)
    assert match_name("王小明", ask(text))


@pytest.mark.parametrize("text", ["明小", "王明", "mingxiao", "xw", "wxl", "wangming", "zhang", "xiaomin wang zhao"])
def test_wang_xiaoming_is_not_found_by(text):
    assert not (is_found("王小明", text) and match_name("王小明", ask(text)))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("曾国藩", "zengguofan"), ("单雄信", "shanxx"), ("解晓东", "xiexiaodong"), ("仇英", "qiuying")),
        *(("区海", "ouhai"), ("查良镛", "zha"), ("朴树", "piaoshu"), ("尉迟恭", "yuchigong"), ("吕布", "lvbu")),
        *(
            ("吕布", "lubu"),
            ("西安", "xian"),
            ("王 小明", "王小明"),
            ("José Álvarez", "jose alv"),
            ("Müller", "muller"),
        ),
        *(
            ("John Smith", "smi"),
            ("John Smith", "mit"),
            ("John Smith", "js"),
            ("John Smith", "jo"),
            ("Ann O'Hara", "hara"),
        ),
        *(
            ("上海星辰科技有限公司", "星辰科技"),
            ("上海星辰科技有限公司", "xckj"),
            ("스즈키", "스즈키"),
            ("𠮷野家", "野家"),
        ),
    ],
)
def test_readings_and_spellings(name, text):
    assert is_found(name, text)
    assert match_name(name, ask(text))


@given(st.text(CHARACTERS, min_size=1, max_size=6), st.data())
def test_every_part_of_a_name_finds_it_in_every_way_of_typing(name, data):
    first = data.draw(st.integers(0, len(name) - 1))
    part = name[first : data.draw(st.integers(first + 1, len(name)))]
    said = [data.draw(st.sampled_from(readings(each))) for each in part]
    begun = said[-1][: data.draw(st.integers(min(2, len(said[-1])), len(said[-1])))]

    assert is_found(name, part)
    assert match_name(name, ask(part))
    for typed in (" ".join(said), *(["".join(each[0] for each in said)] if 1 < len(said) <= 5 else [])):
        assert is_found(name, typed)
        assert match_name(name, ask(typed))
    # Letters that may be split in many ways are looked at in so many of them.
    assert match_name(name, ask("".join([*said[:-1], begun])))


@given(st.text(CHARACTERS, min_size=2, max_size=6), st.text(CHARACTERS, min_size=2, max_size=3))
def test_characters_find_only_what_holds_them(name, text):
    assert is_found(name, text) is all(one + other in name for one, other in pairwise(text))
    assert (match_name(name, ask(text)) is not None) is (text in name)


@given(st.text(max_size=80), st.text(max_size=130))
def test_any_text_is_taken(name, text):
    keys_of(name)
    match = match_name(name, ask(text))

    assert match is None or all(0 <= begin < end <= len(name) for begin, end in match.shown) or not name


@pytest.mark.parametrize(
    ("text", "rank", "shown"),
    [
        ("王小明", Rank.SAME, "王小明"),
        ("wangxiaoming", Rank.WHOLE, "王小明"),
        ("wxm", Rank.WHOLE, "王小明"),
        ("王小", Rank.BEGINNING, "王小"),
        ("wangx", Rank.BEGINNING, "王小"),
        ("小明", Rank.PART, "小明"),
        ("xm", Rank.PART, "小明"),
    ],
)
def test_whole_names_come_before_beginnings_and_parts(text, rank, shown):
    match = match_name("王小明", ask(text))

    assert match is not None
    assert match.rank is rank
    assert ["王小明"[begin:end] for begin, end in match.shown] == [shown]


def test_places_are_of_the_name_as_it_is_written():
    match = match_name("ﬁne José", ask("jose"))

    assert match is not None
    assert ["ﬁne José"[begin:end] for begin, end in match.shown] == ["José"]


def test_nothing_is_asked_by_one_letter_or_none():
    assert ask("x").meant == ask("").meant == ask("!?").meant == ()
    assert ask("") == Asked()
    assert keys_of("") == []


def test_long_names_have_few_keys():
    assert len(keys_of("王小明" * 100)) < 200


def test_syllables_are_those_of_mandarin():
    assert 400 < len(syllables()) < 420
    assert completions("zhan") == ("zhan", "zhang")
    assert readings("A") == readings("é") == ()


@pytest.mark.parametrize(
    ("name", "text"), [("敖", "ao" * 32), ("敖", "ao" * 24 + "i" * 16), ("啊" * 60, "a" * 59 + "b")]
)
def test_letters_that_may_be_split_in_many_ways_take_no_longer(name, text):
    asked = "from contacts.finding import asking, matching\nmatching.match_name({!r}, asking.ask({!r}))"

    subprocess.run([sys.executable, "-c", asked.format(name, text)], check=True, timeout=30)
