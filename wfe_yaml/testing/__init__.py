"""For authors of types of steps: run one step of a type, and the laws that every type keeps."""

from __future__ import annotations

from wfe_yaml.testing.conformance import ExecutorConformance
from wfe_yaml.testing.running import Lines, RunningStep, run_step

__all__ = ["ExecutorConformance", "Lines", "RunningStep", "run_step"]
