"""Peers: each script runs in an environment of its own."""
