"""Each remedy against a mix-up of tenants, switched off for a while: what doesn't notice proves nothing.

`with PITFALLS["E1"]():` leaves the product as a usual set-up would have it. In this process only, every thread.
"""

import importlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any, Final
from unittest.mock import patch

from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.urls import clear_url_caches, re_path
from django.views.static import serve
from django_tenants.utils import schema_context

from accounts.session_store import RowStore
from scheduler.selectors import is_runnable
from scrm.core import rates
from scrm.core.postgres.base import DatabaseWrapper
from scrm.core.signing import TenantSigner
from scrm.core.tenancy import leave_tenant
from scrm.web import sessions
from scrm.web.middleware import HostMiddleware
from scrm.worker.base import TenantTask
from tenants.models import Domain, Tenant

Pitfall = Callable[[], AbstractContextManager[Any]]


@contextmanager
def shared_cache_keys() -> Iterator[None]:
    """E1. Keys of the cache and of budgets say nothing of the tenant."""
    one = {**settings.CACHES["default"]}
    del one["KEY_FUNCTION"]
    with override_settings(CACHES={"default": one}), patch.object(rates, "schema_name", lambda: "everybody"):
        yield


@contextmanager
def sessions_of_everybody() -> Iterator[None]:
    """E2. Sessions lie in `public`, and their rows are signed for no tenant."""

    def in_public(method: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any, **kwargs: Any) -> Any:
            with schema_context("public"):
                return method(*args, **kwargs)

        return called

    def of_nobody(store: RowStore, data: dict[str, Any]) -> Any:
        row = RowStore.create_model_instance(store, data)
        row.user_id = None
        return row

    with ExitStack() as stack:
        stack.enter_context(patch.object(sessions.SessionStore, "create_model_instance", of_nobody, create=True))
        for name in ("load", "save", "exists", "delete"):
            wrapped = in_public(getattr(RowStore, name))
            stack.enter_context(patch.object(sessions.SessionStore, name, wrapped, create=True))
        stack.enter_context(patch.object(sessions.SessionStore, "key_salt", "everybody"))
        yield


@contextmanager
def tokens_of_everybody() -> Iterator[None]:
    """E3. Links, forms and log-in mails are signed with the installation's key alone."""
    from allauth.account.forms import EmailAwarePasswordResetTokenGenerator

    from scrm.web.reset_tokens import TenantTokenGenerator

    def for_everybody(method: Callable[..., Any]) -> Callable[..., Any]:
        def called(signer: TenantSigner, *args: Any, **kwargs: Any) -> Any:
            return method(TenantSigner(salt=signer.salt.rpartition(":")[2]), *args, **kwargs)

        return called

    unbound = EmailAwarePasswordResetTokenGenerator._make_hash_value
    with (
        patch.object(TenantSigner, "sign", for_everybody(TenantSigner.sign)),
        patch.object(TenantSigner, "unsign", for_everybody(TenantSigner.unsign)),
        patch.object(TenantTokenGenerator, "_make_hash_value", unbound),
        override_settings(
            ACCOUNT_EMAIL_CONFIRMATION_HMAC=True,
            MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage",
        ),
    ):
        yield


@contextmanager
def forwarded_host_believed() -> Iterator[None]:
    """E4. Whoever asks names the tenant by a header that no proxy of ours wrote."""
    with override_settings(USE_X_FORWARDED_HOST=True):
        yield


@contextmanager
def public_on_every_host() -> Iterator[None]:
    """E5. A host that nobody has shows the platform's pages."""
    known = HostMiddleware.get_tenant

    def get_tenant(self: HostMiddleware, domain_model: type[Domain], hostname: str) -> Tenant:
        try:
            return known(self, domain_model, hostname)
        except domain_model.DoesNotExist:
            return Tenant(schema_name="public", name="SCRM")

    with patch.object(HostMiddleware, "get_tenant", get_tenant):
        yield


@contextmanager
def tasks_run_anyway() -> Iterator[None]:
    """F1. A task whose tenant can't be entered runs where the connection happens to be: in `public`."""
    careful = TenantTask.__call__

    def called(task: TenantTask, *args: Any, **kwargs: Any) -> Any:
        name = args[0] if args else kwargs.get("schema_name")
        if isinstance(name, str) and is_runnable(name):
            return careful(task, *args, **kwargs)
        leave_tenant()
        return task.run(*args, **kwargs)

    with patch.object(TenantTask, "__call__", called):
        yield


@contextmanager
def statements_as_owner() -> Iterator[None]:
    """P3. Whatever runs in a tenant runs as the role that owns every tenant's tables."""
    with patch.object(DatabaseWrapper, "tenant_role", None):
        connection.search_path_set_schemas = None
        yield
    connection.search_path_set_schemas = None


@contextmanager
def media_like_static_files() -> Iterator[None]:
    """P4. The folder of uploads is served to everybody."""
    import scrm.urls

    opened = re_path(r"^media/(?P<path>.*)$", serve, {"document_root": settings.MEDIA_ROOT})
    with patch.object(scrm.urls, "urlpatterns", [opened, *scrm.urls.urlpatterns]):
        clear_url_caches()
        yield
    clear_url_caches()


@contextmanager
def platform_in_a_tenant_s_admin() -> Iterator[None]:
    """P5. The tenants' own admin has registered the platform's models."""
    from django.contrib import admin

    import scrm.urls
    from scrm.web.platform_admin import DomainAdmin, TenantAdmin

    registered = {Tenant: TenantAdmin, Domain: DomainAdmin}
    for model, model_admin in registered.items():
        admin.site.register(model, model_admin)
    _read_addresses_again(scrm.urls)
    try:
        yield
    finally:
        for model in registered:
            admin.site.unregister(model)
        _read_addresses_again(scrm.urls)


def _read_addresses_again(module: Any) -> None:
    importlib.reload(module)
    clear_url_caches()


PITFALLS: Final[dict[str, Pitfall]] = {
    "E1": shared_cache_keys,
    "E2": sessions_of_everybody,
    "E3": tokens_of_everybody,
    "E4": forwarded_host_believed,
    "E5": public_on_every_host,
    "F1": tasks_run_anyway,
    "P3": statements_as_owner,
    "P4": media_like_static_files,
    "P5": platform_in_a_tenant_s_admin,
}
