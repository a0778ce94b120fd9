"""Run alone: prints the first sheet of an XLS workbook as CSV, each row after its number."""

import csv
import datetime
import resource
import sys

_MEMORY = 1536 * 1024**2
_LOCKED = 3


def main(path: str) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_path(path)
    except PasswordError:
        return _LOCKED
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    sheets.sort(key=lambda sheet: sheet.visible != SheetVisibleEnum.Visible)
    if not sheets:
        return 0
    sheet = book.get_sheet_by_name(sheets[0].name)
    with open(sys.stdout.fileno(), "w", encoding="utf-8", errors="replace", newline="", closefd=False) as out:
        writer = csv.writer(out)
        for number, cells in enumerate(sheet.iter_rows(), 1):
            writer.writerow([number, *map(_shown, cells)])
    return 0


def _shown(value: object) -> str:
    match value:
        case bool():
            return str(value).upper()
        case float() if value == int(value) and abs(value) < 1e21:
            return str(int(value))
        case float():
            return f"{value:.15g}"
        case datetime.datetime() if value.time() == datetime.time():
            return value.date().isoformat()
        case datetime.datetime():
            return value.isoformat(" ", "seconds")
        case datetime.timedelta():
            seconds = round(value.total_seconds())
            return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        case datetime.time():
            return value.isoformat("seconds")
    return str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
