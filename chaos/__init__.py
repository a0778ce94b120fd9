"""N touchpoints through real processes that are killed, frozen and flushed all the while: bin/chaos."""
