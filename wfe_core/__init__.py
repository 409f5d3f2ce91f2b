"""Definitions, the builder, steps, ports and the pure engine of wfe."""
