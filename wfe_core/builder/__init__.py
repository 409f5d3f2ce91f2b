"""The builder: definitions written as chains of calls."""
