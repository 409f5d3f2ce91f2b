"""`Scopes`: constructs that look after how their body ends: sagas and guards."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Self

from wfe_core.builder.modifiers import Modifiers, set_after_undo
from wfe_core.builder.typing import D, Marked
from wfe_core.definition.nodes import GuardNode, SagaNode, Sequence
from wfe_core.policies import Duration, ErrorBehavior, RetryPolicy

if TYPE_CHECKING:
    from wfe_core.builder.branch import Branch


class Scopes(Modifiers[D]):
    """The part of a builder that says what follows the end of a body."""

    def saga(
        self,
        body: Callable[[Branch[D]], object],
        *,
        on_error: Literal["fail", "continue", "suspend"] | ErrorBehavior = "fail",
        retry: RetryPolicy | None = None,
    ) -> Self:
        """Run a body whose completed steps are undone by their compensations when one fails for good.

        Args:
            body: steps with `.compensate_with(...)`.
            on_error: what comes when all is undone: the instance fails, is suspended, or goes on.
            retry: runs the saga again after an undo, as often as this allows.
        """
        call = ".saga(...)"
        node = SagaNode(
            name="saga", bodies=[self._draft.body(body, call)], again=self._draft.policy(retry, call)
        )
        behavior = self._draft.behavior(on_error, call)
        if behavior is not None:
            set_after_undo(self._draft, node, behavior, call)
        self._draft.add(node)
        return self

    def guard(
        self,
        body: Callable[[Branch[D]], object] | Marked,
        *,
        on_success: Callable[[Branch[D]], object] | Marked | None = None,
        on_failure: Callable[[Branch[D]], object] | Marked | None = None,
        on_abort: Callable[[Branch[D]], object] | Marked | None = None,
        ensure: Callable[[Branch[D]], object] | Marked | None = None,
        ensure_timeout: Duration = "5m",
    ) -> Self:
        """Run a body, and hooks for how it ended, durably: `ensure` is `finally`, `on_failure` is `except`.

        `on_failure` does not turn the failure into success: it goes outward afterwards, as it would without
        the guard; `.on_error("continue")` on the guard goes on with what follows instead. A step that fails
        under `continue` inside the body does not count. Hooks find `ctx.guarded.status` (`complete`,
        `failed`, `cancelled`) and `ctx.guarded.error`, in steps as in selectors. A `decide` after the guard
        takes the outcome of the body's last step. See `GuardNode` for all of it.

        Args:
            body: what is guarded; its retries are inside, so hooks run once, after all attempts.
            on_success: runs when it has completed; if it fails, so does the guard.
            on_failure: runs when it has failed for good, or the guard's `.timeout(...)` struck.
            on_abort: runs when something around it ends it: `cancel`, a timeout or a failure elsewhere.
            ensure: runs last, in each of these cases; if it fails, so does the guard.
            ensure_timeout: how long `on_abort` may take, and `ensure` again.
        """
        call, draft = ".guard(...)", self._draft
        hooks = [
            Sequence() if hook is None else draft.step_or_branch(hook, call)
            for hook in (on_success, on_failure, on_abort, ensure)
        ]
        node = GuardNode(name="guard", bodies=[draft.body(body, call), *hooks])
        limit = draft.duration(ensure_timeout, f"{call}, ensure_timeout={ensure_timeout!r}")
        node.ensure_timeout = node.ensure_timeout if limit is None else limit
        draft.add(node)
        return self
