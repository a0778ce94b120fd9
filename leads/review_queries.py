"""The SQL of reviews."""

REVIEWS_NEXT_DUE = "SELECT min(remind_at) FROM leads_review WHERE remind_at IS NOT NULL"
