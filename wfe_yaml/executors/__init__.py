"""Executors: what runs the types of steps. `Executor` is the base class for a user's own."""
