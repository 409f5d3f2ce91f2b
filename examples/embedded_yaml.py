"""A workflow file run by a program of its own: variables, inputs, outputs, and what is wrong with a file.

The same host runs workflows that are written in Python; a file compiles to the same kind of definition.
"""

import asyncio
import tempfile
from pathlib import Path

from wfe_host import WorkflowHost
from wfe_yaml import YamlError, load_workflow, load_workflow_from_str

FILES = {
    "release.yaml": """
include: steps.yaml
vars: {registry: registry.example.com}
workflow:
  id: release
  inputs: {ref: string}
  outputs: {image: $<< steps.build.outputs.image >>}
  steps:
    - {name: build, extends: build}
    - name: announce
      run: echo "released $<< steps.build.outputs.image >>"
""",
    "steps.yaml": """
templates:
  build:
    run: echo "image=$<< vars.registry >>/app:$<< inputs.ref >>" >> "$WFE_OUTPUT"
    outputs: {image: string}
    timeout: 1m
""",
}


async def main() -> None:
    """Load the file, run it to its end, and print its outputs; then show what a wrong file says."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in FILES.items():
            (folder / file).write_text(text)
        release = load_workflow(folder / "release.yaml", variables={"registry": "localhost:5000"})
        async with WorkflowHost.connect("memory://") as host:
            host.register(*release.definitions)
            data = release.start_data({"ref": "v1.2; rm -rf /"}, root=folder)
            handle = await host.start(release.definition, data)
            print((await handle.result())["outputs"])
    try:
        load_workflow_from_str("workflow: {id: w, steps: [{name: a, rnu: make}]}", name="wrong.yaml")
    except YamlError as exc:
        print(exc)


if __name__ == "__main__":
    asyncio.run(main())
