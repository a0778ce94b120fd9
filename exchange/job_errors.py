"""The error file of a job: begun with its first problem, cut back to the checkpoint when the work goes on."""

import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from types import TracebackType
from typing import BinaryIO, Self

from exchange.error_file import ErrorFile
from exchange.jobs import error_file_name
from exchange.models import Job
from exchange.problems import Problem


class JobErrors:
    """`size` goes into the checkpoint: what a killed worker wrote beyond it is written anew."""

    def __init__(self, job: Job, columns: Sequence[str]) -> None:
        self._columns = columns
        self.size: int = job.checkpoint.get("errors", 0)
        self._job = job
        self._file: BinaryIO | None = None
        self._lines: ErrorFile | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, problems: Iterable[Problem], cells: Mapping[int, Sequence[str]]) -> None:
        """Add these, on disk before the transaction that they belong to commits; `cells` are of rows by number."""
        by_row = groupby(sorted(problems, key=attrgetter("row")), key=attrgetter("row"))
        for row, found in by_row:
            self._opened().write(list(found), cells.get(row, ()))
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            self.size = self._file.tell()

    def _opened(self) -> ErrorFile:
        if self._lines is None:
            name = error_file_name(self._job)
            descriptor = os.open(self._job.error_file.storage.path(name), os.O_RDWR | os.O_CREAT, 0o600)
            self._file = os.fdopen(descriptor, "r+b")
            self._file.truncate(self.size)
            self._file.seek(self.size)
            self._job.error_file.name = name
            self._lines = ErrorFile(self._file, self._columns, begun=self.size > 0)
        return self._lines
