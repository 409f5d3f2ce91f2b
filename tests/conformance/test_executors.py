from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from wfe_yaml.executors.types.delay import DelayExecutor
from wfe_yaml.executors.types.log import LogExecutor
from wfe_yaml.executors.types.transform import TransformExecutor
from wfe_yaml.testing import ExecutorConformance

Configs = Mapping[str, Mapping[str, Any]]


class TestLog(ExecutorConformance):
    """`log` keeps the laws of all types."""

    executor = LogExecutor
    good = ({"message": "hello"}, {"message": "a\nb", "level": "error"}, {"message": ""})
    wrong: ClassVar[Configs] = {"expected 'debug', 'info'": {"message": "a", "level": "loud"}}
    secret: ClassVar[Mapping[str, Any] | None] = {"message": "it is $<< secrets.TOKEN >>"}


class TestTransform(ExecutorConformance):
    """`transform` keeps the laws of all types."""

    executor = TransformExecutor
    good = (
        {"expression": {"a": ["$<< 1 + 1 >>"]}},
        {"expression": None},
        {"json_parse": "[1, 2]"},
        {"json_stringify": {"a": 1}, "indent": 2},
    )
    wrong: ClassVar[Configs] = {
        "needs one of expression": {},
        "'expression' and 'json_parse' exclude each other": {"expression": 1, "json_parse": "1"},
        "less than or equal to 8": {"json_stringify": 1, "indent": 9},
    }
    failing: ClassVar[Configs] = {
        "the text is no JSON": {"json_parse": "$<< 'nothing' >>"},
        "NaN is no JSON": {"json_parse": "[NaN]"},
    }
    secret: ClassVar[Mapping[str, Any] | None] = {"expression": "$<< secrets.TOKEN >>"}


class TestDelay(ExecutorConformance):
    """`delay` keeps the laws of all types."""

    executor = DelayExecutor
    good = ({"duration": "0s"}, {"duration": "10ms"}, {"duration": "1d"})
    wrong: ClassVar[Configs] = {
        "needs the key 'duration'": {},
        "write the unit": {"duration": 3},
        "expected a duration": {"duration": "-1s"},
    }
