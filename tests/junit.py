"""What readers of JUnit reports ask for, written down from the schemas that they publish.

The sources: `junit-10.xsd` of the xUnit plugin of Jenkins, `surefire-test-report-3.0.xsd` of Surefire,
and the schema of Ant's reports. Where they differ the strictest counts: what all of them take is asked for.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

_ANY = r"(?s).*"
_SOME = r"(?s).+"
_COUNT = r"\d+"
_TIME = r"\d+\.\d{3}"
_MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"


@dataclass(frozen=True)
class _Element:
    """An element: its attributes with their forms, and the order of its children as a pattern of names."""

    required: dict[str, str] = field(default_factory=dict[str, str])
    optional: dict[str, str] = field(default_factory=dict[str, str])
    children: str = ""


_TROUBLE = _Element({"type": _SOME}, {"message": _ANY})
_COUNTS = {"tests": _COUNT, "failures": _COUNT, "errors": _COUNT, "time": _TIME}
_ELEMENTS = {
    "testsuites": _Element(optional={"name": _ANY, **_COUNTS}, children="(testsuite )*"),
    "testsuite": _Element(
        {"name": _SOME, "timestamp": _MOMENT, "hostname": _SOME, "id": _COUNT, "package": _SOME, **_COUNTS},
        {"skipped": _COUNT},
        "properties (testcase )*system-out system-err ",
    ),
    "properties": _Element(children="(property )*"),
    "property": _Element({"name": _SOME, "value": _ANY}),
    "testcase": _Element(
        {"name": _SOME, "classname": _SOME, "time": _TIME}, children="(skipped |error |failure )?"
    ),
    "skipped": _Element(optional={"message": _ANY}),
    "error": _TROUBLE,
    "failure": _TROUBLE,
    "system-out": _Element(),
    "system-err": _Element(),
}


def check(report: bytes) -> ET.Element:
    """Check a report, and that its counts are those of its cases; gives its root.

    Raises:
        AssertionError: a reader would not take it, or be told wrong numbers.
    """
    root = ET.fromstring(report)
    assert root.tag == "testsuites"
    for element in root.iter():
        _check(element)
    for suite in root.iter("testsuite"):
        cases = list(suite.iter("testcase"))
        names = Counter((case.get("classname"), case.get("name")) for case in cases)
        assert set(names.values()) <= {1}, f"cases of the same name: {names.most_common(3)}"
        told = {name: int(suite.get(name, "")) for name in ("tests", "failures", "errors", "skipped")}
        assert told == {
            "tests": len(cases),
            "failures": sum(case.find("failure") is not None for case in cases),
            "errors": sum(case.find("error") is not None for case in cases),
            "skipped": sum(case.find("skipped") is not None for case in cases),
        }
    for name in ("tests", "failures", "errors"):
        assert int(root.get(name, "")) == sum(int(suite.get(name, "")) for suite in root)
    return root


def _check(element: ET.Element) -> None:
    rules = _ELEMENTS[element.tag]
    forms = {**rules.required, **rules.optional}
    missing = set(rules.required) - set(element.attrib)
    assert not missing, f"{element.tag} has no {missing}"
    for name, value in element.attrib.items():
        assert name in forms, f"{element.tag} has {name}"
        assert re.fullmatch(forms[name], value), f"{element.tag} has {name}={value!r}"
    inside = "".join(f"{child.tag} " for child in element)
    assert re.fullmatch(rules.children, inside), f"{element.tag} has {inside}"
