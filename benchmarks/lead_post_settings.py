"""The product's settings, with the bare view beside its own addresses."""

from scrm.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.bare_view"
