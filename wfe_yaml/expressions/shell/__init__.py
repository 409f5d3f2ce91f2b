"""Placing expressions into bash scripts so that no value ever becomes code.

The script is read as bash reads it, far enough to know for each expression how it is quoted and what command
it belongs to. A value travels as a private variable and is put in by parameter expansion, whose result bash
does not read as code. What remains are the places where bash evaluates even the result of an expansion
(arithmetic, names, `eval`, code for another shell) and those where a reference is no reference (`'EOF'`):
there only an integer is let in, or nothing. A construct that is not understood is an error, never a guess.
"""
