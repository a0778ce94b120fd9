"""Each prints figures, and ratios against a baseline that it runs itself."""
