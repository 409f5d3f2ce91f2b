"""FlowEngine's workflows: nodes with typed values and retry policies, and connections between their ports.

The format is that of https://github.com/allen-munsch/flowengine (docs/getting-started/workflow-format.md):
JSON, or the same as YAML. `document` reads it, `ports` knows what the connections bring, `kinds` and
`machines` make steps of nodes, and `translate` puts it all together.
"""
