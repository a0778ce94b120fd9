import csv
import io
import tracemalloc

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from exchange.problems import Problem, UnreadableFile
from exchange.reader import Limits, Row, Table

SIMPLIFIED = "姓名,手机,备注\n李雷,13800138000,很好\n韩梅梅,13900139000,喜欢“蓝色”，谢谢\n"
TRADITIONAL = "姓名,手機,備註\n陳小明,0912345678,很好\n林美玲,0922345678,喜歡「藍色」，謝謝\n"


def table(content: str | bytes, **options) -> Table:
    return Table(io.BytesIO(content.encode() if isinstance(content, str) else content), **options)


def rows(content: str | bytes, **options) -> list[dict[str, str]]:
    found = list(table(content, **options))
    assert all(isinstance(item, Row) for item in found), found
    return [item.values for item in found]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a,b\n1,2", [{"a": "1", "b": "2"}]),
        ("a,b\r\n1,2\r\n", [{"a": "1", "b": "2"}]),
        ("a,b\r1,2\r", [{"a": "1", "b": "2"}]),
        ('a,b\n"x, y",2\n', [{"a": "x, y", "b": "2"}]),
        ('a,b\n1,""\n', [{"a": "1", "b": ""}]),
        ('a,b\n"say ""hi""",2\n', [{"a": 'say "hi"', "b": "2"}]),
        (
            'a,b\n1,"{""type"": ""Point"", ""at"": [102.0, 0.5]}"\n',
            [{"a": "1", "b": '{"type": "Point", "at": [102.0, 0.5]}'}],
        ),
        ('a,b\n"one \ntwo",2\n3,4\n', [{"a": "one \ntwo", "b": "2"}, {"a": "3", "b": "4"}]),
        ('a,b\r\n"one \r\ntwo",2\r\n', [{"a": "one \r\ntwo", "b": "2"}]),
        ('a,b\n"""one""\n""two""",2\n', [{"a": '"one"\n"two"', "b": "2"}]),
        ("a,b\n37°36'37.8\"N,ʤ\n", [{"a": "37°36'37.8\"N", "b": "ʤ"}]),
        ("a,b\n\n , \n,\n1,2\n\n", [{"a": "1", "b": "2"}]),
        ("a,b,\n1,2\n3,4,\n", [{"a": "1", "b": "2", "C": ""}, {"a": "3", "b": "4", "C": ""}]),
        ("a,b\n1,2,,\n", [{"a": "1", "b": "2"}]),
        ("a,b\n", []),
    ],
)
def test_table_reads_what_was_written(content, expected):
    assert rows(content) == expected


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (SIMPLIFIED, "utf-8", "utf-8"),
        (SIMPLIFIED, "utf-8-sig", "utf-8-sig"),
        (SIMPLIFIED, "utf-16", "utf-16"),
        (SIMPLIFIED, "utf-16-le", "utf-16-le"),
        (SIMPLIFIED, "utf-16-be", "utf-16-be"),
        (SIMPLIFIED, "utf-32", "utf-32"),
        (SIMPLIFIED, "gbk", "gb18030"),
        (SIMPLIFIED + "𠮷野,1,2\n", "gb18030", "gb18030"),
        (TRADITIONAL, "big5", "big5hkscs"),
        (TRADITIONAL, "cp950", "big5hkscs"),
        ("name\n李雷\n", "gbk", "gb18030"),
        ("姓名\n陳\n", "big5", "big5hkscs"),
        ("name,city\nJosé,Málaga\nZoë,Köln\n", "cp1252", "cp1252"),
        ("name\nAda\n", "ascii", "utf-8"),
    ],
)
def test_table_recognises_the_encoding(text, encoding, found):
    expected = list(csv.DictReader(io.StringIO(text)))

    opened = table(text.encode(encoding))

    assert opened.encoding == found
    assert [row.values for row in opened] == expected


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs"])
def test_table_recognises_an_encoding_that_shows_late(encoding):
    text = "id,name\n" + "1,Ada\n" * 150_000 + TRADITIONAL.replace("\n", ",,\n").replace("手機,", "")

    assert table(text.encode(encoding)).encoding == encoding


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs", "utf-16-le"])
def test_table_recognises_an_encoding_wherever_its_samples_end(encoding):
    line = "陳小明,很好\n"
    for shift in range(5):
        text = "x" * shift + ",name\n" + line * (600_000 // len(line.encode(encoding)))

        assert table(text.encode(encoding)).encoding == encoding


def test_an_undecodable_byte_is_the_problem_of_its_row_only():
    content = (SIMPLIFIED * 2000).encode() + b"x\xff,1,2\n" + "王芳,1,2\n".encode()

    *before, problem, after = table(content)

    assert all(isinstance(item, Row) for item in before)
    assert (problem.row, problem.column, problem.value) == (6001, "姓名", "x\ufffd")
    assert "UTF-8" in problem.reason
    assert after == Row(6002, {"姓名": "王芳", "手机": "1", "备注": "2"})


@pytest.mark.parametrize("encoding", ["gb18030", "big5hkscs"])
def test_an_undecodable_byte_does_not_eat_the_end_of_its_row(encoding):
    content = (TRADITIONAL * 20).encode(encoding) + b"x,1,\xff\r\n" + b"\x81,1,2\r\ny,1,2\r\n\x81"

    items = list(table(content))

    assert [item.row for item in items if isinstance(item, Problem)] == [61, 62, 64]
    assert items[-2] == Row(63, {"姓名": "y", "手機": "1", "備註": "2"})


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_table_recognises_the_delimiter(delimiter):
    others = ",;\t|".replace(delimiter, "")
    content = delimiter.join(["name", "note", "n"]) + "\n"
    content += (
        delimiter.join(["Ada", f'"{others}{delimiter}"', "1"]) + "\n" + delimiter.join(["Ben", others, "2"]) + "\n"
    )

    opened = table(content)

    assert opened.delimiter == delimiter
    assert [row.values["note"] for row in opened] == [others + delimiter, others]


def test_one_column_needs_no_delimiter():
    assert rows("email\nada@example.com\n") == [{"email": "ada@example.com"}]


def test_a_separator_line_of_excel_is_obeyed_and_not_counted():
    opened = table("sep=;\r\na;b,c\r\n1;2\r\n")

    assert opened.columns == ["a", "b,c"]
    assert list(opened) == [Row(2, {"a": "1", "b,c": "2"})]


def test_encoding_and_delimiter_can_be_given():
    opened = table("a;b\n李,1;2\n".encode("gbk"), encoding="gb18030", delimiter=";")

    assert [row.values for row in opened] == [{"a": "李,1", "b": "2"}]


def test_without_a_header_columns_are_named_like_a_spreadsheets():
    opened = table("1," * 27 + "x\n", header=False)

    assert opened.columns[:2] == ["A", "B"]
    assert opened.columns[25:] == ["Z", "AA", "AB"]
    assert [(row.number, row.values["AB"]) for row in opened] == [(1, "x")]


def test_column_names_are_made_unique_and_tidy():
    opened = table('Name, Name ,"Na\nme",,Name (2),Name\n1,2,3,4,5,6\n')

    assert opened.columns == ["Name", "Name (2)", "Na me", "D", "Name (2) (2)", "Name (3)"]
    assert [list(row.values.values()) for row in opened] == [["1", "2", "3", "4", "5", "6"]]


def test_ragged_rows_are_problems_and_the_others_go_in():
    items = list(table("a,b,c\n1,2\n1,2,3\n1,2,3,4\n"))

    assert [type(item) for item in items] == [Problem, Row, Problem]
    assert [(item.row, item.value) for item in items if isinstance(item, Problem)] == [(2, "1,2"), (4, "1,2,3,4")]
    assert "row: 2; columns in the file: 3" in items[0].reason
    assert "row: 4; columns in the file: 3" in items[2].reason


@pytest.mark.parametrize("broken", ['3,"x', '3,"x""', '"3,x', '"3"3,x', '3,"x"x'])
def test_a_stray_quotation_mark_spoils_its_own_row_only(broken):
    items = list(table(f"a,b\n1,2\n{broken}\n4,5\n6,7\n"))

    assert [type(item) for item in items] == [Row, Problem, Row, Row]
    assert items[1].value == broken
    assert "quotation mark" in items[1].reason
    assert items[3] == Row(5, {"a": "6", "b": "7"})


def test_an_open_quotation_mark_in_a_long_file_spoils_its_own_row_only():
    items = list(table('a,b\n1,"2\n' + "3,4\n" * 100_000))

    assert isinstance(items[0], Problem)
    assert len(items) == 100_001
    assert all(isinstance(item, Row) for item in items[1:])


def test_a_nul_is_the_problem_of_its_cell():
    problem, row = table("a,b\n1,x\0y\n3,4\n")

    assert (problem.row, problem.column) == (2, "b")
    assert "U+0000" in problem.reason
    assert row.values == {"a": "3", "b": "4"}


def test_a_cell_beyond_the_limit_is_the_problem_of_its_row():
    items = list(table("a,b\n1," + "李" * 21_846 + "\n1," + "李" * 21_845 + "\n" + "x" * 200_000 + ",2\n3,4\n"))

    assert [(item.row, item.column) for item in items if isinstance(item, Problem)] == [(2, "b"), (4, "")]
    assert [item.number for item in items if isinstance(item, Row)] == [3, 5]
    assert "64 KB" in items[0].reason
    assert len(items[0].value) <= 200


def test_a_line_without_end_is_one_problem_in_bounded_memory():
    content = b"a,b\n" + b"1," * 5_000_000 + b"\n3,4\n"
    opened = table(content)

    tracemalloc.start()
    items = list(opened)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [type(item) for item in items] == [Problem, Row]
    assert items[1] == Row(3, {"a": "3", "b": "4"})
    assert peak < 64 * 1024 * 1024


def test_memory_does_not_grow_with_the_file():
    class Endless(io.RawIOBase):
        def __init__(self, size):
            self.size, self.at = size, 0

        def seek(self, at, whence=0):
            self.at = at
            return at

        def tell(self):
            return self.at

        def seekable(self):
            return True

        def readable(self):
            return True

        def readinto(self, buffer):
            start = b"" if self.at else b"a,b\n"
            count = min(len(buffer), self.size - self.at)
            buffer[:count] = (start + (b"1," + b"x" * 5_000 + b"\n") * (len(buffer) // 5_000 + 1))[:count]
            self.at += count
            return count

    def peak(size):
        tracemalloc.start()
        for _ in Table(io.BufferedReader(Endless(size))):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert peak(40_000_000) < 1.2 * peak(4_000_000)


def test_too_many_rows_are_said_once():
    items = list(table("a\n1\n2\n3\n4\n", limits=Limits(rows=2)))

    assert [item.values["a"] for item in items[:-1]] == ["1", "2"]
    assert items[-1].row == 4
    assert "more than 2 rows" in items[-1].reason


def test_too_many_columns_are_refused():
    assert len(table(",".join(map(str, range(500))) + "\n").columns) == 500
    with pytest.raises(UnreadableFile, match="501 columns"):
        table(",".join(map(str, range(501))) + "\n")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf\r\n \n", "empty_file"),
        (b"\xff\xfe", "empty_file"),
        (b",,,\n,,\n", "empty_file"),
        (b"PK\x03\x04....[Content_Types].xml", "excel"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "excel"),
        (b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet", "open_document"),
        (b"PK\x03\x04leads.csv", "archive"),
        (b"\x1f\x8b\x08", "archive"),
        (b"%PDF-1.7", "pdf"),
        (b"\xef\xbb\xbf <HTML><table>", "markup"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0" + bytes(range(256)) * 10, "not_text"),
        (b'a,"b\n', "bad_header"),
        (b"a,b\0\n1,2\n", "bad_header"),
    ],
)
def test_what_is_no_table_is_refused_in_one_line(content, code):
    with pytest.raises(UnreadableFile) as refused:
        table(content)

    assert refused.value.code == code
    assert refused.value.message.count("\n") == 0


def test_an_unknown_encoding_is_refused():
    with pytest.raises(UnreadableFile, match="klingon"):
        table("a\n", encoding="klingon")


def test_the_file_stays_open_and_can_be_read_again():
    file = SimpleUploadedFile("leads.csv", b"a,b\n1,2\n")
    opened = Table(file)

    assert list(opened) == list(opened)
    assert not file.closed
    assert opened.bytes_read == 8


def _cells():
    characters = st.characters(codec="utf-8", exclude_characters="\0")
    return st.text(st.one_of(characters, st.sampled_from("\",;\t|\r\n '=李")), max_size=12)


@given(st.data(), st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]))
def test_table_gives_back_any_cells_that_a_writer_writes(data, delimiter, encoding):
    width = data.draw(st.integers(1, 4))
    written = data.draw(st.lists(st.lists(_cells(), min_size=width, max_size=width), max_size=6))
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow([f"c{index}" for index in range(width)])
    writer.writerows(written)

    content = text.getvalue().encode(encoding)
    found = list(table(content, encoding=encoding, delimiter=delimiter))

    kept = [cells for cells in written if "".join(cells) and not "".join(cells).isspace()]
    assert [list(row.values.values()) for row in found] == kept


@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_make_the_reader_fail(content, header):
    try:
        opened = table(content, header=header)
    except UnreadableFile:
        return

    for item in opened:
        assert isinstance(item, Problem) or list(item.values) == opened.columns
        shown = [item.value, item.column] if isinstance(item, Problem) else item.values.values()
        assert all("\udcff" not in text for text in shown)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030", "big5hkscs", "cp1252"])
def test_reading_goes_on_from_every_place(encoding):
    word = "naïve" if encoding == "cp1252" else "陳小明，喜歡「藍色」"
    content = "name,note\r\n" + "".join(f'{word} {number},"{word}\r\n{number}"\r\n' for number in range(3_000))
    whole = list(table(content.encode(encoding), encoding=encoding))
    places = []
    first = table(content.encode(encoding), encoding=encoding)
    for index, _row in enumerate(first.rows()):
        if index % 499 == 0:
            places.append((index, first.place))

    for index, place in places:
        again = table(content.encode(encoding), encoding=encoding)
        assert list(again.rows(place)) == whole[index + 1 :]


def test_reading_can_not_go_on_where_lines_wait_for_their_second_reading():
    content = 'a,b\n1,2\n"never closed,3\n4,5\n6,7\n8,9\n'
    reading = table(content)
    whole, places = [], []
    for item in reading.rows():
        whole.append(item)
        places.append(reading.place)

    assert "" in places
    for index, place in enumerate(places):
        if place:
            assert list(table(content).rows(place)) == whole[index + 1 :]


def test_reading_has_no_place_before_it_began_and_after_it_ended():
    reading = table("sep=;\na;b\n1;2\n")
    assert reading.place == ""

    assert [row.values for row in reading] == [{"a": "1", "b": "2"}]

    assert reading.place == ""
