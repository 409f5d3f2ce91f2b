"""Compiled statements, one module for each dialect; made by `python -m wfe_sql.generate`."""
