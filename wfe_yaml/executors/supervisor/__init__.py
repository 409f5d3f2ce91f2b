"""The supervisor of a run: a small process that starts and watches its processes and outlives the runner.

It is started with nothing but the standard library on its path's front, and its modules import nothing else:
it must start fast, stay small, and go on whatever happens to the installation of wfe. `main` is the process,
`steps` one process that it watches, `survivors` ends what is left of one, `records` keeps its output, and
`files` and `wire` are what runner and supervisor share: the folder of a step, and their conversation.
"""
