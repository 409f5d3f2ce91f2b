"""What the SQL stores share: tables, statements and migrations.

`tables.py` declares the tables, `statements/` builds every statement with SQLAlchemy Core, and
`python -m wfe_sql.generate` compiles them into `generated/`, which is checked in: importing SQLAlchemy and
SQLModel takes 0.4 s, so a running host never does. They are needed for migrations and tests only.
"""
