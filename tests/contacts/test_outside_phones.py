"""Examples of phone numbers that others made come out as those say."""

import json

import pytest

from contacts.normalise import InvalidValue, normalise_phone
from tests.outside import data_file


def examples(*, valid: bool) -> list[tuple[str, str, str | None]]:
    listed = json.loads(data_file("phone/examples.json").read_bytes())
    written = [
        (each["region"], each[way], each["e164"]) for each in listed for way in ("national", "international", "e164")
    ]
    found = [each for each in written if each[1] is not None and (each[2] is not None) is valid]
    assert found
    return found


def test_a_number_comes_out_the_same_however_it_is_written():
    wrong = [each for each in examples(valid=True) if normalise_phone(each[1], region=each[0]).key != each[2]]

    assert wrong == []


def test_what_is_no_number_is_refused():
    for region, text, _none in examples(valid=False):
        with pytest.raises(InvalidValue):
            normalise_phone(text, region=region)
