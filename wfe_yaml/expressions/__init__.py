"""Expressions `$<< … >>`: finding, checking and evaluating them, and placing them into scripts."""
