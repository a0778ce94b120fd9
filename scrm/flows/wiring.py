"""Start-up: each room hands the scheduler its due sources."""

from accounts.queries import SEALS_NEXT_DUE
from alerts.queries import ALERTS_NEXT_DUE
from audiences.bit_fold_queries import BITS_NEXT_DUE
from audiences.bit_queries import ids_by_bits
from audiences.check_queries import CHECKS_NEXT_DUE, MOVES_NEXT_DUE
from audiences.queries import SEGMENTS_NEXT_DUE
from audiences.services_checks import check_note
from campaigns.archive_queries import ARCHIVE_NEXT_DUE
from campaigns.lane_queries import FOLLOW_UPS_NEXT_DUE, TOUCHPOINTS_NEXT_DUE
from commerce.tier_queries import TIERS_NEXT_DUE
from contacts.duplicate_queries import DUPLICATES_NEXT_DUE
from contacts.queries import COPIES_NEXT_DUE, ask_quicker
from exchange.idempotency import ANSWERS_NEXT_DUE
from exchange.queries import DELIVERIES_NEXT_DUE, INBOX_NEXT_DUE, JOBS_NEXT_DUE
from leads.form_queries import PAGES_NEXT_DUE
from leads.queries import ARRIVALS_NEXT_DUE, POOL_NEXT_DUE, RESPONSES_NEXT_DUE, TALKS_NEXT_DUE
from leads.review_queries import REVIEWS_NEXT_DUE
from lifecycle.queries import STAGE_DEADLINES_NEXT_DUE, STAGE_RULES_NEXT_DUE
from scheduler.sources import DueSource, register
from scrm.flows.alerts import alerts_due
from scrm.flows.archive import archive_due
from scrm.flows.arrival_payloads import arrival_payloads_due
from scrm.flows.audience import checks_due, moves_due, segments_due
from scrm.flows.audit import audit_due
from scrm.flows.bits import bits_due
from scrm.flows.duplicates import duplicates_due
from scrm.flows.held import pages_due
from scrm.flows.hooks_in import messages_due
from scrm.flows.hooks_out import deliveries_due
from scrm.flows.jobs import jobs_due
from scrm.flows.once import answers_due
from scrm.flows.person_copy import copies_due
from scrm.flows.recycling import pool_due
from scrm.flows.responses import responses_due
from scrm.flows.reviews import reviews_due
from scrm.flows.scoring import scores_due
from scrm.flows.stage_deadlines import stage_deadlines_due
from scrm.flows.stage_rules import stage_rules_due
from scrm.flows.tag_points import points_due
from scrm.flows.tag_rules import tag_rules_due, tags_ended
from scrm.flows.talks import follow_ups_due, talks_due
from scrm.flows.tiers import tiers_due
from scrm.flows.touchpoint import touchpoints_due
from tagging.points_queries import POINTS_NEXT_DUE
from tagging.rule_queries import TAG_RULES_NEXT_DUE, TAGS_END_NEXT_DUE
from tagging.score_queries import SCORES_NEXT_DUE
from tagging.services_scores import ride_along


def connect() -> None:
    """Called once when Django is ready."""
    register(DueSource("touchpoints", TOUCHPOINTS_NEXT_DUE, touchpoints_due, sends=True))
    register(DueSource("jobs", JOBS_NEXT_DUE, jobs_due))
    register(DueSource("segment_checks", CHECKS_NEXT_DUE, checks_due))
    register(DueSource("segments", SEGMENTS_NEXT_DUE, segments_due))
    register(DueSource("bits", BITS_NEXT_DUE, bits_due))
    register(DueSource("segment_moves", MOVES_NEXT_DUE, moves_due))
    ride_along(check_note)
    ask_quicker(ids_by_bits)
    register(DueSource("answers", ANSWERS_NEXT_DUE, answers_due))
    register(DueSource("inbox", INBOX_NEXT_DUE, messages_due))
    register(DueSource("audit", SEALS_NEXT_DUE, audit_due))
    register(DueSource("archive", ARCHIVE_NEXT_DUE, archive_due))
    register(DueSource("arrivals", ARRIVALS_NEXT_DUE, arrival_payloads_due))
    register(DueSource("reviews", REVIEWS_NEXT_DUE, reviews_due, sends=True))
    register(DueSource("alerts", ALERTS_NEXT_DUE, alerts_due))
    register(DueSource("follow_ups", FOLLOW_UPS_NEXT_DUE, follow_ups_due))
    register(DueSource("scores", SCORES_NEXT_DUE, scores_due))
    register(DueSource("tag_rules", TAG_RULES_NEXT_DUE, tag_rules_due))
    register(DueSource("tag_points", POINTS_NEXT_DUE, points_due))
    register(DueSource("tags_end", TAGS_END_NEXT_DUE, tags_ended))
    register(DueSource("talks", TALKS_NEXT_DUE, talks_due))
    register(DueSource("responses", RESPONSES_NEXT_DUE, responses_due))
    register(DueSource("pool", POOL_NEXT_DUE, pool_due))
    register(DueSource("stage_deadlines", STAGE_DEADLINES_NEXT_DUE, stage_deadlines_due))
    register(DueSource("stage_rules", STAGE_RULES_NEXT_DUE, stage_rules_due))
    register(DueSource("tiers", TIERS_NEXT_DUE, tiers_due))
    register(DueSource("pages", PAGES_NEXT_DUE, pages_due))
    register(DueSource("duplicates", DUPLICATES_NEXT_DUE, duplicates_due))
    register(DueSource("copies", COPIES_NEXT_DUE, copies_due))
    # Last: a receiver may take its time, and nothing of ours waits behind it.
    register(DueSource("deliveries", DELIVERIES_NEXT_DUE, deliveries_due, sends=True))
