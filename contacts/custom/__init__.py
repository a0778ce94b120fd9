"""Fields that a business gives its contacts itself: what they may hold, and how they are read and shown."""
