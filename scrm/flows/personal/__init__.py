"""What a business's tables hold of a person, by one inventory that export and erasure share."""
