from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfe_yaml import YamlError, load_workflow_from_str
from wfe_yaml.expressions.evaluator import compile_expression
from wfe_yaml.expressions.parsing import ExpressionError
from wfe_yaml.expressions.values import EvaluationError, Missing


class Given:
    """Names with fixed values."""

    def __init__(self, **values: Any) -> None:
        self._values = values

    def root(self, name: str) -> Any:
        """Give a value, or say that it is missing."""
        return self._values.get(name, Missing(f"no {name}"))


NAMES = Given(
    inputs={
        "x": 5,
        "s": "ab",
        "items": [1, 2, 3],
        "keys": "own",
        "nothing": None,
        "map": {"a": 1},
        "zero": 0,
    },
    yes=True,
)


def value_of(code: str) -> Any:
    """The value of an expression."""
    return compile_expression(code).evaluate(NAMES)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("inputs.x", 5),
        ("inputs['x']", 5),
        ("inputs.items", [1, 2, 3]),
        ("inputs.keys", "own"),
        ("inputs.items[0] + inputs.items[-1]", 4),
        ("inputs.items[1:]", [2, 3]),
        ("inputs.s[0]", "a"),
        ("inputs.s ~ 1 ~ yes ~ inputs.nothing", "ab1true"),
        ("'a' + 'b'", "ab"),
        ("[1] + [2]", [1, 2]),
        ("{'a': {'b': 1}}", {"a": {"b": 1}}),
        ("(1, 2)", [1, 2]),
        ("7 // 2 * 2 - 1 % 2", 5),
        ("-inputs.x", -5),
        ("1 / 4", 0.25),
        ("inputs.x == 5.0", True),
        ("yes == 1", False),
        ("[true] == [1]", False),
        ("1 < 2 < 3", True),
        ("2 in inputs.items and 'a' in inputs.s and 'a' in inputs.map", True),
        ("4 not in inputs.items", True),
        ("not yes or inputs.zero", 0),
        ("'a' if yes else 'b'", "a"),
        ("'a' if not yes", None),
        ("inputs.nope | default('d')", "d"),
        ("inputs.nothing | default('d')", "d"),
        ("inputs.zero | default(1, true)", 1),
        ("inputs.nope is defined", False),
        ("inputs.x is defined and inputs.nope is undefined", True),
        ("inputs.s is string and inputs.x is number and inputs.items is sequence", True),
        ("inputs.s | upper | replace('A', 'x')", "xB"),
        ("' a,b ' | trim | split(',') | join('-')", "a-b"),
        ("inputs.items | map", None),
        ("'[1, {\"a\": null}]' | fromjson", [1, {"a": None}]),
        ("['{', '2', 'null'][0] | fromjson('none')", "none"),
        ("'null' | fromjson('none')", None),
        ("inputs.map | tojson", '{"a":1}'),
        ("inputs.items | sort(reverse=true) | first", 3),
        ("inputs.items | sum + (inputs.items | length)", 9),
        ("max(inputs.items) - min(1, 2)", 2),
        ("range(3) | join", "012"),
        ("'12' | int + '1.5' | float", 13.5),
        ("'yes' | bool", True),
        ("1.25 | round(1)", 1.2),
        ("['b', 'a', 'b'] | unique | sort | join", "ab"),
        ("+inputs.x", 5),
        ("true | int", 1),
        ("2.7 | int", 2),
        ("2.5 | round", 2),
        ("-3 | abs", 3),
        ("inputs.map | values", [1]),
        ("inputs.map | keys", ["a"]),
        ("'abc' | reverse ~ ([1, 2] | reverse | join)", "cba21"),
        ("'abc' | last ~ ('a' | capitalize)", "cA"),
        ("inputs.map == {'a': 1.0}", True),
        ("inputs.items is containing(2) and 'abc' is endingwith('c')", True),
        ("inputs.nothing is none and yes is true and not yes is false and 1 is integer", True),
        ("inputs.map is mapping and yes is boolean and '' is empty and contains('ab', 'a')", True),
        ("len(inputs.items)", 3),
        ("inputs.nothing is empty", True),
        ("range(1, 10, 4)", [1, 5, 9]),
        ("'/a/b.txt' | basename ~ ('/a/b.txt' | dirname)", "b.txt/a"),
        ("'main' is startingwith('ma') and [] is empty", True),
    ],
)
def test_expressions_have_jinjas_syntax_and_json_values(code: str, value: object) -> None:
    """Jinja's grammar, JSON's values and equality; a key of a mapping always wins over a method of it."""
    if value is None and "map" in code:
        with pytest.raises(ExpressionError):
            value_of(code)
        return
    found = value_of(code)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "code",
    [
        "inputs.s.upper()",
        "inputs.__class__",
        "inputs['s'].__class__.__mro__",
        "inputs.s.format(1)",
        "''.join",
        "lipsum()",
        "cycler()",
        "namespace(a=1)",
        "self",
        "range.__globals__",
        "inputs | attr('x')",
        "9 ** 9 ** 9",
        "inputs.items[::2]",
        "range(*[1])",
        "range(**{})",
        "inputs.x is callable",
        "(lambda: 1)()",
        "inputs.s | format(1)",
        "inputs.items | map(attribute='__class__')",
    ],
)
def test_what_is_not_in_the_tables_cannot_be_written(code: str) -> None:
    """No method, no private attribute, no function or filter beyond the tables, no power, no star."""
    with pytest.raises((ExpressionError, EvaluationError)):
        value_of(code)


@pytest.mark.parametrize(
    ("code", "start", "message"),
    [
        ("inputs.x +", 9, "unexpected end"),
        ("", 0, "empty"),
        ("  ", 0, "empty"),
        ("a b", 2, "'b'"),
        ("a @ b", 2, "'@'"),
        ("inputs.s | uper", 11, "no filter 'uper'"),
        ("inputs.s is strin", 12, "no test 'strin'"),
        ("mx(1)", 0, "no function 'mx'"),
        ("inputs.x is defined(1)", 12, "takes no arguments"),
        ("(1", 1, "')'"),
        ("1" * 5000, 0, "too long"),
        ("1e999", 0, "finite"),
        ("x" * 9000, 0, "longer"),
        ("(" * 500 + "1" + ")" * 500, 0, "nested"),
        ("-" * 2000 + "1", 0, "nested"),
        ("a" + ".a" * 200, 0, "nested"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(code: str, start: int, message: str) -> None:
    """Each syntax error has an offset in the expression and plain words."""
    with pytest.raises(ExpressionError) as caught:
        compile_expression(code)
    assert message in str(caught.value)
    assert caught.value.start == start


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("inputs.itms", "did you mean 'items'"),
        ("inputs.nope", "it has: x, s, items"),
        ("inputs.nope or 1", "has no 'nope'"),
        ("inputs.items[9]", "has 3 items"),
        ("inputs.s.a", "is a text"),
        ("unknown", "no unknown"),
        ("1 / 0", "division by zero"),
        ("'a' + 1", "'~' joins"),
        ("'a' * 3", "cannot multiply a text"),
        ("inputs.s < 1", "cannot compare"),
        ("'x' | int", "no whole number"),
        ("[] | first", "empty list"),
        ("range(1000000)", "more than"),
        ("'nan' | float | round", "finite"),
        ("('a' * 1) | length", "multiply"),
        ("range(2, 'a')", "a text"),
        ("{1: 2}", "must be a text"),
        ("[inputs.nope]", "has no 'nope'"),
        ("inputs.s | join", "works on a list"),
        ("inputs.s | replace('', 'x')", "to look for"),
        ("[1, 'a'] | sort", "only"),
        ("'{' | fromjson", "not JSON"),
        ("'[NaN]' | fromjson", "not JSON"),
        ("1 | length", "works on a text, a list or a mapping"),
        ("1 | upper", "works on a text"),
        ("1 | keys", "works on a mapping"),
        ("'a' | split('')", "at least one character"),
        ("'x' | float", "is no number"),
        ("'maybe' | bool", "neither true nor false"),
        ("[] | max", "empty list"),
        ("[1, 'a'] | min", "only"),
        ("range()", "one to three"),
        ("range(1, 2, 0)", "one to three"),
        ("inputs.items['a']", "is a list"),
        ("inputs.map[0]", "its keys are texts"),
        ("inputs.x[1:]", "can be sliced"),
        ("inputs.items['a':]", "from number to number"),
        ("inputs.items[0].a", "is a number"),
        ("-inputs.s", "cannot negate"),
        ("1 in 2", "works on a list"),
    ],
)
def test_a_value_that_is_not_there_says_why(code: str, message: str) -> None:
    """Missing names are errors (strict), with what is there; so is every operation that makes no sense."""
    with pytest.raises(EvaluationError, match=message.replace("(", r"\(")):
        value_of(code)


def test_texts_cannot_grow_without_bound() -> None:
    """Doubling a text again and again stops at a mebibyte, before it is made."""
    grown = "'" + "a" * 1000 + "'"
    with pytest.raises(EvaluationError, match="longer than"):
        value_of(f"({grown} | replace('a', {grown})) | replace('a', {grown})")
    with pytest.raises(EvaluationError, match="longer than"):
        value_of("range(100000) | join('" + "x" * 100 + "')")


def test_paths_tell_what_an_expression_uses_and_where() -> None:
    """Every name with its attributes is known, with its place, before anything is evaluated."""
    compiled = compile_expression("steps.build.outputs.image ~ inputs['x'] ~ inputs.items[inputs.n]")
    assert [path.parts for path in compiled.paths] == [
        ("steps", "build", "outputs", "image"),
        ("inputs", "x"),
        ("inputs", "n"),
        ("inputs", "items", None),
    ] or {path.parts for path in compiled.paths} == {
        ("steps", "build", "outputs", "image"),
        ("inputs", "x"),
        ("inputs", "n"),
        ("inputs", "items", None),
    }
    assert compiled.code[compiled.paths[0].start : compiled.paths[0].end] == "steps.build.outputs.image"


def test_the_same_expression_is_compiled_once() -> None:
    """Compiling costs half a millisecond; a loop over the same text pays it once."""
    assert compile_expression("inputs.x + 1") is compile_expression("inputs.x + 1")


@given(st.text(alphabet="ab.|()[]{}'\"+-*/~<>=, 01:_", max_size=30))
def test_any_text_is_compiled_or_refused(code: str) -> None:
    """Whatever is written, the outcome is a value or one of the two errors."""
    try:
        value_of(code)
    except (ExpressionError, EvaluationError) as exc:
        assert str(exc)  # noqa: PT017 - either outcome is fine


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("inputs.n + 1", "cannot add a text and a number"),
        ("1 + inputs.n", "cannot add a number and a text"),
        ("inputs.l + 1", "cannot add a list and a number"),
        ("inputs.i < 'a'", "cannot compare a number and a text"),
        ("1 < inputs.i < inputs.n", "cannot compare a number and a text"),
        ("inputs.b * 2", "cannot multiply a boolean"),
        ("inputs.i - 'x'", "cannot subtract a text"),
        ("inputs['n'] // 2", "cannot divide a text"),
        ("inputs.i | replace('a')", "missing a required argument: 'new'"),
        ("inputs.n | upper(3)", "too many positional arguments"),
        ("len()", "len(): missing a required argument"),
        ("inputs.n is startingwith", "missing a required argument: 'part'"),
    ],
)
def test_what_cannot_have_a_value_is_found_when_the_file_is_read(code: str, message: str) -> None:
    """Operators on declared types that do not go together, and calls with a wrong number of arguments."""
    with pytest.raises(YamlError, match=re.escape(message)):
        load_workflow_from_str(_typed(code))


@pytest.mark.parametrize(
    "code",
    ["inputs.n ~ 1", "inputs.n | int + 1", "inputs.o + 1", "inputs.n + 'x'", "inputs.l + [1]",
     "inputs.i * 2.5",
     "inputs.n < 'a'", "inputs.i >= 1", "inputs.a + 1", "(inputs.n if inputs.b else 3) + 1"],
)  # fmt: skip
def test_what_may_have_a_value_is_let_through(code: str) -> None:
    """Types that fit, and all that is not known before the run: `any`, optional values, computed ones."""
    load_workflow_from_str(_typed(code))


def _typed(code: str) -> str:
    inputs = '{n: string, i: int, o: "string?", l: "list<int>", b: bool, a: any}'
    return f'workflow: {{id: w, inputs: {inputs}, steps: [{{name: s, run: "echo $<< {code} >>"}}]}}'
