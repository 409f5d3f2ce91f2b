"""What runs in the process of a browser step: it starts a headless Chromium and drives it.

It is a program of its own, so that the supervisor watches it, and all that the browser starts, as the process
of any other step. Its modules import nothing but the standard library, and need Python 3.8: in a microVM they
are run by whatever `python3` is there. `main` is the program, `page` what it does with a page, `devtools` the
conversation with the browser, `keeping` what becomes of what was taken.
"""
