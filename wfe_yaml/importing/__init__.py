"""Importers: files of other systems become workflow files, with a report of what has no counterpart.

Each reads its file by the composer, under its limits and with its places, and builds a document of plain
values. `drafting` writes it as YAML and holds it against the compiler: what that refuses is left out and
told, so that the result is always a file that `wfe validate` accepts.
"""
