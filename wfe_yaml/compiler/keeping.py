"""`ArtifactKeeper`: keeps the artifacts that a step declares."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wfe_yaml.artifacts import ArtifactError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wfe_yaml.executors.base import StepCall, Tools
    from wfe_yaml.expressions.templates import Expression
    from wfe_yaml.model.artifacts import ArtifactModel


@dataclass(frozen=True, slots=True)
class ArtifactKeeper:
    """Keeps the artifacts of one step, after each of its attempts.

    Attributes:
        models: what the step declares, by name.
        tools: where artifacts are kept, and the secrets that must not be in them.
    """

    models: Mapping[str, ArtifactModel]
    tools: Tools

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The expressions in the paths."""
        return tuple(item for model in self.models.values() for item in model.path.expressions)

    def keep(self, call: StepCall, *, needed: bool) -> dict[str, Any]:
        """Keep the files as they are now, and give what the row of the step says of them.

        Args:
            call: the attempt that has ended.
            needed: an artifact without files is an error.

        Raises:
            ArtifactError: a file is not there, or cannot be kept.
        """
        found: dict[str, Any] = {}
        for name, model in self.models.items():
            path = model.path.text(call.names)
            until = None if model.keep is None else self.tools.clock.now() + model.keep
            run, secrets = call.ctx.instance_id, self.tools.secrets
            try:
                kept = self.tools.artifacts.keep(Path(call.root), path, run=run, until=until, secrets=secrets)
            except ArtifactError as exc:
                raise ArtifactError(f"artifact {name!r}: {exc}") from exc
            except OSError as exc:
                where = self.tools.artifacts.folder
                raise ArtifactError(f"artifact {name!r} cannot be kept in {where}: {exc}") from exc
            if kept is None and needed:
                raise ArtifactError(f"artifact {name!r}: the step ended well, but there is no file {path!r}")
            if kept is not None:
                found[name] = kept
        return found
