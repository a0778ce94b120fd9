"""Addresses of the representative's phone."""

from django.urls import path

from scrm.web.rep import alerts, away, customers, deals, entry, me, own_code, pool, shell, talks, today, waits

app_name = "rep"
urlpatterns = [
    path("", today.index, name="today"),
    path("tasks/<uuid:task_id>/done", today.done, name="task_done"),
    path("tasks/<uuid:task_id>/snooze", today.snooze, name="task_snooze"),
    path("tasks/<uuid:task_id>/give-up", today.give_up, name="task_give_up"),
    path("customers/", customers.index, name="customer_list"),
    path("customers/new/", entry.create, name="lead_create"),
    path("customers/known/", entry.known, name="lead_known"),
    path("customers/<uuid:contact_id>/", customers.detail, name="customer"),
    path("customers/<uuid:contact_id>/around", customers.around_customer, name="customer_around"),
    path("customers/<uuid:contact_id>/story", customers.story, name="customer_story"),
    path("customers/<uuid:contact_id>/log", talks.log, name="customer_log"),
    path("talks/<uuid:talk_id>/", talks.edit, name="talk_edit"),
    path("talks/<uuid:talk_id>/delete", talks.delete, name="talk_delete"),
    path("talks/<uuid:talk_id>/restore", talks.restore, name="talk_restore"),
    path("files/<uuid:attachment_id>", talks.file, name="file"),
    path("customers/<uuid:contact_id>/materials/<uuid:material_id>/link", customers.link, name="customer_link"),
    path("customers/<uuid:contact_id>/tag", customers.tag, name="customer_tag"),
    path("customers/<uuid:contact_id>/consent", customers.consent, name="customer_consent"),
    path("customers/<uuid:contact_id>/fields", customers.fields, name="customer_fields"),
    path(
        "customers/<uuid:contact_id>/fields/<uuid:value_id>/reveal", customers.reveal_own, name="customer_field_reveal"
    ),
    path("leads/<uuid:lead_id>/fields", customers.lead_fields, name="lead_fields"),
    path("customers/<uuid:contact_id>/stage", customers.stage, name="customer_stage"),
    path("customers/<uuid:contact_id>/reveal/<uuid:identity_id>", customers.reveal, name="customer_reveal"),
    path("customers/<uuid:contact_id>/deals/new", deals.create, name="deal_create"),
    path("leads/<uuid:lead_id>/pause", waits.pause, name="lead_pause"),
    path("leads/<uuid:lead_id>/resume", waits.resume, name="lead_resume"),
    path("deals/", deals.index, name="deal_list"),
    path("deals/<uuid:opportunity_id>/", deals.detail, name="deal"),
    path("deals/<uuid:opportunity_id>/edit", deals.edit, name="deal_edit"),
    path("deals/<uuid:opportunity_id>/move", deals.move, name="deal_move"),
    path("pool/", pool.index, name="pool"),
    path("pool/<uuid:pooled_id>/claim", pool.claim, name="pool_claim"),
    path("customers/<uuid:contact_id>/release", pool.release, name="customer_release"),
    path("code/", own_code.index, name="own_code"),
    path("code/qr.svg", own_code.qr, name="own_code_svg"),
    path("alerts/", alerts.index, name="alert_list"),
    path("me/away", away.away, name="away"),
    path("me/", me.index, name="me"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
    path("sw.js", shell.service_worker, name="service_worker"),
    path("offline", shell.offline, name="offline"),
]
