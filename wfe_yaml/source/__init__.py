"""From bytes to nodes: reading a file, composing it, and saying where in it something is wrong."""
