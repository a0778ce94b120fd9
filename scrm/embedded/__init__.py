"""PostgreSQL, Redis and everything else that a laptop needs, behind bin/up, bin/test and bin/manage."""
