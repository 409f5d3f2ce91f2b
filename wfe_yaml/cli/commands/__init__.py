"""The declarations of the commands: names, options and help. The work is in the modules above."""
