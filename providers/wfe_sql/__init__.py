"""What the SQL providers of wfe share: tables, statements and migrations."""
