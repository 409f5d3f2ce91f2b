# ruff: noqa: E501 - a table of scripts reads better in one line each
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.counting import calls
from wfe_yaml.errors import Code
from wfe_yaml.expressions.shell.placement import Script, place
from wfe_yaml.expressions.templates import Template
from wfe_yaml.source.nodes import Scalar
from wfe_yaml.source.problems import Problems
from wfe_yaml.source.text import SourceText


def placed(script: str, *, arrays: bool = True) -> tuple[Script | None, Problems]:
    """Place a script in which `@@` stands for an expression."""
    text = script.replace("@@", "$<< inputs.x >>")
    problems = Problems()
    template = Template.read(Scalar(SourceText("t", text), 0, len(text), 1, text, text), problems)
    return place(template, problems, arrays=arrays), problems


def shown(script: Script) -> str:
    """The script, with the references shortened to what the tables below call them."""
    text = script.text
    for number, item in enumerate(script.placed):
        kind = "I" if item.integer else "W" if item.words else "V"
        text = text.replace(f"__WFE_{number}}}", f"{kind}}}").replace(f"__WFE_{number}[@]", kind)
    return text


ALLOWED = [
    ("echo @@", 'echo "${W}"'),
    ("echo a@@b", 'echo a"${V}"b'),
    ('echo "@@"', 'echo "${V}"'),
    ("echo '@@'", "echo ''\"${V}\"''"),
    ('echo "it\'s @@"', 'echo "it\'s ${V}"'),
    ("cat <<EOF\n'@@' \"@@\"\nEOF", "cat <<EOF\n'${V}' \"${V}\"\nEOF"),
    ("cat <<-EOF\n\t@@\n\tEOF\necho @@", 'cat <<-EOF\n\t${V}\n\tEOF\necho "${W}"'),
    ("cat <<A <<B\n@@\nA\n@@\nB", "cat <<A <<B\n${V}\nA\n${V}\nB"),
    ("cat <<E\nx\\\nE\n@@\nE", "cat <<E\nx\\\nE\n${V}\nE"),
    ("x=$(cat <<E\n@@\nE\n)", "x=$(cat <<E\n${V}\nE\n)"),
    ("echo $(( @@ + 1 ))", "echo $(( ${I} + 1 ))"),
    ("(( n = @@ ))", "(( n = ${I} ))"),
    ("for ((i=0;i<@@;i++)); do :; done", "for ((i=0;i<${I};i++)); do :; done"),
    ("echo $(( $(cat @@) + 1 ))", 'echo $(( $(cat "${I}") + 1 ))'),
    ('echo ${x:-@@} "${x-@@}"', 'echo ${x:-"${V}"} "${x-${V}}"'),
    ('echo "${x:-it\'s} @@"', 'echo "${x:-it\'s} ${V}"'),
    ("echo \"${x#'}'} @@\"", "echo \"${x#'}'} ${V}\""),
    (
        'echo "${a[@]}" ${#a[@]} ${!p*} ${x//a/b} ${x:1:2} @@',
        'echo "${a[@]}" ${#a[@]} ${!p*} ${x//a/b} ${x:1:2} "${W}"',
    ),
    ('echo "$(echo "$(echo @@)")"', 'echo "$(echo "$(echo "${W}")")"'),
    ("if [ -n @@ ]; then echo; fi", 'if [ -n "${V}" ]; then echo; fi'),
    ('[ "@@" = a ] || [ @@ -gt 3 ] || [ ! -f @@ ]', '[ "${V}" = a ] || [ "${I}" -gt 3 ] || [ ! -f "${V}" ]'),
    ("[[ @@ == a && ( -n $x || @@ -lt 2 ) ]]", '[[ "${V}" == a && ( -n $x || "${I}" -lt 2 ) ]]'),
    ("[[ a =~ ^(@@|b)$ ]]", '[[ a =~ ^("${V}"|b)$ ]]'),
    (
        "case @@ in a|@@) echo @@;; (*) :;; esac; echo @@",
        'case "${V}" in a|"${V}") echo "${W}";; (*) :;; esac; echo "${W}"',
    ),
    ("for f in @@ b; do echo $f; done", 'for f in "${W}" b; do echo $f; done'),
    ("select f in @@; do break; done", 'select f in "${W}"; do break; done'),
    ("while read -r l; do :; done < <(cat @@)", 'while read -r l; do :; done < <(cat "${W}")'),
    ("f() { echo @@; }; function g { echo @@; }; f", 'f() { echo "${W}"; }; function g { echo "${W}"; }; f'),
    ("if (true) then echo @@; fi", 'if (true) then echo "${W}"; fi'),
    ("((echo @@) | cat)", '((echo "${W}") | cat)'),
    ("! time -p echo @@ && { echo @@; } >@@ 2>&1", '! time -p echo "${W}" && { echo "${W}"; } >"${V}" 2>&1'),
    ("x=@@; y=(@@ a); export Z=@@", 'x="${V}"; y=("${W}" a); export Z="${V}"'),
    ("cat <<< @@", 'cat <<< "${V}"'),
    ("echo @@>>out # a comment with @@", 'echo "${W}">>out # a comment with $<< inputs.x >>'),
    ("./tools/@@.sh @@", './tools/"${V}".sh "${W}"'),
    ("printf '%s\\n' @@; set -- @@", 'printf \'%s\\n\' "${W}"; set -- "${W}"'),
    (
        "bash script.sh @@; bash -c 'echo \"$1\"' _ @@",
        'bash script.sh "${W}"; bash -c \'echo "$1"\' _ "${W}"',
    ),
    (
        "python3 -W error run.py @@; awk -v n=@@ '{print n}'",
        'python3 -W error run.py "${W}"; awk -v n="${V}" \'{print n}\'',
    ),
    ("docker run --rm alpine echo @@", 'docker run --rm alpine echo "${W}"'),
    ("apt-get install bash python3 @@", 'apt-get install bash python3 "${W}"'),
    ("env A=@@ sudo -u @@ ./x @@", 'env A="${V}" sudo -u "${W}" ./x "${W}"'),
    (
        "echo {a,@@} {1..3} ~ *.[ch] $'x\\'y' $\"z\" `date` $1 $$ $? ${1} @@",
        'echo {a,"${V}"} {1..3} ~ *.[ch] $\'x\\\'y\' $"z" `date` $1 $$ $? ${1} "${W}"',
    ),
    ("echo a \\\n  @@", 'echo a \\\n  "${W}"'),
    ("cat f | grep @@ | sort &\nwait", 'cat f | grep "${W}" | sort &\nwait'),
    ('$SUDO apt-get install @@; "$MAKE" @@', '$SUDO apt-get install "${W}"; "$MAKE" "${W}"'),
    (
        "timeout @@ make @@; nohup make @@; xargs -n 1 rm -- @@",
        'timeout "${V}" make "${W}"; nohup make "${W}"; xargs -n 1 rm -- "${W}"',
    ),
    ("echo > @@ 2>&1 &> @@", 'echo > "${V}" 2>&1 &> "${V}"'),
    ("shopt -s extglob; ls !(a|b) @@", 'shopt -s extglob; ls !(a|b) "${W}"'),
    ("declare -a x=(1 2); echo @@ |\n  sort", 'declare -a x=(1 2); echo "${W}" |\n  sort'),
    ('cat <<A | grep "$(id)"\n@@\nA', 'cat <<A | grep "$(id)"\n${V}\nA'),
    ("printf $'%s\\n' @@; python3 -E run.py @@", 'printf $\'%s\\n\' "${W}"; python3 -E run.py "${W}"'),
    ("bash -euo pipefail -c 'echo \"$1\"' _ @@", 'bash -euo pipefail -c \'echo "$1"\' _ "${W}"'),
    ("echo @@ | $SUDO tee f; echo @@ | ./x", 'echo "${W}" | $SUDO tee f; echo "${W}" | ./x'),
    ("echo @@ | xargs -n 1 rm --", 'echo "${W}" | xargs -n 1 rm --'),
    ("psql -v id=@@ -f x.sql db", 'psql -v id="${V}" -f x.sql db'),
    ("read -r x <<< @@; stdbuf -o L cat @@", 'read -r x <<< "${V}"; stdbuf -o L cat "${W}"'),
]


@pytest.mark.parametrize(("script", "expected"), ALLOWED, ids=[case[0] for case in ALLOWED])
def test_the_reference_follows_the_quoting(script: str, expected: str) -> None:
    """Bare, double, single, heredoc, arithmetic: each place gets the reference that keeps the value one value."""
    result, problems = placed(script)
    assert result is not None, [problem.render() for problem in problems.listed()]
    assert shown(result) == expected


REFUSED = [
    # arithmetic and names, in which bash evaluates even what an expansion gives
    "echo $(( a[@@] ))", "echo $((x@@))", 'echo $(( "@@" ))', "echo $[ @@ ]", "echo ${x:@@}", "echo ${x:0:@@}",
    "echo ${a[@@]}", "echo ${@@}", "echo ${!@@}", "echo ${#@@}", "a[@@]=1", "a=([@@]=1)", "let x=@@", "let 'x=@@'",
    "[[ -v @@ ]]", "[ -v @@ ]", "test -v @@", "[ @@ -a x ]", "[ @@ @@ ]", "[[ @@ x ]]", "[ x @@ y ]",
    "declare @@", "declare x=@@", "typeset @@=1", "local x=@@", "read @@", "read -r a @@", "unset @@",
    "printf -v @@ x", "printf @@ x", "mapfile @@", "getopts @@ x", "wait @@", "export @@", "export @@=1", "readonly @@",
    "declare -i n; n=@@", "typeset -in n; export n=@@", "local -n r; r=@@", "for @@ in a; do :; done",
    "function @@ { :; }", "{@@}>x", "exec {a[@@]}>f", "SECONDS=@@", "RANDOM=@@ true", "set @@",
    # code
    "eval echo @@", 'eval "$(echo @@)"', "builtin eval @@", "command eval @@", "\\eval @@", "'eval' @@", "time -p eval @@",
    "trap 'echo @@' EXIT", "source @@", ". ./x @@", "alias x=@@", "bash -c 'echo @@'", "bash -lc @@", "sh -ec @@",
    "sh -c -o posix @@", "/bin/sh -c @@", "bash @@", "bash -@@ x", "zsh -c @@", "sudo -u x bash -c @@", "env bash -c @@",
    "xargs sh -c @@", "find . -exec sh -c 'echo @@' \\;", "docker run x sh -c 'echo @@'", "exec bash -c @@", "exec @@",
    '"$SHELL" -c "echo @@"', "flock f -c @@", "ssh h echo @@", "su -c @@", "watch @@", "parallel @@", "at <<< @@",
    "python -c @@", "python3.11 -c 'x=\"@@\"'", "python -W x -c @@", "perl -pe @@", "perl -e @@", "ruby -e @@",
    "node -e @@", "node --eval @@", "php -r @@", "deno eval @@", "python @@", "awk '{print \"@@\"}'", "gawk @@ f",
    "sed s/a/@@/", "sed -n -e @@", "sed -f @@", "bash <<E\n@@\nE", "bash -s <<E\n@@\nE", "bash <<< @@", "sh < @@",
    "python - <<E\n@@\nE", "ssh h <<E\n@@\nE", "echo @@ | bash", "cat <<E | sh\n@@\nE", "{ echo @@; } | sh",
    "(echo @@) | sudo bash", "if true; then echo @@; fi | sh", "while :; do echo @@; done | bash", "echo @@ | tee >(sh)",
    "bash <(echo @@)", "source <(echo @@)", "echo @@ | { bash; }", "echo @@ | (sh)", "echo @@ | xargs -I{} sh -c '{}'",
    "echo @@ | case x in x) sh;; esac", "for x in @@; do echo $x; done | sh", "@@", "@@ arg", '"@@" arg', "x=1 @@", "sudo @@",
    "env @@ ls", "coproc cat; echo @@",
    # words that may vanish or multiply, so that a value becomes the command or its code
    "$X @@", "$X$Y @@", "`a` @@", "$(a) @@", "command $X @@", "{eval,x} @@", "{a,b} @@", "bash $X @@", "bash -{c,x} @@",
    "sudo bash $X @@", "python $X @@", "sed $X @@", "awk $X @@", "printf $X @@", "nohup @@", "nice -n 5 @@",
    "timeout 5 @@", "timeout @@ @@", "xargs @@", "nohup $X @@", "setsid -w @@", "time nohup @@",
    # what bash expands twice
    "echo >&@@", "echo 2>& 1@@", "cat <&@@", "{ :; } >& f@@",
    # pipelines of several lines, and programs whose input is code under another name
    "echo @@ |\nsh", "echo @@ | # note\n  sh", "cat <<E |\n@@\nE\nsh", "echo @@ |\n\n { sh; }", "echo @@ | $BASH",
    'echo @@ | "$BASH" -x', "f() { bash; }; echo @@ | f", "g() { f; }; function f { sh; }; g <<< @@", "exec <<< @@; sh",
    "exec 3<<E\n@@\nE\nbash <&3", "[[ $(sh) == x ]] <<< @@", ". /dev/stdin <<< @@", "echo @@ | source /dev/stdin",
    "bash /dev/fd/3 3<<< @@", "bash <(cat) <<< @@", "bash -es a <<< @@", "python3 /dev/stdin <<< @@", "sudo -s <<< @@",
    "awk -f - <<< @@", "sed -f /dev/stdin f <<< @@", "chroot /x <<< @@", "psql <<< @@", "dc <<< @@", "m4 <<< @@",
    "mapfile -c 1 -C eval <<< @@", "echo @@ | xargs env", "echo @@ | xargs -I% %", "echo @@ | xargs $X",
    # options with values before code
    "bash -eo pipefail -c 'echo @@'", "bash -euo pipefail -c @@", "sh -oc errexit @@", 'bash -c"$X" @@', "fish -C @@ x",
    "python3 -E -c 'x=\"@@\"'", "python3 -I -c 'x=\"@@\"'", "perl -Mfeature -e @@", "perl -Iinclude -e 'x @@'",
    "perl -e 1 -e @@", "sed -e p -e's/a/@@/'", "sed -e p -ne @@", "sed -e p --expression='@@'", "awk -f x --source @@",
    '"$V/bin/perl" -e @@', "$V/bin/awk @@", "sshpass -p x ssh h 'ls @@'", "psql -c 'x @@'", "sqlite3 x.db 'x @@'",
    "julia -e @@", "sqlite3 x.db -cmd @@", "env '-S/bin/sh -c @@'", "/usr/bin/env PATH=@@ x", "exec -a n @@", "hash -p @@ ls",
    "xargs -I {} @@", "stdbuf -o L @@", "ionice -c idle @@", "timeout -s KILL 5 @@", "jobs -x @@", "/bin/s[h] -c @@",
    # names of commands that are written in other ways
    "$'eval' @@", '$"eval" @@', "ev$'\\x61'l @@", "$'eval\\0x' @@", "time -- eval @@", "time -p -- eval @@",
    # variables that are set without `=`
    "for PS4 in @@; do :; done", "select IFS in @@; do :; done", "for SECONDS in @@; do :; done", "read PS4 <<< @@",
    "echo @@ | read PATH", "printf -v PS4 %s @@", ": ${PS4:=@@}", "declare -i n; for n in @@; do :; done",
    "declare -i n; read n <<< @@", "declare -i n; : ${n=@@}", "local -n n; printf -v n %s @@", "read $X <<< @@",
    "read n <<< @@; declare -i n",
    # places where nothing is expanded, or nothing can be quoted
    "echo `echo @@`", 'echo "`echo @@`"', "echo $'@@'", 'echo $"@@"', "cat <<'E'\n@@\nE", "cat <<\\E\n@@\nE",
    "cat <<@@\nx\n@@", "echo \\@@", 'echo "\\@@"', "echo ${x#@@}", "echo ${x/a/@@}", 'echo "${x%"@@"}"',
    # variables that change how commands run
    "PATH=@@ ls", "export LD_PRELOAD=@@", "IFS=@@", "BASH_ENV=@@ bash x", "env PYTHONPATH=@@ x", "PS4=@@",
]  # fmt: skip


@pytest.mark.parametrize("script", REFUSED)
def test_where_a_value_could_become_code_it_is_refused(script: str) -> None:
    """Decision 37: arithmetic, names, code for another shell, quoted heredocs …: an error with the remedy."""
    result, problems = placed(script)
    assert result is None
    for problem in problems.listed():
        assert problem.code in (Code.PLACEMENT, Code.SCRIPT)
        assert "env:" in (problem.hint or "")
        assert problem.location is not None


UNKNOWN = [
    ("echo 'unclosed @@", 5), ('echo "x @@', 5), ("echo $(ls @@", 10), ("cat <<E\n@@", 8), ("if true; then echo @@", None),
    ("echo @@; fi", None), ("echo @@ )", None), ("case x in a) echo @@", None), ("echo @@ ;; ", None),
    ("${ echo; } @@", None), ("foo (bar) @@", None), ("echo ${x&y} @@", 5), ("{ echo; } echo @@", None),
    ("(cat <<E)\n@@\nE", None), ("echo __WFE_1 @@", 5), ("[[ -n @@", None), ("a=(x @@", None), ("done @@", None),
]  # fmt: skip


MISREAD = [
    # a line that goes on inside of an operator or an expansion
    'echo "$\\\n(eval @@)"', "(\\\n( x=@@ ))", "(( x=@@ )\\\n)", "echo $(\\\n( x=@@ ))", "echo @@ |\\\n& sh",
    "sh &\\\n>x <<< @@", "cat <<\\\n-E\nx\n\tE\neval @@\n-E", 'echo "${x:-$\\\n(eval @@)}"', "$\\\n'\\'' @@",
    # where the body of a heredoc begins, and where it ends
    "cat <<EOF\nx\nE\\\nOF\neval @@\nEOF", "cat <<-EOF\nx\n\tE\\\nOF\neval @@\nEOF",
    "x=$(cat <<E\nE; eval @@)\nE\n)", "cat <<A $(cat <<B\nB\neval @@\nA\nB\n)\nA", "cat <<A; [[ x &&\nA\ny ]]\neval @@\nA",
    "cat <<A; a=(x\nA\ny)\neval @@\nA", "cat <<A; for x\nin A\ndo eval @@\nA\ndone",
    # what changes how the rest is read
    "alias e=eval\ne @@", "shopt -s expand_aliases; alias e=eval\ne @@",
]  # fmt: skip
"""Scripts that bash reads otherwise than it seems at first sight: its `eval` is real, or the arithmetic."""


@pytest.mark.parametrize("script", MISREAD)
def test_what_could_be_read_in_two_ways_is_an_error(script: str) -> None:
    """Where operators, heredocs or aliases could be taken for something else, no expression is placed."""
    for arrays in (True, False):
        result, problems = placed(script, arrays=arrays)
        assert result is None
        assert problems.listed()[0].location is not None


@pytest.mark.parametrize("script", ["echo $'\\'' \"'; eval @@ #\"", "[[ x == y || eval == @@ ]]"])
def test_what_only_bash_knows_is_refused_for_sh(script: str) -> None:
    """Another `sh` would end the quotes elsewhere, or run a part of the test as a command."""
    assert placed(script, arrays=False)[1].listed()[0].code is Code.SCRIPT


@pytest.mark.parametrize(("script", "offset"), UNKNOWN)
def test_what_is_not_understood_is_an_error_never_a_guess(script: str, offset: int | None) -> None:
    """A script that ends too soon, or holds a construct the reader does not know, places no expression."""
    result, problems = placed(script)
    assert result is None
    problem = problems.listed()[0]
    assert problem.code is Code.SCRIPT
    if offset is not None and problem.location is not None:
        assert problem.location.start == offset


def test_a_script_without_expressions_is_not_read() -> None:
    """Whatever bash makes of it: without an expression there is nothing to place, and nothing to refuse."""
    script, problems = placed("coproc eval 'unclosed")
    assert script is not None
    assert script.text == "coproc eval 'unclosed"
    assert not problems


def test_nesting_is_bounded() -> None:
    """A thousand levels of substitutions are refused, not a crash of the interpreter."""
    result, problems = placed("echo " + "$(echo " * 1000 + "@@" + ")" * 1000)
    assert result is None
    assert "nested too deeply" in problems.listed()[0].message


def test_the_place_of_a_problem_is_that_of_the_expression() -> None:
    """Line and column point at the `$<<` in the file, whatever came before it."""
    _, problems = placed("echo $$<< x\necho @@ é @@\neval @@")
    location = problems.listed()[-1].location
    assert location is not None


@pytest.mark.parametrize(
    ("before", "piece", "after"),
    [
        ("echo ", "a", ""),
        ("echo ", "ab ", ""),
        ("echo ", "{", ""),
        ("", "$x ", ""),
        ("env ", "bash -x ", ""),
        ("", "x -c ", ""),
        ("echo ", "$((a); (b)) ", ""),
        ("cat <<E\n", "some $text\n", "E\n"),
        ("", "eval @@\n", ""),
        ("", "sh <<E; ", "\n"),
    ],
)
def test_placing_is_work_in_proportion_to_the_script(before: str, piece: str, after: str) -> None:
    """Eight times the text is about eight times the work, never sixty-four times; refusing it, too."""

    def work(length: int) -> int:
        script = before + piece * (length // len(piece)) + after + "\necho @@\n"
        return calls(lambda: placed(script))

    assert work(32_000) < 12 * work(4_000)


def test_what_is_without_measure_is_refused() -> None:
    """A command that may be anything lets nothing in; groups inside groups have an end."""
    for script in (f"{'$x ' * 60}@@", f"env {'bash -x ' * 200}@@", f"{'{ ' * 200}echo @@{'; }' * 200}"):
        assert placed(script)[0] is None


def test_sh_has_no_arrays() -> None:
    """For sh a list cannot become several words: the reference is the plain one."""
    result, _ = placed("echo @@", arrays=False)
    assert result is not None
    assert shown(result) == 'echo "${V}"'


@given(st.lists(st.sampled_from(["@@", "'", '"', "$(", ")", "((", "))", "${x:-", "}", "`", "\\", "\n", " ", ";", "|", "<<E", "E\n", "<<<", "eval ", "case ", " in ", "esac", "[[ ", " ]]", "a", "=", "[", "]", "#", "$'", "&&", "{ ", "if ", "then ", "fi", "declare ", ">&"]), max_size=14))  # fmt: skip
def test_any_script_is_placed_or_refused(pieces: list[str]) -> None:
    """Whatever is written, the outcome is a script or problems, never another exception."""
    result, problems = placed("".join(pieces))
    assert (result is None) == bool(problems)
