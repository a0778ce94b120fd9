"""Files of orders: what their columns mean, and what their rows say."""
