"""Addresses of talks, files and what customers say."""

from django.urls import path

from scrm.web.ops import talks

urlpatterns = [
    path("contacts/<uuid:contact_id>/log/", talks.log, name="contact_log"),
    path("contacts/<uuid:contact_id>/files/", talks.attach, name="contact_attach"),
    path("talks/<uuid:talk_id>/", talks.edit, name="talk_edit"),
    path("talks/<uuid:talk_id>/delete/", talks.delete, name="talk_delete"),
    path("talks/<uuid:talk_id>/restore/", talks.restore, name="talk_restore"),
    path("files/<uuid:attachment_id>/", talks.file, name="file"),
    path("files/<uuid:attachment_id>/remove/", talks.remove_file, name="file_remove"),
]
