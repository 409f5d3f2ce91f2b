"""How nodes become steps that start something: programs, containers, microVMs, browsers."""

from __future__ import annotations

import shlex
from typing import Any

from wfe_yaml.expressions.values import is_list
from wfe_yaml.importing.flowengine.job import Job
from wfe_yaml.importing.flowengine.ports import Made, Source
from wfe_yaml.importing.names import literal
from wfe_yaml.importing.reading import duration, plain

_ZYPI = "http://localhost:4000"
_IMAGE = "ubuntu:24.04"
_SCRIPT = "/tmp/script.py"  # noqa: S108 - it lies in a machine of its own
_SHELL_ONLY = {"capture_stdout": True, "capture_stderr": True, "strip_trailing_newline": True}


def shell_exec(job: Job) -> Made:
    """`shell.exec`: a program with its arguments, or a text for a shell."""
    command, args = job.text("command"), job.words("args") or []
    if not command or not command.strip():
        job.refuse("shell.exec needs a `command`", "command")
        return Made(None)
    step: dict[str, Any] = {}
    if job.flag("shell", default=False):
        step["shell"] = "sh"
        step["run"] = " ".join([command, *args])
    else:
        step["type"] = "shell"
        step["shell"] = {"argv": [command, *args]}
    config: dict[str, Any] = {}
    passed = job.words("env_passthrough")
    if passed:
        config["pass_env"] = passed
    stdin = job.source("stdin")
    if stdin is not None:
        config["stdin"] = stdin.hole
    if config and "run" in step:
        config["run"] = step.pop("run")
    if config:
        step["config"] = config
    step |= _given(
        env=job.texts("env"),
        working_dir=job.text("workdir"),
        timeout=job.seconds("timeout", "timeout_seconds"),
    )
    if not job.flag("fail_on_error", default=True):
        step["continue_on_error"] = True
    job.flag("stream_output", default=False)  # lines always show when they come
    for key, usual in _SHELL_ONLY.items():
        if job.flag(key, default=usual) is not usual:
            job.refuse(f"{key!r} has no counterpart: output is kept, without the end of its last line", key)
    return Made(step, _process_ports(job))


def docker_run(job: Job) -> Made:
    """`docker.run`, of both versions."""
    image = job.text("image")
    if not image:
        job.refuse("docker.run needs an `image`", "image")
        return Made(None)
    config: dict[str, Any] = {"image": image}
    config |= _given(
        command=job.words("command"),
        env=job.texts("env"),
        volumes=job.words("volumes"),
        working_dir=job.text("workdir"),
        user=job.text("user"),
        network=job.text("network"),
        memory=job.text("memory_limit"),
        timeout=job.seconds("timeout"),
    )
    entrypoint = job.words("entrypoint")
    if entrypoint:
        config["entrypoint"], more = entrypoint[0], entrypoint[1:]
        if more:
            config["command"] = [*more, *config.get("command", [])]
    cpus = job.text("cpu_limit")
    if cpus is not None:
        try:
            config["cpus"] = plain(float(cpus))
        except ValueError:
            job.refuse(f"{cpus!r} is no number of processors", "cpu_limit")
    if not job.flag("auto_pull", default=True):
        config["pull"] = "never"
    for key, usual in (("detached", False), ("remove", True)):
        if job.flag(key, default=usual) is not usual:
            config[key] = not usual
    stdin = _container_stdin(job)
    if stdin is not None:
        config["stdin"] = stdin
    job.text("output_mode")  # what comes out is text, whatever it says; the port 'output' tells of that
    if (job.text("io_mode") or "auto") == "wrapped":
        job.refuse("values go to the container plain, without their types", "io_mode")
    return Made({"type": "docker", "config": config}, _process_ports(job))


def _container_stdin(job: Job) -> Any:
    """Give what a container reads: all that it is given as JSON, or one text."""
    mode = job.text("stdin_mode") or "json"
    given = dict(job.given)
    job.given.clear()
    if mode == "none" or not given:
        return None
    if mode == "json":
        return {port: source.hole for port, source in given.items()}
    if mode not in ("raw", "text"):
        job.refuse(f"FlowEngine knows no stdin_mode {mode!r}", "stdin_mode")
        return None
    chosen = given.pop("data", None) or given.pop(next(iter(given)))
    job.given.update(given)
    return chosen.hole


def zypi_exec(job: Job) -> Made:
    """`zypi.exec`: a command in a microVM; ports are files, or variables."""
    command = job.words("command")
    if not command:
        job.refuse("zypi.exec needs a `command`", "command")
        return Made(None)
    config = _microvm(job)
    config["command"] = command
    job.source("session_id")
    if job.value("session_id") is not None:
        job.refuse("a microVM is new for each step: sessions have no counterpart", "session_id")
    files: Any = {}
    for port in list(job.given):
        if port.startswith("file:"):
            files[port.removeprefix("file:")] = job.given.pop(port).hole
    whole = job.source("files")
    if whole is not None and files:
        job.refuse("what is connected to 'files' is left out beside the files that have ports of their own")
    elif whole is not None:
        files = whole.hole
    config |= _given(files=files, env=_variables(job))
    return Made({"type": "zypi", "config": config}, _microvm_ports(job))


def api_call(job: Job) -> Made:
    """`api.call`: a Python script in a microVM, with packages that are installed before."""
    script = job.text("script")
    if not script:
        job.refuse("api.call needs a `script`", "script")
        return Made(None)
    config = _microvm(job, default_timeout="60s", default_memory=256)
    packages = job.value("packages")
    names: list[Any] = (
        packages.split(",") if isinstance(packages, str) else packages if is_list(packages) else []
    )
    wanted = [shlex.quote(str(name).strip()) for name in names if str(name).strip()]
    config["files"] = {_SCRIPT: script}
    if wanted:
        install = f"python3 -m pip install --quiet {' '.join(wanted)}"
        config["run"] = literal(f"{install}\nexec python3 {_SCRIPT}\n")
    else:
        config["command"] = ["/usr/bin/python3", _SCRIPT]
    job.text("name")  # a label of its log
    stdin = job.source("stdin")
    if stdin is not None:
        config["stdin"] = stdin.hole
    config |= _given(env=_variables(job))
    return Made({"type": "zypi", "config": config}, _microvm_ports(job))


def browser_render(job: Job) -> Made:
    """`browser.render`: by a browser of this machine."""
    mode = job.text("mode") or "screenshot"
    url, html = job.text("url"), job.text("html")
    if not url and not html:
        job.refuse("browser.render needs a `url` or `html`")
        return Made(None)
    config: dict[str, Any] = {"html": html} if html else {"url": url}
    wait = job.number("wait_ms")
    config |= {"mode": mode, "wait": duration(1 if wait is None else wait / 1000)}
    config |= _given(timeout=job.seconds("timeout"))
    outputs = f"steps.{job.name}.outputs"
    if mode == "screenshot":
        config["path"] = f"{job.name}.png"
        page = Source(f"steps.{job.name}.artifacts.screenshot")
    else:
        page = Source(f"{outputs}.{mode}")
    for key in ("zypi_url", "image", "memory_mb"):
        if job.value(key) is not None:
            job.refuse(f"{key!r} has no counterpart: the browser of this machine is used", key)
    ports = {"output": page, "stdout": page, "duration_ms": _millis(job)}
    return Made({"type": "browser", "config": config}, ports)


def _microvm(
    job: Job, *, default_timeout: str | None = None, default_memory: int | None = None
) -> dict[str, Any]:
    """Give what both kinds of microVMs have."""
    url = job.text("url") or job.text("zypi_url")
    memory, vcpus = job.number("memory_mb") or default_memory, job.number("vcpus")
    return {
        "image": job.text("image") or _IMAGE,
        **_given(
            url=None if url == _ZYPI else url,
            working_dir=job.text("workdir"),
            timeout=job.seconds("timeout") or default_timeout,
            memory_mb=plain(memory),
            vcpus=plain(vcpus),
        ),
    }


def _variables(job: Job) -> dict[str, str]:
    """Give the variables of the config, and what the other ports bring, as variables in capitals."""
    env = job.texts("env")
    for port, source in list(job.given.items()):
        env[port.upper()] = source.hole
    job.given.clear()
    return env


def _given(**values: Any) -> dict[str, Any]:
    """Leave out what is not given."""
    return {name: value for name, value in values.items() if value not in (None, {}, [])}


def _millis(job: Job) -> Source:
    return Source(f"steps.{job.name}.duration * 1000")


def _process_ports(job: Job) -> dict[str, Source]:
    step = f"steps.{job.name}"
    return {
        "output": Source(f"{step}.stdout", guessed=True),
        "stdout": Source(f"{step}.stdout"),
        "stderr": Source(f"{step}.stderr"),
        "exit_code": Source(f"{step}.exit_code"),
        "success": Source(f"{step}.success"),
    }


def _microvm_ports(job: Job) -> dict[str, Source]:
    return {**_process_ports(job), "duration_ms": _millis(job)}
