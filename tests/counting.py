"""Counting work instead of measuring time: calls are the same on every machine, however loaded it is."""

from __future__ import annotations

import cProfile
import gc
import time
from collections.abc import Callable

ENDLESS = 120.0
"""Seconds of processor time that nothing counted here needs on any machine, by a factor of some fifty.

What runs inside of one call, such as a regular expression that tries everything, makes none: it shows here.
"""


def calls(work: Callable[[], object]) -> int:
    """Count the calls that a piece of work makes, of functions in Python and in C alike."""
    profile = cProfile.Profile()
    collecting = gc.isenabled()
    # Finalisers of what others left would be counted, too.
    gc.disable()
    begun = time.process_time()
    profile.enable()
    try:
        work()
    finally:
        profile.disable()
        spent = time.process_time() - begun
        if collecting:
            gc.enable()
    assert spent < ENDLESS, f"{spent:.0f} s of processor time in few calls"
    return sum(entry.callcount for entry in profile.getstats())
