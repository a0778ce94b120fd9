"""The web server's way in."""

import os

from django.core.wsgi import get_wsgi_application

from scrm.core.postgres.pooling import refuse_transaction_pooling

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scrm.settings")
application = get_wsgi_application()
refuse_transaction_pooling()
