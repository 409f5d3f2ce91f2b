"""The built-in types of steps as functions that make step bodies for the builder."""

from __future__ import annotations

from wfe_yaml.executors.bodies import ExecutorStep, takes
from wfe_yaml.executors.types.browser import BrowserConfig, BrowserExecutor
from wfe_yaml.executors.types.delay import DelayConfig, DelayExecutor
from wfe_yaml.executors.types.deno import DenoConfig, DenoExecutor
from wfe_yaml.executors.types.docker import DockerConfig, DockerExecutor
from wfe_yaml.executors.types.http import HttpConfig, HttpExecutor
from wfe_yaml.executors.types.log import LogConfig, LogExecutor
from wfe_yaml.executors.types.python import PythonConfig, PythonExecutor
from wfe_yaml.executors.types.transform import TransformConfig, TransformExecutor
from wfe_yaml.executors.types.zypi import ZypiConfig, ZypiExecutor


@takes(BrowserConfig)
def browser(config: BrowserConfig) -> ExecutorStep[BrowserConfig]:
    """Take the text, the document or a picture of a page."""
    return ExecutorStep(BrowserExecutor, config)


@takes(DelayConfig)
def delay(config: DelayConfig) -> ExecutorStep[DelayConfig]:
    """Pause durably."""
    return ExecutorStep(DelayExecutor, config)


@takes(DenoConfig)
def deno(config: DenoConfig) -> ExecutorStep[DenoConfig]:
    """Run TypeScript or JavaScript with Deno."""
    return ExecutorStep(DenoExecutor, config)


@takes(DockerConfig)
def docker(config: DockerConfig) -> ExecutorStep[DockerConfig]:
    """Run a program in a container."""
    return ExecutorStep(DockerExecutor, config)


@takes(HttpConfig)
def http(config: HttpConfig) -> ExecutorStep[HttpConfig]:
    """Send a request."""
    return ExecutorStep(HttpExecutor, config)


@takes(LogConfig)
def log(config: LogConfig) -> ExecutorStep[LogConfig]:
    """Say something."""
    return ExecutorStep(LogExecutor, config)


@takes(PythonConfig)
def python(config: PythonConfig) -> ExecutorStep[PythonConfig]:
    """Run Python in a process of its own."""
    return ExecutorStep(PythonExecutor, config)


@takes(TransformConfig)
def transform(config: TransformConfig) -> ExecutorStep[TransformConfig]:
    """Compute a value."""
    return ExecutorStep(TransformExecutor, config)


@takes(ZypiConfig)
def zypi(config: ZypiConfig) -> ExecutorStep[ZypiConfig]:
    """Run a command in a microVM of Zypi."""
    return ExecutorStep(ZypiExecutor, config)
