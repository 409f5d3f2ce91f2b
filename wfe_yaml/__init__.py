"""The YAML language of wfe, its executors and the wfe command."""
