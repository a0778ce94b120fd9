"""The web server's way in: one port for pages, the API and live updates (docs/decisions/0032)."""

from django.conf import settings

# First: it sets Django up, which the rest needs.
from scrm.wsgi import application as pages

# isort: split
from scrm.web.live.front import Front
from scrm.web.ready import get_ready

get_ready()
application = Front(pages, threads=settings.SCRM_WEB_THREADS, redis_url=settings.REDIS_URL)
