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
_SOFT = {"continue_on_error": True}
"""The exit code of a command in a machine is a value over there, and no failure."""
_SHELL_ONLY = {"capture_stdout": True, "capture_stderr": True, "strip_trailing_newline": True}


def shell_exec(job: Job) -> Made:
    """`shell.exec`: a program with its arguments, or a text for a shell."""
    command, args = job.text("command"), job.words("args") or []
    if not command or not command.strip():
        job.refuse("shell.exec needs a `command`", "command")
        return Made(None)
    step: dict[str, Any] = {}
    if job.flag("shell", default=False):
        # Not our `sh`, which ends at the first command that fails.
        step["shell"] = "sh {0}"
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
        command=job.words("command", _in_quotes),
        env=job.texts("env"),
        volumes=job.words("volumes"),
        working_dir=job.text("workdir"),
        user=job.text("user"),
        network=job.text("network"),
        memory=job.text("memory_limit"),
        timeout=job.seconds("timeout"),
    )
    entrypoint = job.words("entrypoint", lambda text: [text])
    if entrypoint and entrypoint[0]:
        config["entrypoint"] = entrypoint[0]
        if entrypoint[1:]:
            job.refuse("FlowEngine uses the first word of `entrypoint` only: so does this", "entrypoint")
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
    if (job.text("io_mode") or "auto") == "wrapped":
        job.refuse("values go to the container plain, without their types", "io_mode")
    ports = _process_ports(job)
    ports |= {
        "json": {"output": Source(f"steps.{job.name}.stdout | fromjson", structured=True)},
        "text": {"output": ports["stdout"]},
    }.get(job.text("output_mode") or "auto", {})
    return Made({"type": "docker", "config": config, **_SOFT}, ports)


def _in_quotes(text: str) -> list[str]:
    """Split a text as FlowEngine does for containers: blanks separate, but not between double quotes."""
    words, quoted, escaped = [""], False, False
    for char in text:
        if escaped or (char not in '\\"' and (quoted or not char.isspace())):
            words[-1] += char
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif words[-1]:
            words.append("")
    return [word for word in words if word]


def _container_stdin(job: Job) -> Any:
    """Give what a container reads: all that it is given as JSON, or one text."""
    mode = job.text("stdin_mode") or "json"
    if mode in ("raw", "text"):
        return job.need("data").hole
    if mode not in ("json", "none"):
        job.refuse(f"FlowEngine knows no stdin_mode {mode!r}, and takes it for 'json'", "stdin_mode")
    given = dict(job.given)
    job.given.clear()
    return None if mode == "none" else {port: f"$<< {source.value} >>" for port, source in given.items()}


def zypi_exec(job: Job) -> Made:
    """`zypi.exec`: a command in a microVM; ports are files, or variables."""
    command = job.words("command")
    if not command:
        job.refuse("zypi.exec needs a `command`", "command")
        return Made(None)
    config = _microvm(job, default_timeout="5m")
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
    if job.node.retry is not None:
        job.refuse("a command that fails is tried again here, too; FlowEngine goes on with its exit code")
    return Made({"type": "zypi", "config": config, **_SOFT}, _microvm_ports(job))


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
    if mode not in ("dom", "text", "screenshot"):
        job.refuse(f"FlowEngine knows no mode {mode!r}, and takes it for 'dom'", "mode")
        mode = "dom"
    url, html = job.text("url"), job.text("html")
    if not url and not html:
        job.refuse("browser.render needs a `url` or `html`")
        return Made(None)
    if url and html:
        job.refuse("`html` is not used beside `url`, as in FlowEngine", "html")
    config: dict[str, Any] = {"url": url} if url else {"html": html}
    wait = job.number("wait_ms", least=0)
    config |= {"mode": mode, "wait": duration(1 if wait is None else wait / 1000)}
    config["timeout"] = job.seconds("timeout") or "30s"
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
