"""Invented people: names from parts, numbers and addresses that nobody has. Pure."""

import random
from dataclasses import dataclass

_FAMILY = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程苏魏吕丁任沈"
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀英华慧巧美霞平刚桂佳鑫雨桐梓涵欣怡子轩浩然思远晓琳雅婷嘉怡"
    "诗涵俊杰若曦一诺宇航语嫣博文梦琪天佑可馨晨曦"
)
_PINYIN = "wang li zhang liu chen yang huang zhao zhou wu xu sun ma zhu hu guo he lin gao luo"
_FIRST = (
    "Anna Ben Clara David Elena Finn Greta Henrik Ida Jonas Karla Lukas Mia Noah Olivia Paul Quentin Rosa "
    "Samuel Tilda Uwe Vera Wim Xenia Yara Zoe Marta Nils Lena Oskar Emma Felix Hanna Jakob Luisa Moritz Nora "
    "Peter Sofia Theo"
)
_LAST = (
    "Albrecht Berger Conrad Dietz Engel Fischer Graf Hartmann Ivens Jansen Keller Lorenz Maier Neumann "
    "Ostermann Petersen Quast Richter Sommer Thoma Ulrich Vogel Winkler Zeller Brandt Carlsen Dahl Ek Falk "
    "Holm Novak Kowalski Silva Rossi Moreau Dubois Bakker Visser"
)
# Numbers that the German regulator keeps for fiction, by city.
_FICTION = ("+493023125", "+494066969", "+496990009")


@dataclass(frozen=True, slots=True)
class Somebody:
    name: str
    phone: str
    email: str


def invent(chance: random.Random, number: int, chinese: bool) -> Somebody:
    """The person with this number: always the same for the same chance."""
    if chinese:
        family = chance.choice(_FAMILY)
        given = "".join(chance.sample(_GIVEN, chance.choice((1, 2, 2))))
        mailbox = f"{chance.choice(_PINYIN.split())}.{number}"
        return Somebody(family + given, f"+861990000{number % 10_000:04d}", f"{mailbox}@example.com")
    first, last = chance.choice(_FIRST.split()), chance.choice(_LAST.split())
    phone = f"{_FICTION[number % 3]}{number % 1_000:03d}"
    return Somebody(f"{first} {last}", phone, f"{first}.{last}.{number}@example.com".lower())
