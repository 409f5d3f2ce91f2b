"""`Job`: a node on its way to becoming a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from wfe_yaml.errors import Code
from wfe_yaml.expressions.values import is_list, is_mapping
from wfe_yaml.importing.flowengine.document import FlowNode, value_of
from wfe_yaml.importing.flowengine.ports import Source
from wfe_yaml.importing.names import literal
from wfe_yaml.importing.reading import LARGEST, Looker, duration
from wfe_yaml.source.nodes import Node


class Job:
    """Gives the config of a node and what its ports are given, and notes what nobody asked for.

    Args:
        node: the node.
        name: what its step is called.
        given: what its ports are given, by their names.
        root: nothing is connected to it, so what a run is given goes to its ports.
        inputs: the inputs of the workflow; those that the node needs are added.
        looker: where is noted what has no counterpart.
    """

    def __init__(
        self,
        node: FlowNode,
        name: str,
        given: Mapping[str, Source],
        inputs: dict[str, Any],
        looker: Looker,
        *,
        root: bool,
    ) -> None:
        self.node = node
        self.name = name
        self.given: dict[str, Source] = dict(given)
        self.root = root
        self.looker = looker
        self._inputs = inputs
        self._asked: set[str] = set()

    # ------------------------------------------------------------ config

    def place(self, key: str) -> Node:
        """Give where a key of the config stands, or the node."""
        found = None if self.node.config is None else self.node.config.get(key)
        return self.node.node if found is None else found

    def value(self, key: str) -> Any:
        """Give the value of a key of the config; None when there is none."""
        self._asked.add(key)
        found = None if self.node.config is None else self.node.config.get(key)
        return None if found is None else value_of(found, self.looker)

    def text(self, key: str, default: str | None = None) -> str | None:
        """Give a text of the config as the file has it that means no expression."""
        found = self.value(key)
        if found is None:
            return default
        if not isinstance(found, str):
            self.looker.wrong("a text", self.place(key))
            return default
        return literal(found)

    def flag(self, key: str, *, default: bool) -> bool:
        """Give a boolean of the config."""
        found = self.value(key)
        if found is None or isinstance(found, bool):
            return default if found is None else found
        self.looker.wrong("true or false", self.place(key))
        return default

    def number(self, key: str, *, least: float | None = None) -> float | None:
        """Give a number of the config; None when there is none.

        Args:
            key: where it stands.
            least: the least that it may be; without it, it must be more than 0.
        """
        found = self.value(key)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, (int, float)):
            self.looker.wrong("a number", self.place(key))
        elif found > LARGEST or (found <= 0 if least is None else found < least):
            bound = "above 0" if least is None else f"of at least {least}"
            message = f"expected a number {bound} and up to {LARGEST:,}, found {found:g}"
            self.looker.problems.add(Code.VALUE, message, self.place(key).location)
        else:
            return found
        return None

    def seconds(self, *keys: str) -> str | None:
        """Give a duration that the config has in seconds, under one of some keys."""
        found = [self.number(key) for key in keys]
        return next((duration(each) for each in found if each is not None), None)

    def words(self, key: str, split: Callable[[str], list[str]] = str.split) -> list[str] | None:
        """Give a list of texts, or the words of one.

        Args:
            key: where they stand.
            split: makes words of a text; between blanks, quotes or not, unless it is told.
        """
        found = self.value(key)
        if found is None:
            return None
        if isinstance(found, str):
            return [literal(each) for each in split(found)]
        if not is_list(found) or not all(isinstance(each, str) for each in found):
            self.looker.wrong("a list of texts, or a text", self.place(key))
            return None
        return [literal(each) for each in found]

    def texts(self, key: str) -> dict[str, str]:
        """Give a mapping from names to texts; what is no text is left out."""
        found = self.value(key)
        if found is None:
            return {}
        if not is_mapping(found):
            self.looker.wrong("a mapping from names to texts", self.place(key))
            return {}
        for name, each in found.items():
            if not isinstance(each, str):
                message = f"{name!r} is no text, so it is not used"
                self.looker.leave(message, self.place(key).location)
        return {name: literal(each) for name, each in found.items() if isinstance(each, str)}

    # ------------------------------------------------------------ ports

    def source(self, port: str) -> Source | None:
        """Give what a port is given; None when it is nothing."""
        return self.given.pop(port, None)

    def need(self, port: str) -> Source:
        """Give what a port is given that must be given something: else it is an input of the workflow."""
        found = self.source(port)
        if found is not None:
            return found
        if not self.root:
            message = f"nothing is connected to {port!r}, which {self.node.type} needs"
            hint = f"a run is asked for the input {port!r} instead"
            self.looker.leave(message, self.node.node.location, hint)
        return self.ask(port)

    def ask(self, port: str, **more: Any) -> Source:
        """Let a run be given something."""
        self._inputs.setdefault(port, {"type": "any", **more})
        return Source(f"inputs.{port}")

    # ------------------------------------------------------------ what is left

    def end(self) -> None:
        """Note the keys and the connections that nobody asked for."""
        if self.node.config is not None:
            self.looker.others(self.node.config, sorted(self._asked), f"the config of {self.node.type}")
        for port in self.given:
            message = f"{self.node.type} has no use for what is connected to its port {port!r}"
            self.looker.leave(message, self.node.node.location)

    def refuse(self, message: str, key: str = "") -> None:
        """Note that a key of the config has no counterpart."""
        self.looker.leave(message, self.place(key).location)

    def wrong(self, message: str, key: str = "") -> None:
        """Note that the node cannot work anywhere."""
        self.looker.problems.add(Code.VALUE, message, self.place(key).location)
