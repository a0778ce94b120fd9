"""SCRM: how the house is assembled and entered."""

from scrm.celery import app as celery_app

__all__ = ["celery_app"]
