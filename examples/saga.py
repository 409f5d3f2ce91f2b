"""A trip that fails at the last booking: what was booked is undone, in exactly reverse order."""

import asyncio

from wfe_core import StepError, WorkflowBuilder, WorkflowFailedError, step
from wfe_host import WorkflowHost


@step
async def book_train() -> dict[str, str]:
    """The first booking."""
    print("train booked")
    return {"train": "T-7"}


@step
async def cancel_train(train: str) -> None:
    """Sees the data as the step it undoes had left it."""
    print("train cancelled:", train)


@step
async def book_hotel() -> dict[str, str]:
    """The second booking."""
    print("hotel booked")
    return {"hotel": "H-9"}


@step
async def cancel_hotel(hotel: str) -> None:
    """Undoes the hotel."""
    print("hotel cancelled:", hotel)


@step
async def book_dinner() -> None:
    """Fails, and says that trying again is of no use."""
    msg = "no table is free"
    raise StepError(msg, retryable=False)


trip = (
    WorkflowBuilder("trip")
    .saga(
        lambda s: (
            s.then(book_train)
            .compensate_with(cancel_train)
            .then(book_hotel)
            .compensate_with(cancel_hotel)
            .then(book_dinner)
        )
    )
    .build()
)


async def main() -> None:
    """Run the trip and show how it ended."""
    async with WorkflowHost.connect("memory://") as host:
        host.register(trip)
        handle = await host.start(trip)
        try:
            await handle.result()
        except WorkflowFailedError as failed:
            print(failed)


if __name__ == "__main__":
    asyncio.run(main())
