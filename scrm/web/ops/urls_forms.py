"""Addresses of hosted forms: the list, the builder, settings and results."""

from django.urls import path

from scrm.web.ops import form_editor, form_results, forms, held

urlpatterns = [
    path("forms/", forms.index, name="form_list"),
    path("forms/new/", forms.create, name="form_create"),
    path("forms/held/", held.index, name="form_held"),
    path("forms/held/decide/", held.decide, name="form_held_decide"),
    path("forms/<uuid:form_id>/", form_editor.edit, name="form_edit"),
    path("forms/<uuid:form_id>/questions/", form_editor.questions, name="form_questions"),
    path("forms/<uuid:form_id>/preview/", form_editor.preview, name="form_preview"),
    path("forms/<uuid:form_id>/drop/", form_editor.drop, name="form_drop"),
    path("forms/<uuid:form_id>/settings/", forms.settings, name="form_settings"),
    path("forms/<uuid:form_id>/switch/", forms.switch, name="form_switch"),
    path("forms/<uuid:form_id>/copy/", forms.copy, name="form_copy"),
    path("forms/<uuid:form_id>/results/", form_results.results, name="form_results"),
    path("forms/<uuid:form_id>/results/chart/", form_results.chart, name="form_results_chart"),
    path("forms/<uuid:form_id>/results/export/", form_results.export, name="form_results_export"),
]
