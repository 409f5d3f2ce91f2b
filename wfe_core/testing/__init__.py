"""What tests of workflows and of providers need: a clock to move, ids to foresee, suites to subclass."""

from wfe_core.testing.backend import Backend
from wfe_core.testing.clock import ManualClock
from wfe_core.testing.ids import SequentialIds

__all__ = ["Backend", "ManualClock", "SequentialIds"]
