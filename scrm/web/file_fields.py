"""A form's field for several files."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile


class _FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Gives a list of uploads, empty where nothing was chosen."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=_FilesInput(), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        found: list[UploadedFile] = [super(FilesField, self).clean(each, initial) for each in given]
        if not found and self.required:
            super().clean(None, initial)
        return found
