"""The revisions; the first line of each says what it changes."""
