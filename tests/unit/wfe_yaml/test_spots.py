from __future__ import annotations

import pytest

from wfe_yaml.source.composer import compose
from wfe_yaml.source.nodes import Mapping, Scalar
from wfe_yaml.source.spots import spot
from wfe_yaml.source.text import SourceText

DOCUMENTS = {
    "plain": "k: some @ text\n",
    "plain, folded": "k: some\n  more\n\n  text @ here\n",
    "single": "k: 'it''s @ quoted'\n",
    "double": 'k: "tab\\t \\x41\\u00e9 @ quoted"\n',
    "double, folded": 'k: "one\n   two \\\n   three @ x"\n',
    "literal": "k: |\n   one\n\n     two @\n   three\n",
    "literal, indented": "k: |2-\n    one @\n",
    "literal, CRLF": "k: |\r\n  one\r\n  two @ x\r\n",
    "folded": "k: >-\n  one\n  two\n\n  three @ x\n",
    "folded, comment": "k: > # why\n  one @ x\n",
}


@pytest.mark.parametrize("text", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_a_character_of_a_value_is_found_in_the_file(text: str) -> None:
    """Whatever the style of the scalar, its folding and escapes: the place of `@` in the file is found."""
    node = compose(SourceText("t.yaml", text))
    assert isinstance(node, Mapping)
    scalar = node.get("k")
    assert isinstance(scalar, Scalar)
    assert spot(scalar, scalar.text.index("@")).start == text.index("@")
