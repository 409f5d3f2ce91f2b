"""Hostile values through whole files: as inputs, and as outputs of an earlier step, with real shells."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.unit.wfe_yaml.test_injection import VALUES
from wfe_core.errors import WorkflowFailedError
from wfe_host import WorkflowHost
from wfe_yaml import YamlError, load_workflow
from wfe_yaml.errors import Code
from wfe_yaml.executors.base import Tools
from wfe_yaml.executors.processes import ProcessResult, ProcessSpec, Watch
from wfe_yaml.executors.supervised import SupervisedProcesses

SOURCES = ("inputs.v", "steps.make.outputs.x")

HEAD = """\
workflow:
  id: w
  inputs: {v: string}
  steps:
    - name: make
      outputs: {x: string}
      run: |
        printf '%s' '{"x": ' "$<< inputs.v | tojson >>" '}' >> "$WFE_OUTPUT"
"""

POSIX = r"""
show() { printf '%s\0' "$1" >> seen; }
show @@
show "@@"
show '@@'
show ""@@''
x=@@; show "$x"
export y=@@; unset y
within() { show @@; show "$1"; }; within "@@"
for i in @@; do show "$i"; done
case @@ in @@) show @@;; *) show no;; esac
case 'a'@@'b' in *"@@"*) show '@@';; *) show no;; esac
if [ @@ = "@@" ]; then show @@; fi
show "$(printf %s '@@'; echo .)"
( show @@ ); { show @@; }
show ${nope:-@@}
show "${nope:-@@}"
cat <<EOF >> seen
@@
EOF
printf '\0' >> seen
cat <<-EOF >> seen
	@@
	EOF
printf '\0' >> seen
printf %s @@ | cat >> seen; printf '\0' >> seen
show @@ # @@ $(touch PWNED)
"""

BASH = r"""
a=(@@ "@@"); show "${a[0]}"; show "${a[1]}"
function other { local it; show "@@"; }; other
if [[ @@ == "@@" && @@ == @@ ]]; then show @@; fi
if [[ x@@ =~ ^x"@@"$ ]]; then show '@@'; fi
cat <<< @@ >> seen; printf '\0' >> seen
cat <<< "@@" >> seen; printf '\0' >> seen
cat <(printf %s '@@') >> seen; printf '\0' >> seen
show "$(cat < <(printf %s @@); echo .)"
"""

SHORT = """
bash -c 'printf "%s\\0" "$1" >> seen' _ @@
env Y=@@ sh -c 'printf "%s\\0" "$Y" >> seen'
"""
"""Linux itself refuses arguments and variables of other programs of more than 128 KiB."""


class Recording(SupervisedProcesses):
    """Runs processes, and keeps what they were given."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: dict[str, set[bytes]] = {}

    async def run(self, spec: ProcessSpec, watch: Watch) -> ProcessResult:
        """Keep the script, and run it."""
        for name, content in spec.files.items():
            if name.endswith(".sh"):
                self.scripts.setdefault(name, set()).add(content)
        return await super().run(spec, watch)


def write(folder: Path, script: str, source: str, shell: str = "bash", more: str = "") -> Path:
    """Write a file whose second step is a script, in which `@@` stands for an expression."""
    lines = script.replace("@@", f"$<< {source} >>").strip("\n").splitlines()
    text = "".join(f"        {line}\n" for line in lines)
    file = folder / "w.yaml"
    file.write_text(f"{HEAD}    - name: use\n      shell: {shell}\n{more}      run: |\n{text}", "utf-8")
    return file


def left_in(folder: Path) -> list[str]:
    """Give the names of what is in a folder: PWNED is never among them."""
    return sorted(each.name for each in folder.iterdir())


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("shell", ["bash", "sh"])
async def test_values_are_printed_byte_for_byte(shell: str, source: str, tmp_path: Path) -> None:
    """In every context in which a value may stand it comes out as it went in, and no script knows it."""
    processes = Recording()
    tools = Tools(processes=processes, environ={"PATH": os.environ["PATH"]})
    script = POSIX + (BASH if shell == "bash" else "")
    loaded = [
        load_workflow(write(tmp_path, text, source, shell), tools=tools) for text in (script, script + SHORT)
    ]
    counts: dict[bool, int] = {}
    for number, value in enumerate(["plain", "p" * 150_000, *VALUES]):
        long = len(value) > 100_000
        folder = tmp_path / str(number)
        folder.mkdir()
        async with WorkflowHost.connect("memory://") as host:
            host.register(loaded[not long].definition)
            data = {"inputs": {"v": value}, "run": {"root": str(folder)}}
            handle = await host.start("w", data)
            await handle.result("60s")
        seen = (folder / "seen").read_bytes().decode("utf-8").split("\0")[:-1]
        wrong = [
            (place, text[:60])
            for place, text in enumerate(seen)
            if text not in (value, f"{value}\n", f"{value}.")
        ]
        assert not wrong, (value[:40], wrong)
        assert len(seen) == counts.setdefault(long, len(seen)), "a harmless value goes the same ways"
        assert left_in(folder) == ["seen"], value[:40]
    assert counts[False] == counts[True] + 2 > 20
    await processes.close()
    assert len(processes.scripts["make.sh"]) == 1
    assert len(processes.scripts["use.sh"]) == 2, "the script is the same for every value"


REFUSED = [
    "let 'n = '@@",
    "let n=@@",
    "echo ${a[@@]}",
    "a[@@]=1",
    "a=([@@]=1)",
    "[[ -v @@ ]]",
    "[ -v @@ ]",
    "test -v @@",
    "declare @@",
    "declare -i n=@@",
    "typeset @@=1",
    "f() { local @@; }",
    "read @@ < /dev/null",
    "printf -v @@ x",
    "unset @@",
    "echo $[ @@ ]",
    "echo ${x:@@}",
    "echo ${x:0:@@}",
    "eval @@",
    'eval "echo @@"',
    "eval 'echo @@'",
    "trap @@ EXIT",
    ". @@",
    "source @@",
    'bash -c "echo @@"',
    "bash -c 'echo @@'",
    "sh -ec @@",
    "env bash -c @@",
    "echo @@ | sh",
    "bash <<< @@",
    "bash <<EOF\necho @@\nEOF",
    "bash <(echo @@)",
    "echo $'@@'",
    'echo $"@@"',
    "echo `echo @@`",
    "echo \\@@",
    "cat <<'EOF'\n@@\nEOF",
    'cat <<"EOF"\n@@\nEOF',
    "cat <<@@\nx\n@@",
    "echo ${x#@@}",
    "echo ${@@}",
    "@@ x",
    "PATH=@@ ls",
    "export @@",
    "for @@ in a; do :; done",
    "awk @@",
    "python3 -c @@",
    "cat 3>&@@",
]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("script", REFUSED)
def test_where_a_value_could_be_code_the_file_is_refused(script: str, source: str, tmp_path: Path) -> None:
    """Nothing is run: the error stands at the expression, or at the construct, and names a way out."""
    file = write(tmp_path, script, source)
    with pytest.raises(YamlError) as caught:
        load_workflow(file)
    found = caught.value.problems[0]
    assert found.code in (Code.PLACEMENT, Code.SCRIPT)
    lines = file.read_text("utf-8").splitlines()
    first = next(number for number, line in enumerate(lines, 1) if f"<< {source} >>" in line and number > 9)
    assert found.location is not None
    assert first - 1 <= found.location.line <= len(lines)
    if found.code is Code.PLACEMENT:
        assert lines[found.location.line - 1][found.location.column - 1 :].startswith(f"$<< {source} >>")
    assert "env:" in str(found.hint)


COMPUTING = [
    "echo $(( @@ ))",
    "(( n = @@ ))",
    "for ((i=@@; i<1; i++)); do :; done",
    "[[ @@ -eq 1 ]]",
    "[[ 1 -gt @@ ]]",
    "[ @@ -lt 1 ]",
    "test 1 -ge @@",
    "echo $(( $(echo @@) ))",
]


@pytest.mark.parametrize("source", SOURCES)
async def test_where_bash_computes_every_other_value_is_refused(source: str, tmp_path: Path) -> None:
    """No value of the corpus is an integer: the step fails before a shell is started, at its place."""
    processes = Recording()
    tools = Tools(processes=processes, environ={"PATH": os.environ["PATH"]})
    for script in COMPUTING:
        definition = load_workflow(write(tmp_path, script, source), tools=tools).definition
        async with WorkflowHost.connect("memory://") as host:
            host.register(definition)
            for value in VALUES if script is COMPUTING[0] else VALUES[-11::5]:
                handle = await host.start("w", {"inputs": {"v": value}, "run": {"root": str(tmp_path)}})
                with pytest.raises(WorkflowFailedError, match=r"w\.yaml:12:\d+: error.*only an integer"):
                    await handle.result("60s")
    await processes.close()
    assert set(processes.scripts) == {"make.sh"}
    assert left_in(tmp_path) == ["w.yaml"]
