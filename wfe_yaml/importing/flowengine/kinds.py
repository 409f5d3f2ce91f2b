"""How nodes become steps, for those that start nothing: requests, values, logs, pauses and branches."""

from __future__ import annotations

from typing import Any

from wfe_yaml.importing.flowengine.job import Job
from wfe_yaml.importing.flowengine.ports import Made, Source
from wfe_yaml.importing.reading import duration

_METHODS = ("GET", "POST", "PUT", "DELETE")


def http_request(job: Job) -> Made:
    """`http.request`: any status is an answer, and redirects are followed."""
    method = (job.text("method") or "GET").upper()
    if method not in _METHODS:
        job.refuse(f"FlowEngine knows no method {method!r}", "method")
        return Made(None)
    config: dict[str, Any] = {"method": method, "url": job.need("url").hole}
    headers = job.texts("headers")
    if headers:
        config["headers"] = headers
    if method in ("POST", "PUT"):
        body = job.source("body")
        if body is None and job.root:
            body = job.ask("body", type="any?", description="What is sent.")
        if body is not None:
            config["json" if body.structured else "body"] = body.hole
        if body is not None and body.guessed:
            message = "a body that is JSON is sent as JSON by FlowEngine; here it is sent as a text"
            hint = f"write  json: $<< {body.code} | fromjson >>  if it is always JSON"
            job.looker.leave(message, job.node.node.location, hint)
    config["expect_status"] = ["2xx", "3xx", "4xx", "5xx"]
    config["follow_redirects"] = True
    outputs = f"steps.{job.name}.outputs"
    ports = {
        "body": Source(f"{outputs}.body"),
        "status": Source(f"{outputs}.status"),
        "headers": Source(f"{outputs}.headers", structured=True),
    }
    return Made({"type": "http", "config": config}, ports)


def json_parse(job: Job) -> Made:
    """`transform.json_parse`."""
    step = {"type": "transform", "config": {"json_parse": job.need("json").hole}}
    return Made(step, {"parsed": _result(job, structured=True)})


def json_stringify(job: Job) -> Made:
    """`transform.json_stringify`: with an indent of two blanks."""
    value = job.need("value").value
    step = {"type": "transform", "config": {"json_stringify": f"$<< {value} >>", "indent": 2}}
    return Made(step, {"json": _result(job)})


def debug_log(job: Job) -> Made:
    """`debug.log`: its message, and all else that it is given."""
    message = job.source("message")
    if message is None and job.root:
        message = job.ask("message", type="any?", default="(no message)")
    lines = ["(no message)" if message is None else message.hole]
    for port in list(job.given):
        source = job.source(port)
        if source is not None:
            lines.append(f"{port}: {source.hole}")
    step = {"type": "log", "config": {"message": "\n".join(lines)}}
    return Made(step, {"message": Source('"(no message)"') if message is None else message})


def delay(job: Job) -> Made:
    """`time.delay`: what it is given goes on."""
    millis = job.number("delay_ms", least=0)
    step = {"type": "delay", "config": {"duration": duration((1000 if millis is None else millis) / 1000)}}
    ports = dict(job.given)
    job.given.clear()
    return Made(step, ports)


def branch(job: Job) -> Made:
    """`flow.branch`: a condition that the steps behind its ports have."""
    test = f"({job.need('condition').value}) == true"
    step = {"type": "transform", "config": {"expression": f"$<< {test} >>"}}
    payload = job.source("payload")
    if payload is None and job.root:
        payload = job.ask("payload", type="any?")
    holds = f"steps.{job.name}.outputs.result"
    gates = {"true_out": holds, "false_out": f"not {holds}"}
    payload = payload or Source("none")
    routed = Source(payload.code, structured=payload.structured, guessed=payload.guessed)
    return Made(step, dict.fromkeys(gates, routed), gates)


def merge(job: Job) -> Made:
    """`flow.merge`: a mapping of all that it is given; null stands for what did not come."""
    values = {port: source.optional for port, source in job.given.items()}
    job.given.clear()
    step = {"type": "transform", "config": {"expression": values}}
    return Made(step, {"merged": _result(job, structured=True)})


def _result(job: Job, *, structured: bool = False) -> Source:
    return Source(f"steps.{job.name}.outputs.result", structured=structured)
