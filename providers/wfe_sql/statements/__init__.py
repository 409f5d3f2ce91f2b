"""Every statement of the SQL stores, by topic, built with SQLAlchemy Core."""

from wfe_sql.building import Batch, Dialect
from wfe_sql.statements import (
    claims,
    commits,
    events,
    extras,
    inbox,
    listing,
    postgres,
    reading,
    sessions,
    writing,
)

TOPICS = (commits, claims, inbox, reading, events, listing, extras, sessions, postgres, writing)


def build(dialect: Dialect) -> Batch:
    """Build all statements for a dialect."""
    batch: Batch = {}
    for topic in TOPICS:
        batch.update(topic.build(dialect))
    return batch
