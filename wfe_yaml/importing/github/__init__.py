"""Workflows of GitHub Actions: jobs with steps that run scripts.

The format is that of https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax.
`expressions` translates what stands in `${{ … }}`, `contexts` the names in it, `steps` and `jobs` make steps
and containers, `translate` puts it all together.
"""
