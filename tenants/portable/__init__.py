"""One tenant as a file: written, read, compared."""
