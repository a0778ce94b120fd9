"""Addresses of lifecycles: stages, the board, what moves people and what came of it."""

from django.urls import path

from scrm.web.ops import (
    lifecycle_board,
    lifecycle_draft,
    lifecycle_flow,
    lifecycle_setup,
    lifecycle_versions,
    lifecycles,
    stage_deadlines,
    stage_hand_overs,
)

_STAGE = "lifecycle/<uuid:lifecycle_id>/draft/stages/<uuid:stage_id>"
_VERSION = "lifecycle/<uuid:lifecycle_id>/versions/<int:number>"

urlpatterns = [
    path("lifecycle/", lifecycles.lifecycle, name="lifecycle"),
    path("lifecycle/new/", lifecycle_setup.create, name="lifecycle_create"),
    path("lifecycle/<uuid:lifecycle_id>/", lifecycle_setup.setup, name="lifecycle_setup"),
    path("lifecycle/<uuid:lifecycle_id>/draft/", lifecycle_draft.draft, name="lifecycle_draft"),
    path("lifecycle/<uuid:lifecycle_id>/draft/publish/", lifecycle_draft.publish, name="lifecycle_publish"),
    path("lifecycle/<uuid:lifecycle_id>/draft/discard/", lifecycle_draft.discard, name="lifecycle_discard"),
    path("lifecycle/<uuid:lifecycle_id>/draft/order/", lifecycle_draft.order, name="lifecycle_order"),
    path("lifecycle/<uuid:lifecycle_id>/draft/stages/new/", lifecycle_draft.stage_create, name="stage_create"),
    path(f"{_STAGE}/", lifecycle_draft.stage_edit, name="stage_edit"),
    path(f"{_STAGE}/shift/", lifecycle_draft.stage_shift, name="stage_shift"),
    path(f"{_STAGE}/remove/", lifecycle_draft.stage_remove, name="stage_remove"),
    path(f"{_STAGE}/keep/", lifecycle_draft.stage_keep, name="stage_keep"),
    path(f"{_STAGE}/split/", lifecycle_draft.stage_split, name="stage_split"),
    path("lifecycle/<uuid:lifecycle_id>/draft/moves/<int:place>/", lifecycle_draft.split_drop, name="stage_split_drop"),
    path("lifecycle/<uuid:lifecycle_id>/versions/", lifecycle_versions.index, name="lifecycle_versions"),
    path("lifecycle/<uuid:lifecycle_id>/versions/undo/", lifecycle_versions.undo, name="lifecycle_version_undo"),
    path(f"{_VERSION}/", lifecycle_versions.detail, name="lifecycle_version"),
    path(f"{_VERSION}/progress/", lifecycle_versions.progress, name="lifecycle_version_progress"),
    path(f"{_VERSION}/draft/", lifecycle_versions.make_draft, name="lifecycle_version_draft"),
    path("lifecycle/<uuid:lifecycle_id>/reasons/", lifecycle_setup.reason_create, name="loss_reason_create"),
    path("lifecycle/reasons/<uuid:reason_id>/", lifecycle_setup.reason_edit, name="loss_reason_edit"),
    path("lifecycle/board/", lifecycle_board.board, name="lifecycle_board"),
    path("lifecycle/board/more/", lifecycle_board.more, name="lifecycle_board_more"),
    path("lifecycle/list/", lifecycle_board.index, name="lifecycle_list"),
    path("lifecycle/<uuid:lifecycle_id>/move/", lifecycle_board.move, name="lifecycle_move"),
    path("lifecycle/<uuid:lifecycle_id>/undo/<uuid:contact_id>/", lifecycle_board.undo, name="lifecycle_undo"),
    path("lifecycle/flow/", lifecycle_flow.flow, name="lifecycle_flow"),
    path("lifecycle/history/", lifecycles.history, name="lifecycle_history"),
    path("lifecycle/rules/", lifecycles.rule_list, name="lifecycle_rule_list"),
    path("lifecycle/rules/new/", lifecycles.rule_create, name="lifecycle_rule_create"),
    path("lifecycle/rules/<uuid:rule_id>/", lifecycles.rule_edit, name="lifecycle_rule_edit"),
    path("lifecycle/rules/<uuid:rule_id>/switch/", lifecycles.rule_switch, name="lifecycle_rule_switch"),
    path("lifecycle/hand-over/", stage_hand_overs.index, name="stage_hand_over_list"),
    path("lifecycle/deadlines/", stage_deadlines.index, name="stage_deadline_list"),
    path("lifecycle/deadlines/<uuid:deadline_id>/", stage_deadlines.edit, name="stage_deadline_edit"),
    path("lifecycle/deadlines/<uuid:deadline_id>/switch/", stage_deadlines.switch, name="stage_deadline_switch"),
    path("lifecycle/stages/<uuid:stage_id>/deadlines/new/", stage_deadlines.create, name="stage_deadline_create"),
    path("lifecycle/stages/<uuid:stage_id>/hand-over/", stage_hand_overs.edit, name="stage_hand_over"),
    path("lifecycle/stages/<uuid:stage_id>/hand-over/try/", stage_hand_overs.preview, name="stage_hand_over_preview"),
]
