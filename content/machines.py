"""Decides whether a link was opened by a machine: a preview, a scanner, a crawler. Pure."""

import re
from typing import Final

# Cubot is a make of phone.
_MACHINES: Final = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|preview|prefetch|scanner|fetcher|monitor|imageproxy|"
    r"facebookexternalhit|whatsapp/|telegram|skypeuri|embedly|vkshare|"
    r"barracuda|mimecast|proofpoint|safelinks|urlscan|virustotal|"
    r"curl/|wget/|python-|httpx/|aiohttp|okhttp|java/|go-http-client|libwww|ruby|perl|axios|node-fetch|"
    r"postman|lighthouse|pingdom|uptime",
    re.IGNORECASE,
)


def is_machine(user_agent: str) -> bool:
    """Whether a browser that calls itself so is no person; one that says nothing is none either."""
    return not user_agent.strip() or bool(_MACHINES.search(user_agent))
