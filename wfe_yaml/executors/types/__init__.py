"""The built-in types of steps, one a module; `wfe_yaml.executors.registry` says which there are."""
