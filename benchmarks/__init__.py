"""Benchmarks of wfe against the floor of its own storage and against peers; never part of the tests."""
