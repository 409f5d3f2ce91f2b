"""The document model: which keys there are, what they take and mean. Validation reads it; docs will, too."""
