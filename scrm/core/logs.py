"""Structured log lines; personal data never goes into them."""

from typing import Any

import structlog

pre_chain: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
renderer = structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "logger", "event"])

structlog.configure(
    processors=[*pre_chain, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
