"""`wfe init`: a workflow file to begin with."""

from __future__ import annotations

from pathlib import Path
from shlex import quote

from wfe_yaml.cli.exits import CommandError, Exit
from wfe_yaml.cli.stores import FOLDER

STARTER = """\
# A workflow. Run it:             wfe run {file}
# Kill it in the middle and:      wfe resume
# Look at what happened:          wfe show, wfe logs RUN
# See what it would do:           wfe plan {file}
workflow:
  id: {id}
  description: Build something and say so

  # What a run can be given:      wfe run {file} -i who=you
  inputs:
    who: {{type: string, default: world, description: Whom to greet}}

  # What a run gives in the end; an expression stands in $<< >>.
  outputs:
    text: $<< steps.compose.outputs.text >>

  # Steps run one after the other. What is finished is never run again, also after a crash.
  steps:
    - name: compose
      run: |
        text="Hello, $<< inputs.who >>!"
        # A value for later steps: name=value lines in the file $WFE_OUTPUT.
        echo "text=$text" >> "$WFE_OUTPUT"
      outputs: {{text: string}}

    # These run at the same time.
    - name: checks
      parallel:
        - name: polite
          run: echo $<< steps.compose.outputs.text >> | grep -q Hello
        - name: again
          run: echo "attempt $WFE_ATTEMPT"
          retry: {{max_attempts: 3, interval: 1s}}
          timeout: 1m

    - name: say
      when: $<< inputs.who != "nobody" >>
      run: echo $<< steps.compose.outputs.text >>
"""


def write_starter(file: Path) -> int:
    """Write the file, and keep the store out of the repository; gives the exit code.

    Raises:
        CommandError: the file exists already, or cannot be written.
    """
    name = "".join(char if char.isalnum() else "-" for char in file.stem).strip("-") or "pipeline"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as out:
            out.write(STARTER.format(file=quote(str(file)), id=name))
    except FileExistsError:
        raise CommandError(f"{file} exists already", hint="give another name:  wfe init FILE") from None
    except OSError as exc:
        raise CommandError(f"{file} cannot be written: {exc.strerror}") from exc
    print(f"wrote {file}")
    if _ignore():
        print(f"added {FOLDER}/ to .gitignore: runs are kept there")
    print(f"run it with  wfe run {quote(str(file))}")
    return Exit.COMPLETE


def _ignore() -> bool:
    """Keep git away from the store; whether that was needed."""
    path = Path(".gitignore")
    text = path.read_text("utf-8") if path.exists() else ""
    if any(line.strip().strip("/") == FOLDER for line in text.splitlines()):
        return False
    if not path.exists() and not Path(".git").exists():
        # Not a repository: the folder itself says what git would have to know.
        return False
    path.write_text(text + ("" if not text or text.endswith("\n") else "\n") + f"{FOLDER}/\n", "utf-8")
    return True
