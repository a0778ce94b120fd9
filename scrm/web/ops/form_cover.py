"""The picture above a form, as the builder posts it: another one, or none any more."""

from dataclasses import replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from leads.form_content import Content
from leads.services import keep_cover
from scrm.core.pictures import LARGEST
from scrm.web.access import Visit
from scrm.web.ops.replies import first_message


def with_cover(content: Content, request: Visit, now: datetime) -> tuple[Content, str]:
    """The content with the picture that was chosen, and why that one can't be shown, if it can't."""
    file = request.FILES.get("cover_file")
    if file is None:
        return (replace(content, cover="", cover_alt="") if "cover_drop" in request.POST else content), ""
    if (file.size or 0) > LARGEST:
        return content, _("The picture is larger than 5 MB.")
    try:
        return replace(content, cover=keep_cover(data=file.read(), now=now)), ""
    except ValidationError as error:
        return content, first_message(error)
