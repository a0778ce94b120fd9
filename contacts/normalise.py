"""Decides the one form in which a phone, address, foreign id or name is kept, and what shows of it."""

import re
import unicodedata
from functools import cache
from typing import NamedTuple

import phonenumbers
from django.utils.translation import gettext
from phonenumbers import PhoneNumberFormat, PhoneNumberType
from phonenumbers.phonemetadata import PhoneMetadata

NAME_MAX = 200
EXTERNAL_ID_MAX = 255

_PHONE_INPUT_MAX = 64
_EMAIL_MAX = 254
_EMAIL_LOCAL_MAX = 64

# What copying from a phone, a chat or a spreadsheet leaves in a value and nobody sees:
# zero-width space, word joiner, byte order mark, soft hyphen and marks of direction.
_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_CLEAN = _INVISIBLE | _HALF_WIDTH
# The stops that Chinese and Japanese keyboards put into a domain (RFC 3490, section 3.1).
_IDEOGRAPHIC_STOPS = str.maketrans({"。": ".", "｡": "."})

# Controls, lone surrogates (no database and no UTF-8 file takes them) and line separators.
_REFUSED = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_LOCAL_PART = re.compile(r"[^\s()<>\[\]:;@\\,\"]+")
_PLAIN_EMAIL = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
_DOMAIN_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
_PHONE_WORDS = re.compile(r"(?i)^tel(?:ephone)?[.:]?|extension|ext|x")
_SPREADSHEET_NUMBER = re.compile(r"\+?\d+\.0")
_SCIENTIFIC = re.compile(r"(?i)\d(?:\.\d+)?e\+?\d+")
_BETWEEN_NUMBERS = re.compile(r"[/,;|、，；\s]+")


class InvalidValue(ValueError):
    """A value that can't be kept: `code` for programs, `message` and `fix` for people."""

    def __init__(self, code: str, message: str, fix: str) -> None:
        super().__init__(f"{message} {fix}")
        self.code = code
        self.message = message
        self.fix = fix


class Phone(NamedTuple):
    """A telephone number; `value` is E.164. The extension is not part of the identity."""

    value: str
    is_mobile: bool
    extension: str = ""

    @property
    def key(self) -> str:
        """What two spellings of the same number have in common."""
        return self.value


class Email(NamedTuple):
    """An address as it is written to (`value`) and as it is recognised (`key`: no case, ASCII domain)."""

    value: str
    key: str


class ExternalId(NamedTuple):
    """An id that another system gave."""

    value: str

    @property
    def key(self) -> str:
        """What is compared: the id itself, for ids may differ in case only."""
        return self.value


def normalise_phone(text: str, *, region: str = "CN") -> Phone:
    """Read a number as people of the region write it; every country's in international form."""
    quick = _quick_mobile(text, region)
    if quick is not None:
        return quick
    text = _cleaned(text.translate(_CLEAN)).lstrip("'")
    if len(text) > _PHONE_INPUT_MAX:
        raise InvalidValue("phone_too_long", gettext("The phone number is too long."), gettext("Give one number."))
    if _SPREADSHEET_NUMBER.fullmatch(text):
        text = text[:-2]
    text = text.replace("转", " ext ").replace("轉", " ext ").replace("分机", " ext ").replace("分機", " ext ")
    if re.search(r"[A-Za-z]{3}", _PHONE_WORDS.sub("", text)):
        raise _not_a_phone(text, region)
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as error:
        raise _not_a_phone(text, region) from error
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.UNKNOWN:
        raise _not_a_phone(text, region)
    return Phone(
        value=phonenumbers.format_number(number, PhoneNumberFormat.E164),
        is_mobile=kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE),
        extension=number.extension or "",
    )


def normalise_email(text: str) -> Email:
    """Read one bare address, forgiving full-width characters, invisible ones and `mailto:`."""
    # Nearly every address is written as plainly as this, and says no more when all else is asked of it.
    if len(text) <= _EMAIL_LOCAL_MAX and _PLAIN_EMAIL.fullmatch(text):
        return Email(text, text)
    text = _cleaned(text.translate(_CLEAN))
    if text[:7].lower() == "mailto:":
        text = text[7:]
    local, at, domain = text.rpartition("@")
    if not at or not _LOCAL_PART.fullmatch(local) or "" in local.split("."):
        raise _not_an_email()
    domain = unicodedata.normalize("NFKC", domain.translate(_IDEOGRAPHIC_STOPS)).lower()
    ascii_domain = _ascii_domain(domain)
    local = unicodedata.normalize("NFC", local)
    value = f"{local}@{domain}"
    if len(local.encode()) > _EMAIL_LOCAL_MAX or len(local.encode()) + 1 + len(ascii_domain) > _EMAIL_MAX:
        raise InvalidValue("email_too_long", gettext("The e-mail address is too long."), gettext("Give one address."))
    return Email(value=value, key=f"{local.lower()}@{ascii_domain}")


def normalise_external_id(text: str) -> ExternalId:
    """Read an id of another system: case and inner spaces are its own business."""
    text = _cleaned(unicodedata.normalize("NFC", text).translate(_INVISIBLE))
    if len(text) > EXTERNAL_ID_MAX:
        message = gettext("The id is longer than %(limit)s characters.") % {"limit": EXTERNAL_ID_MAX}
        raise InvalidValue("id_too_long", message, gettext("Shorten it."))
    return ExternalId(text)


def normalise_name(text: str) -> str:
    """Read the name of a person or company."""
    text = _cleaned(unicodedata.normalize("NFC", text))
    if len(text) > NAME_MAX:
        message = gettext("The name is longer than %(limit)s characters.") % {"limit": NAME_MAX}
        raise InvalidValue("name_too_long", message, gettext("Shorten it."))
    return text


def mask_phone(e164: str) -> str:
    """Enough of a number to recognise it, too little to dial it: 138****1234."""
    if e164.startswith("+86") and len(e164) == 14:
        e164 = e164[3:]
    shown = e164[:-8] if len(e164) > 8 else ""
    return f"{shown}****{e164[-4:] if len(e164) > 8 else e164[-2:]}"


def mask_email(address: str) -> str:
    """Enough of an address to recognise it: a***@example.com."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1] if len(local) > 1 else ''}***{at}{domain}"


def _cleaned(text: str) -> str:
    text = text.strip()
    if not text:
        raise InvalidValue("empty", gettext("The value is empty."), gettext("Fill it in."))
    found = _REFUSED.search(text)
    if found:
        message = gettext("The value holds the control character U+%(code)s.") % {"code": f"{ord(found[0]):04X}"}
        raise InvalidValue("control_character", message, gettext("Remove it."))
    return text


def _chinese_mobile() -> re.Pattern[str]:
    metadata = PhoneMetadata.metadata_for_region("CN")
    assert metadata is not None
    assert metadata.mobile is not None
    pattern = metadata.mobile.national_number_pattern
    assert pattern is not None
    return re.compile(pattern, re.ASCII)


_CHINESE_MOBILE = _chinese_mobile()


def _quick_mobile(text: str, region: str) -> Phone | None:
    # A Chinese mobile number in plain digits is nearly every phone of a Chinese tenant, and parsing
    # one takes the library 28 microseconds. Its own pattern decides here, and no Chinese prefix
    # for long distance or abroad begins such a number, so the library would say the same.
    if text[:3] == "+86":
        national = text[3:]
    elif region == "CN":
        national = text
    else:
        return None
    return Phone(f"+86{national}", is_mobile=True) if _CHINESE_MOBILE.fullmatch(national) else None


@cache
def _example_phone(region: str) -> str:
    """A mobile number as people of the region write it abroad; a Chinese one where there is none."""
    mobile = PhoneNumberType.MOBILE
    number = phonenumbers.example_number_for_type(region, mobile) or phonenumbers.example_number_for_type("CN", mobile)
    assert number is not None
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def _not_a_phone(text: str, region: str) -> InvalidValue:
    if _SCIENTIFIC.fullmatch(text):
        message = gettext("A spreadsheet has rounded the phone number.")
        return InvalidValue("phone_rounded", message, gettext("Format its column as text and save again."))
    parts = _BETWEEN_NUMBERS.split(text)
    if sum(len(re.findall(r"\d", part)) >= 7 for part in parts) > 1:
        return InvalidValue(
            "phone_several", gettext("There is more than one phone number."), gettext("Give one number.")
        )
    message = gettext("This is not a phone number.")
    fix = gettext("Write it with its area code, or as %(example)s.") % {"example": _example_phone(region)}
    return InvalidValue("phone_invalid", message, fix)


def _not_an_email() -> InvalidValue:
    message = gettext("This is not an e-mail address.")
    return InvalidValue("email_invalid", message, gettext("Write it as name@example.com."))


def _ascii_domain(domain: str) -> str:
    if domain.isascii():
        ascii_domain = domain
    else:
        try:
            ascii_domain = domain.encode("idna").decode("ascii").lower()
        except UnicodeError as error:
            raise _not_an_email() from error
    labels = ascii_domain.split(".")
    if (
        len(labels) < 2
        or labels[-1].isdigit()
        or not all(len(label) <= 63 and _DOMAIN_LABEL.fullmatch(label) for label in labels)
    ):
        raise _not_an_email()
    return ascii_domain
