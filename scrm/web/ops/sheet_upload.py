"""A small file that is first checked and then taken: between the two the page carries it."""

import base64
import binascii
import io
from collections.abc import Callable
from typing import Any, BinaryIO

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchange.problems import UnreadableFile
from leads.small_files import Checked

BYTES_MOST = 2 * 1024 * 1024


class SheetForm(forms.Form):
    """The file as it was chosen, or, once it was checked, as the page carries it in `checked`."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        error_messages={"required": gettext_lazy("Choose a file.")},
        widget=forms.ClearableFileInput({"accept": ".csv,.tsv,.txt,.xlsx,.xls,text/csv"}),
        help_text=gettext_lazy("CSV, TSV, XLSX or XLS. 10,000 rows and 2 MB at most."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].required = not self.data.get("checked")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file = cleaned.get("file")
        if file and file.size > BYTES_MOST:
            raise ValidationError({"file": _("The file is too large; split it.")})
        try:
            carried = base64.b64decode(self.data.get("checked", ""), validate=True)
        except (ValueError, binascii.Error):
            carried = b""
        cleaned["content"] = file.read() if file else carried
        if not self.errors and not cleaned["content"]:
            raise ValidationError({"file": _("Choose a file.")})
        return cleaned

    @property
    def carried(self) -> str:
        return base64.b64encode(self.cleaned_data["content"]).decode()

    def check(self, read: Callable[[BinaryIO], Checked[Any]]) -> Checked[Any] | None:
        """What is in the file; None, with an error at the file, where it can't be read."""
        try:
            return read(io.BytesIO(self.cleaned_data["content"]))
        except UnreadableFile as error:
            self.add_error("file", error.message)
            return None
