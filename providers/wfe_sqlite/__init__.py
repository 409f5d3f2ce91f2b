"""SQLite providers of wfe."""
