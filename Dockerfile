# The browser's files, chosen and copied by the same code as on a laptop.
FROM node:22-bookworm-slim AS node

FROM python:3.11-slim-bookworm AS build
COPY --from=node /usr/local /usr/local/node
ENV PATH="/usr/local/node/bin:$PATH"
WORKDIR /app
COPY requirements.txt requirements-local.txt requirements-installer.txt ./
RUN python -m venv /app/.venv \
 && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements-installer.txt \
 && .venv/bin/uv pip install --system-certs --no-cache --require-hashes -r requirements.txt \
 # For pg_dump and pg_restore, of the version that the product is made for.
 && .venv/bin/uv pip install --system-certs --no-cache --require-hashes -r requirements-local.txt
COPY . .
RUN .venv/bin/python -m scrm.embedded assets \
 && SECRET_KEY=build SCRM_MASTER_KEY=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= \
    DATABASE_URL=postgres://build@/build REDIS_URL=redis://build \
    .venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
 && rm -rf node_modules var/log

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /app scrm
WORKDIR /app
COPY --from=build --chown=root:root /app /app
RUN mkdir -p var/media && chown scrm var var/media
ENV PATH="/app/.venv/bin:$PATH" PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=scrm.settings
USER scrm
EXPOSE 8000
CMD ["granian", "--interface", "asgi", "--host", "0.0.0.0", "--port", "8000", "--backlog", "2048", "--no-ws", "scrm.asgi:application"]
