"""The asynchronous way in, for servers that want one."""

import os

from django.core.asgi import get_asgi_application

from scrm.core.postgres.pooling import refuse_transaction_pooling

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scrm.settings")
application = get_asgi_application()
refuse_transaction_pooling()
