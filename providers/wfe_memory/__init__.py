"""In-memory providers of wfe, for tests and throw-away runs."""
