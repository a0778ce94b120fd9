"""Gets a web process ready before its first request: all addresses are loaded, and the collector passes over them."""

import gc

from django.conf import settings
from django.urls import get_resolver


def get_ready() -> None:
    """Load what every request needs, and leave it out of collections from now on.

    Hundreds of thousands of objects stay as long as the process: to walk them all takes longer than a page, and any
    request could be the one that waited.
    """
    for urlconf in (settings.ROOT_URLCONF, settings.PUBLIC_SCHEMA_URLCONF):
        len(get_resolver(urlconf).url_patterns)
    gc.collect()
    gc.freeze()
