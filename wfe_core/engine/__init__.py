"""The sans-IO engine: `Machine` applies happenings to one instance and says what to write and to do."""

from wfe_core.engine.happenings import Failure, Happening
from wfe_core.engine.machine import Machine
from wfe_core.engine.state import EngineHost, Settings, State
from wfe_core.engine.transition import Transition

__all__ = ["EngineHost", "Failure", "Happening", "Machine", "Settings", "State", "Transition"]
