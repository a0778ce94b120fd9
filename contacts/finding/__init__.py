"""Finding somebody by a part of a name: what is kept of a name, and what is asked."""
