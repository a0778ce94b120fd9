"""Takes a tenant's schema, files and keys away, in steps that can be taken again."""
