"""Steps: bodies and their decorator, the context they get, the results they give."""
