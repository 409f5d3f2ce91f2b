"""An example for every key of the language, for the reference page; a test reads each of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A key as it is written in a file.

    Attributes:
        shown: the line that people see.
        beside: what else must be in the mapping, in a line of its own, for the key to make sense.
    """

    shown: str
    beside: str = ""


_RUN = "run: make"
_STEPS = "steps: [{name: a, run: make}]"
_INSIDE = "[{name: unit, run: make unit}, {name: lint, run: make lint}]"
_PROCESS: dict[str, str] = {
    "env": "env: {COLOUR: always}",
    "working_dir": "working_dir: backend",
    "timeout": "timeout: 90s",
    "on_orphan": "on_orphan: kill",
}


def _plain(beside: str = "", /, **lines: str) -> dict[str, Example]:
    """Make examples of lines by key, all beside the same."""
    return {word.rstrip("_"): Example(line, beside) for word, line in lines.items()}


RECORDS: dict[str, dict[str, Example]] = {
    "file": _plain(
        "workflow: {id: w, steps: [{name: a, run: make}]}",
        include="include: [shared/templates.yaml]",
        vars="vars: {region: eu-1, replicas: 3}",
        templates="templates: {tested: {run: make test, timeout: 10m}}",
    )
    | _plain(
        workflow="workflow: {id: build, steps: [{name: all, run: make}]}",
        workflows="workflows: [{id: main, steps: [{name: x, workflow: part}]}, "
        "{id: part, steps: [{name: y, run: make}]}]",
    ),
    "workflow": _plain(
        f"id: build\n{_STEPS}",
        extends="extends: team",
        version="version: 2",
        description="description: Builds and publishes the image",
        inputs="inputs: {ref: string, publish: {type: bool, default: false}}",
        outputs="outputs: {how: $<< steps.a.status >>}",
        secrets="secrets: [REGISTRY_TOKEN]",
        env='env: {PIP_NO_INPUT: "1"}',
        defaults="defaults: {shell: bash, timeout: 20m}",
        services="services: {db: {image: 'postgres:16', ports: [5432]}}",
        timeout="timeout: 2h",
        max_parallel="max_parallel: 4",
        on_error="on_error: continue",
        on_success="on_success: {run: echo done}",
        on_failure="on_failure: {run: 'echo \"$<< step.error >>\"'}",
        on_abort="on_abort: {run: ./release-locks}",
        ensure="ensure: {run: rm -rf .tmp}",
    )
    | {"id": Example("id: build", _STEPS), "steps": Example(f"steps: {_INSIDE}", "id: build")},
    "step": _plain(
        _RUN,
        extends="extends: tested",
        description="description: Builds the image",
        env="env: {COLOUR: always}",
        working_dir="working_dir: backend",
        secrets="secrets: [REGISTRY_TOKEN]",
        timeout="timeout: 10m",
        retry="retry: {max_attempts: 3, interval: 5s, on: [timeout, 137]}",
        error_behavior="error_behavior: {type: retry, interval: 10s, max_retries: 2}",
        when="when: $<< inputs.publish >>",
        outputs="outputs: {image: string, size: {type: int, min: 1}}",
        inputs="inputs: {target: $<< inputs.ref | upper >>}",
        artifacts="artifacts: {report: {path: out/report.xml}}",
        services="services: {db: {image: 'postgres:16', ports: [5432]}}",
        idempotent="idempotent: false",
        continue_on_error="continue_on_error: true",
        compensate="compensate: {run: make undo}",
        cache="cache: {key: linux, paths: [dist/**], ttl: 7d}",
        sources="sources: [src/**/*.c, Makefile]",
        generates="generates: [build/app]",
        on_success="on_success: {run: echo fine}",
        on_failure="on_failure: {run: 'echo \"exit code $<< step.exit_code >>\"'}",
        on_abort="on_abort: {run: ./unlock}",
        ensure="ensure: {run: rm -rf .tmp, timeout: 1m}",
        matrix="matrix: {py: ['3.11', '3.12'], os: [linux, mac], exclude: [{py: '3.11', os: mac}]}",
    )
    | _plain(
        name="name: build",
        run="run: make && make install",
        steps=f"steps: {_INSIDE}",
        parallel=f"parallel: {_INSIDE}",
        dag="dag: [{name: a, run: make a}, {name: b, needs: [a], run: make b}]",
        saga="saga: [{name: book, run: ./book, compensate: {run: ./unbook}}, {name: pay, run: ./pay}]",
        wait_for="wait_for: {event: payment, key: $<< inputs.ref >>, timeout: 2d}",
        delay="delay: 10m",
        approval="approval: {prompt: 'Ship $<< inputs.ref >>?', timeout: 1d}",
        workflow="workflow: part",
    )
    | {
        "shell": Example("shell: sh", _RUN),
        "type": Example("type: log", "config: {message: hello}"),
        "config": Example("config: {message: hello, level: warning}", "type: log"),
        "allow_raw": Example("allow_raw: true", "run: make $<< raw(inputs.ref) >>"),
        "needs": Example("needs: [before]", _RUN),
        "for_each": Example(
            "for_each: $<< inputs.targets >>", "steps: [{name: a, run: './push $<< item >>'}]"
        ),
        "while": Example("while: $<< index < 3 >>", _STEPS),
        "max_iterations": Example("max_iterations: 20", f"while: $<< index < 30 >>\n{_STEPS}"),
        "if": Example("if: $<< inputs.publish >>", "then: [{name: a, run: make}]"),
        "then": Example("then: [{name: push, run: ./push}]", "if: $<< inputs.publish >>"),
        "else": Example(
            "else: [{name: keep, run: ./keep}]", "if: $<< inputs.publish >>\nthen: [{name: a, run: make}]"
        ),
        "on_error": Example("on_error: continue", "saga: [{name: a, run: make}]"),
        "max_parallel": Example("max_parallel: 2", f"parallel: {_INSIDE}"),
        "fail_fast": Example("fail_fast: false", f"parallel: {_INSIDE}"),
        "with": Example("with: {count: 3}", "workflow: part"),
        "schedule": Example("schedule: {every: 1m}", _STEPS),
    },
    "input": _plain(
        type="type: list<string>",
        description="description: What is built",
        enum="enum: [debug, release]",
        pattern='pattern: "v[0-9.]+"',
        default="default: main",
        required="required: true",
    )
    | _plain("type: int", min="min: 1", max="max: 100"),
    "defaults": _plain(timeout="timeout: 20m", working_dir="working_dir: app")
    | {"shell": Example("shell: bash")},
    "service": _plain(
        "image: postgres:16",
        command="command: [postgres, -c, fsync=off]",
        ports="ports: [5432]",
        env="env: {POSTGRES_PASSWORD: test}",
        volumes="volumes: ['./seed:/seed:ro']",
        readiness="readiness: {run: pg_isready}",
    )
    | _plain(image="image: postgres:16"),
    "readiness": _plain(
        run="run: pg_isready", port="port: 5432", log="log: ready to accept", healthy="healthy: true"
    )
    | _plain("port: 5432", timeout="timeout: 1m", interval="interval: 500ms"),
    "retry": _plain(
        max_attempts="max_attempts: 5",
        interval="interval: 5s",
        backoff="backoff: 2",
        max_interval="max_interval: 1m",
        jitter="jitter: 0.1",
        on="on: [timeout, 75, 137]",
    ),
    "errorbehavior": _plain(type="type: suspend")
    | _plain("type: retry", interval="interval: 10s", max_retries="max_retries: 3"),
    "output": _plain(
        type="type: map<int>",
        description="description: The digest of the image",
        enum="enum: [red, green]",
        pattern='pattern: "sha256:.*"',
    )
    | _plain("type: number", min="min: 0", max="max: 1"),
    "artifact": _plain(path="path: out/**/*.xml") | _plain("path: out", keep="keep: 14d"),
    "cache": _plain(key="key: $<< inputs.ref >>", paths="paths: [dist/**]", ttl="ttl: 7d"),
    "wait": _plain(event="event: payment")
    | _plain("event: payment", key="key: $<< inputs.ref >>", timeout="timeout: 2d"),
    "approval": _plain(prompt="prompt: Ship it?") | _plain("prompt: Ship it?", timeout="timeout: 1d"),
    "schedule": _plain(after="after: 5m", every="every: 30s")
    | _plain("every: 30s", until="until: $<< index == 9 >>"),
    "shell": _plain(
        _RUN,
        **_PROCESS,
        inherit_env="inherit_env: true",
        stdin="stdin: $<< inputs.targets | tojson >>",
        tty="tty: true",
        stop_signal="stop_signal: SIGINT",
        grace="grace: 30s",
    )
    | _plain(run="run: make", file="file: scripts/build.sh")
    | {
        "shell": Example("shell: python", _RUN),
        "pass_env": Example("pass_env: [SSH_AUTH_SOCK]", _RUN),
    },
}
"""Examples of the keys of records, by the name of the record."""

CONFIGS: dict[str, dict[str, Example]] = {
    "browser": _plain(
        "url: https://example.com",
        **_PROCESS,
        mode="mode: dom",
        wait="wait: 2s",
        expect_status="expect_status: 404",
        width="width: 1280",
        height="height: 720",
        memory="memory: 2g",
        sandbox="sandbox: false",
        browser="browser: chromium",
    )
    | _plain("url: https://example.com\nmode: screenshot", path="path: out/page.png")
    | _plain("url: https://example.com\nmode: screenshot\npath: out/page.png", full_page="full_page: true")
    | _plain(url="url: https://example.com", html="html: <h1>hello</h1>")
    | _plain("url: https://example.com\nimage: chromium:1", in_="in: docker")
    | _plain("url: https://example.com\nin: docker", image="image: chromium:1")
    | _plain(
        "url: https://example.com\nin: docker\nimage: chromium:1",
        engine="engine: podman",
        network="network: none",
        pull="pull: never",
    )
    | _plain(
        "url: https://example.com\nin: zypi\nimage: chromium:1",
        vcpus="vcpus: 2",
        boot="boot: 60s",
        zypi_url="zypi_url: http://zypi.internal:4000",
    ),
    "delay": _plain(duration="duration: 10m"),
    "deno": _plain(
        "script: Wfe.log(1)",
        **_PROCESS,
        permissions="permissions: {net: [api.example.com], read: [data]}",
        modules="modules: {lib: ./lib.ts}",
        memory="memory: 256m",
    )
    | _plain(
        script="script: Wfe.setOutput('n', Wfe.getData('inputs.ref').length)", file="file: scripts/a.ts"
    ),
    "docker": _plain(
        "image: python:3.12",
        **{**_PROCESS, "working_dir": "working_dir: /app"},
        command="command: [python, -c, print(1)]",
        run="run: pip install . && pytest",
        entrypoint="entrypoint: /bin/bash",
        volumes="volumes: ['./data:/data:ro']",
        user="user: '1000'",
        network="network: none",
        cpus="cpus: 1.5",
        memory="memory: 512m",
        pull="pull: always",
        platform="platform: linux/amd64",
        stdin="stdin: text",
        output="output: json",
        detached="detached: true",
        remove="remove: false",
        engine="engine: podman",
        grace="grace: 30s",
    )
    | _plain(image="image: python:3.12"),
    "http": _plain(
        "url: https://example.com/items",
        method="method: PUT",
        headers="headers: {Authorization: 'Bearer $<< secrets.REGISTRY_TOKEN >>'}",
        query="query: {page: 2, tag: [a, b]}",
        json="json: {ref: $<< inputs.ref >>}",
        body="body: plain text",
        expect_status="expect_status: [2xx, 404]",
        timeout="timeout: 10s",
        follow_redirects="follow_redirects: true",
        ca="ca: certs/internal.pem",
        max_body="max_body: 10m",
        idempotency_header="idempotency_header: X-Request-Id",
    )
    | _plain(url="url: https://example.com/items/$<< inputs.ref >>"),
    "log": _plain(message="message: building $<< inputs.ref >>")
    | _plain("message: careful", level="level: warning"),
    "python": _plain(
        "script: print(1)",
        **_PROCESS,
        with_="with: {ref: $<< inputs.ref >>}",
        python="python: .venv/bin/python",
        memory="memory: 1g",
        grace="grace: 30s",
    )
    | _plain(
        script="script: Wfe.set_output('n', 3)",
        file="file: scripts/report.py",
        call='call: "shop.orders:total"',
    ),
    "transform": _plain(
        expression="expression: {names: $<< inputs.targets >>, count: $<< inputs.targets | length >>}",
        json_parse="json_parse: '[1, 2]'",
        json_stringify="json_stringify: {a: 1}",
    )
    | _plain("json_stringify: {a: 1}", indent="indent: 2"),
    "zypi": _plain(
        "image: python:3.12\nrun: python -V",
        **{**_PROCESS, "working_dir": "working_dir: /tmp"},
        url="url: http://zypi.internal:4000",
        boot="boot: 60s",
        memory_mb="memory_mb: 512",
        vcpus="vcpus: 2",
        files="files: {/tmp/in.txt: $<< inputs.ref >>}",
        stdin="stdin: $<< inputs.ref >>",
    )
    | _plain("run: python -V", image="image: python:3.12")
    | _plain("image: python:3.12", command="command: [python, -V]", run="run: python -V"),
}
"""Examples of the keys of configs, by the type of step."""
