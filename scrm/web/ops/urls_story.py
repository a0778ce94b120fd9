"""Addresses of what was said, what may come of it, and how warm people are."""

from django.urls import path

from scrm.web.ops import contacts, follow_up_lists, opportunities, scores, talks, voices

urlpatterns = [
    path("contacts/<uuid:contact_id>/log/", talks.log, name="contact_log"),
    path("contacts/<uuid:contact_id>/around/", contacts.around_contact, name="contact_around"),
    path("contacts/<uuid:contact_id>/materials/<uuid:material_id>/link/", contacts.link, name="contact_link"),
    path("contacts/<uuid:contact_id>/rate/", contacts.rate, name="contact_rate"),
    path("contacts/<uuid:contact_id>/files/", talks.attach, name="contact_attach"),
    path("talks/<uuid:talk_id>/", talks.edit, name="talk_edit"),
    path("talks/<uuid:talk_id>/delete/", talks.delete, name="talk_delete"),
    path("talks/<uuid:talk_id>/restore/", talks.restore, name="talk_restore"),
    path("files/<uuid:attachment_id>/", talks.file, name="file"),
    path("files/<uuid:attachment_id>/remove/", talks.remove_file, name="file_remove"),
    path("voices/", voices.index, name="voice_list"),
    path("voices/chart/", voices.chart, name="voice_chart"),
    path("voices/export/", voices.export, name="voice_export"),
    path("voices/<uuid:voice_id>/remove/", voices.remove, name="voice_remove"),
    path("opportunities/", opportunities.index, name="opportunity_list"),
    path("opportunities/board/", opportunities.board, name="opportunity_board"),
    path("opportunities/forecast/", opportunities.forecast_chart, name="opportunity_forecast"),
    path("opportunities/<uuid:opportunity_id>/", opportunities.detail, name="opportunity_detail"),
    path("opportunities/<uuid:opportunity_id>/edit/", opportunities.edit, name="opportunity_edit"),
    path("opportunities/<uuid:opportunity_id>/move/", opportunities.move, name="opportunity_move"),
    path("opportunities/<uuid:opportunity_id>/remove/", opportunities.remove, name="opportunity_remove"),
    path("contacts/<uuid:contact_id>/opportunities/new/", opportunities.create, name="opportunity_create"),
    path("scores/", scores.index, name="score_list"),
    path("scores/scale/", scores.scale, name="score_scale"),
    path("scores/new/", scores.create, name="score_rule_create"),
    path("scores/<uuid:score_rule_id>/", scores.edit, name="score_rule_edit"),
    path("scores/<uuid:score_rule_id>/switch/", scores.switch, name="score_rule_switch"),
    path("follow-up/", follow_up_lists.index, name="follow_up_lists"),
    path("follow-up/fill/", follow_up_lists.fill, name="follow_up_fill"),
    path("follow-up/outcomes/", follow_up_lists.outcome_create, name="outcome_create"),
    path("follow-up/outcomes/<uuid:outcome_id>/", follow_up_lists.outcome, name="outcome_edit"),
    path("follow-up/topics/", follow_up_lists.topic_create, name="voice_topic_create"),
    path("follow-up/topics/<uuid:topic_id>/", follow_up_lists.topic, name="voice_topic_edit"),
    path("follow-up/stages/", follow_up_lists.stage_create, name="pipeline_create"),
    path("follow-up/stages/<uuid:pipeline_id>/", follow_up_lists.stage, name="pipeline_edit"),
]
