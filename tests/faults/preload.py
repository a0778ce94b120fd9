"""What the server of forks loads, once, before it forks the first child: the product as a test has it."""

from importlib import import_module

import django
from django.test.utils import setup_test_environment

django.setup()
setup_test_environment(debug=False)
for name in ("scrm.urls", "scrm.worker.tasks", "tests.faults.work"):
    import_module(name)
