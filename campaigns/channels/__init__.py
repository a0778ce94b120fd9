"""Channels that carry messages out of the house; the settings name one class for each."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from campaigns.channels.base import OutwardChannel


@cache
def outward_channel(name: str) -> OutwardChannel:
    """The channel of that name; KeyError for one that does not go out, such as a rep's task."""
    channel: OutwardChannel = import_string(settings.SCRM_CHANNELS[name])()
    return channel
