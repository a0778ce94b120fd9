"""The SQL of alerts."""

ALERTS_NEXT_DUE = "SELECT min(created_at) + interval '90 days' FROM alerts_alert"
