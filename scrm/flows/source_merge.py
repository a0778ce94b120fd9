"""The story of two sources that become one, in every room that names them."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from campaigns.services.campaigns import move_source_of_campaigns
from leads.models import Source, SourceMerge
from leads.services.source_merges import merge_sources


@transaction.atomic
def sources_merged(*, source: Source, into: Source, by: User | None, now: datetime) -> SourceMerge:
    merge = merge_sources(source=source, into=into, by=by, now=now)
    move_source_of_campaigns(source=source, into=into)
    return merge
