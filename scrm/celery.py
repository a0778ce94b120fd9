"""Celery: it ticks and drains; when something is due stands in PostgreSQL."""

import os
from typing import Any

from celery import Celery, bootsteps

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scrm.settings")


class SessionCheck(bootsteps.Step):
    """A worker does not start where its sessions would not be its own."""

    def __init__(self, parent: Any, **options: Any) -> None:
        from scrm.core.postgres.pooling import refuse_transaction_pooling

        super().__init__(parent, **options)
        refuse_transaction_pooling()


app = Celery("scrm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.imports = ("scrm.worker.tasks",)
app.steps["worker"].add(SessionCheck)
