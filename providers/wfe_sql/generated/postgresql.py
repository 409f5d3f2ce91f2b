"""Compiled for postgresql by `python -m wfe_sql.generate`; do not edit."""

# fmt: off
# ruff: noqa: E501, Q000 - generated

from typing import Final

from wfe_sql.statement import Statement

TABLES: Final = (
    'CREATE TABLE activity ( id TEXT NOT NULL, name TEXT NOT NULL, instance_id TEXT NOT NULL, pointer_id BIGINT NOT NULL, input TEXT NOT NULL, created BIGINT NOT NULL, due BIGINT, leases BIGINT NOT NULL, expires BIGINT NOT NULL, worker TEXT, PRIMARY KEY (id) )',
    'CREATE INDEX activity_instance ON activity (instance_id)',
    'CREATE INDEX activity_name ON activity (name, created, id)',
    'CREATE TABLE cache ( key TEXT NOT NULL, value TEXT NOT NULL, expires BIGINT NOT NULL, PRIMARY KEY (key) )',
    'CREATE INDEX cache_expires ON cache (expires)',
    'CREATE TABLE data ( instance_id TEXT NOT NULL, key TEXT NOT NULL, superseded BIGINT NOT NULL, revision BIGINT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (instance_id, key, superseded) )',
    'CREATE TABLE definition ( fingerprint TEXT NOT NULL, definition_id TEXT NOT NULL, version BIGINT NOT NULL, source TEXT NOT NULL, PRIMARY KEY (fingerprint) )',
    'CREATE TABLE event ( seq BIGSERIAL NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL, payload TEXT NOT NULL, effective BIGINT NOT NULL, published BIGINT NOT NULL, fanned_out BOOLEAN NOT NULL, PRIMARY KEY (seq), UNIQUE (id) )',
    'CREATE INDEX event_published ON event (published)',
    'CREATE INDEX event_topic ON event (name, key, effective)',
    'CREATE INDEX event_undelivered ON event (seq) WHERE NOT fanned_out',
    'CREATE TABLE inbox ( instance_id TEXT NOT NULL, seq BIGINT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL, effective BIGINT NOT NULL, event_id TEXT, name TEXT NOT NULL, key TEXT NOT NULL, dedupe TEXT, consumed BOOLEAN NOT NULL, PRIMARY KEY (instance_id, seq) )',
    'CREATE UNIQUE INDEX inbox_dedupe ON inbox (instance_id, dedupe) WHERE dedupe IS NOT NULL',
    'CREATE UNIQUE INDEX inbox_event ON inbox (event_id, instance_id) WHERE event_id IS NOT NULL',
    'CREATE INDEX inbox_new ON inbox (instance_id, seq) WHERE NOT consumed',
    'CREATE TABLE item ( instance_id TEXT NOT NULL, pointer_id BIGINT NOT NULL, number BIGINT NOT NULL, values TEXT NOT NULL, PRIMARY KEY (instance_id, pointer_id, number) )',
    'CREATE TABLE log ( seq BIGSERIAL NOT NULL, instance_id TEXT NOT NULL, pointer_id BIGINT NOT NULL, attempt BIGINT NOT NULL, stream TEXT NOT NULL, at BIGINT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (seq) )',
    'CREATE INDEX log_instance ON log (instance_id, seq)',
    'CREATE TABLE outbox ( seq BIGSERIAL NOT NULL, instance_id TEXT NOT NULL, definition_id TEXT NOT NULL, revision BIGINT NOT NULL, entries TEXT NOT NULL, PRIMARY KEY (seq) )',
    'CREATE TABLE pointer ( instance_id TEXT NOT NULL, id BIGINT NOT NULL, step TEXT NOT NULL, status TEXT NOT NULL, parent BIGINT NOT NULL, scope TEXT NOT NULL, live BOOLEAN NOT NULL, index BIGINT, iteration BIGINT NOT NULL, attempt BIGINT NOT NULL, failures BIGINT NOT NULL, run BIGINT NOT NULL, crashes BIGINT NOT NULL, created BIGINT NOT NULL, started BIGINT, ended BIGINT, due BIGINT, outcome TEXT, output TEXT, state TEXT, error TEXT, knows BIGINT NOT NULL, undo BIGINT, PRIMARY KEY (instance_id, id) )',
    'CREATE INDEX pointer_inside ON pointer (instance_id, parent, index) WHERE "index" IS NOT NULL',
    'CREATE INDEX pointer_live ON pointer (instance_id) WHERE live',
    'CREATE INDEX pointer_undo ON pointer (instance_id, undo) WHERE undo IS NOT NULL',
    'CREATE TABLE session ( id TEXT NOT NULL, host TEXT NOT NULL, machine TEXT NOT NULL, boot TEXT NOT NULL, expires BIGINT NOT NULL, address TEXT, metadata TEXT NOT NULL, gone BIGINT, closed BOOLEAN NOT NULL, PRIMARY KEY (id) )',
    'CREATE TABLE subscription ( instance_id TEXT NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL, as_of BIGINT NOT NULL, PRIMARY KEY (instance_id, name, key) )',
    'CREATE INDEX subscription_topic ON subscription (name, key, instance_id)',
    'CREATE TABLE workflow ( id TEXT NOT NULL, definition_id TEXT NOT NULL, version BIGINT NOT NULL, fingerprint TEXT NOT NULL, status TEXT NOT NULL, created BIGINT NOT NULL, root_id TEXT NOT NULL, digest TEXT NOT NULL, reference TEXT, priority BIGINT NOT NULL, tags TEXT NOT NULL, parent_id TEXT, parent_pointer BIGINT, owner TEXT, fence BIGINT NOT NULL, revision BIGINT NOT NULL, inbox_seq BIGINT NOT NULL, pointer_seq BIGINT NOT NULL, next_due BIGINT, deadline BIGINT, ended BIGINT, error TEXT, ending TEXT, trace TEXT, PRIMARY KEY (id) )',
    'CREATE INDEX workflow_created ON workflow (created, id)',
    'CREATE INDEX workflow_due ON workflow (next_due) WHERE owner IS NULL AND next_due IS NOT NULL',
    'CREATE INDEX workflow_owner ON workflow (owner) WHERE owner IS NOT NULL',
    'CREATE INDEX workflow_parent ON workflow (parent_id) WHERE parent_id IS NOT NULL',
    'CREATE INDEX workflow_reference ON workflow (reference) WHERE reference IS NOT NULL',
    'CREATE INDEX workflow_root ON workflow (root_id) WHERE parent_id IS NOT NULL',
    'CREATE INDEX workflow_urgent ON workflow (next_due) WHERE owner IS NULL AND next_due IS NOT NULL AND priority <> 0',
)
"""What makes an empty database one of the newest schema."""

UPDATE_WORKFLOW: Final = Statement(
    'WITH v("id", "owner", "fence", "previous", "status", "pointer_seq", "next_due", "deadline", '
    '"ended", "error", "ending", "revision", "seen") AS (SELECT * FROM unnest($1::text[], $2::text[], '
    '$3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], '
    '$10::text[], $11::text[], $12::bigint[], $13::bigint[]) LIMIT (SELECT 1000000000)) UPDATE '
    'workflow SET status=v.status, owner=CASE WHEN (workflow.inbox_seq <= v.seen) THEN NULL ELSE '
    'workflow.owner END, revision=v.revision, pointer_seq=v.pointer_seq, next_due=v.next_due, '
    'deadline=v.deadline, ended=v.ended, error=v.error, ending=v.ending FROM v WHERE workflow.id = '
    'v.id AND (workflow.owner = v.owner) IS true AND workflow.fence = v.fence AND workflow.revision = '
    'v.previous',
    (),
    ('id', 'owner', 'fence', 'previous', 'status', 'pointer_seq', 'next_due', 'deadline', 'ended', 'error', 'ending', 'revision', 'seen'),
)

KEEP_WORKFLOW: Final = Statement(
    'WITH v("id", "owner", "fence", "previous", "status", "pointer_seq", "next_due", "deadline", '
    '"ended", "error", "ending", "revision", "seen") AS (SELECT * FROM unnest($1::text[], $2::text[], '
    '$3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], '
    '$10::text[], $11::text[], $12::bigint[], $13::bigint[]) LIMIT (SELECT 1000000000)) UPDATE '
    'workflow SET status=v.status, revision=v.revision, pointer_seq=v.pointer_seq, '
    'next_due=v.next_due, deadline=v.deadline, ended=v.ended, error=v.error, ending=v.ending FROM v '
    'WHERE workflow.id = v.id AND (workflow.owner = v.owner) IS true AND workflow.fence = v.fence AND '
    'workflow.revision = v.previous',
    (),
    ('id', 'owner', 'fence', 'previous', 'status', 'pointer_seq', 'next_due', 'deadline', 'ended', 'error', 'ending', 'revision', 'seen'),
)

KEEP_ONE_WORKFLOW: Final = Statement(
    'UPDATE workflow SET status=$1::VARCHAR, revision=$2::BIGINT, pointer_seq=$3::BIGINT, '
    'next_due=$4::BIGINT, deadline=$5::BIGINT, ended=$6::BIGINT, error=$7::VARCHAR, '
    'ending=$8::VARCHAR WHERE workflow.id = $9::VARCHAR AND (workflow.owner = $10::VARCHAR) IS true '
    'AND workflow.fence = $11::BIGINT AND workflow.revision = $12::BIGINT',
    ('status_', 'revision_', 'pointer_seq_', 'next_due_', 'deadline_', 'ended_', 'error_', 'ending_', 'id_', 'owner_', 'fence_', 'previous_'),
)

INSERT_WORKFLOW: Final = Statement(
    'WITH v("id", "definition_id", "version", "fingerprint", "status", "created", "root_id", '
    '"digest", "reference", "priority", "tags", "parent_id", "parent_pointer", "owner", "fence", '
    '"revision", "inbox_seq", "pointer_seq", "next_due", "deadline", "ended", "error", "ending", '
    '"trace") AS (SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], '
    '$6::bigint[], $7::text[], $8::text[], $9::text[], $10::bigint[], $11::text[], $12::text[], '
    '$13::bigint[], $14::text[], $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[], '
    '$19::bigint[], $20::bigint[], $21::bigint[], $22::text[], $23::text[], $24::text[]) LIMIT '
    '(SELECT 1000000000)) INSERT INTO workflow (id, definition_id, version, fingerprint, status, '
    'created, root_id, digest, reference, priority, tags, parent_id, parent_pointer, owner, fence, '
    'revision, inbox_seq, pointer_seq, next_due, deadline, ended, error, ending, trace) SELECT v.id, '
    'v.definition_id, v.version, v.fingerprint, v.status, v.created, v.root_id, v.digest, '
    'v.reference, v.priority, v.tags, v.parent_id, v.parent_pointer, v.owner, v.fence, v.revision, '
    'v.inbox_seq, v.pointer_seq, v.next_due, v.deadline, v.ended, v.error, v.ending, v.trace FROM v '
    'WHERE true ON CONFLICT (id) DO NOTHING',
    (),
    ('id', 'definition_id', 'version', 'fingerprint', 'status', 'created', 'root_id', 'digest', 'reference', 'priority', 'tags', 'parent_id', 'parent_pointer', 'owner', 'fence', 'revision', 'inbox_seq', 'pointer_seq', 'next_due', 'deadline', 'ended', 'error', 'ending', 'trace'),
)

RELEASE_WORKFLOW: Final = Statement(
    'WITH v("id", "seen") AS (SELECT * FROM unnest($1::text[], $2::bigint[]) LIMIT (SELECT '
    '1000000000)) UPDATE workflow SET owner=NULL FROM v WHERE workflow.id = v.id AND '
    'workflow.inbox_seq <= v.seen',
    (),
    ('id', 'seen'),
)

UPSERT_POINTER: Final = Statement(
    'WITH v("instance_id", "id", "step", "status", "parent", "scope", "live", "index", "iteration", '
    '"attempt", "failures", "run", "crashes", "created", "started", "ended", "due", "outcome", '
    '"output", "state", "error", "knows", "undo") AS (SELECT * FROM unnest($1::text[], $2::bigint[], '
    '$3::text[], $4::text[], $5::bigint[], $6::text[], $7::boolean[], $8::bigint[], $9::bigint[], '
    '$10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], '
    '$16::bigint[], $17::bigint[], $18::text[], $19::text[], $20::text[], $21::text[], $22::bigint[], '
    '$23::bigint[]) LIMIT (SELECT 1000000000)) INSERT INTO pointer (instance_id, id, step, status, '
    'parent, scope, live, index, iteration, attempt, failures, run, crashes, created, started, ended, '
    'due, outcome, output, state, error, knows, undo) SELECT v.instance_id, v.id, v.step, v.status, '
    'v.parent, v.scope, v.live, v.index, v.iteration, v.attempt, v.failures, v.run, v.crashes, '
    'v.created, v.started, v.ended, v.due, v.outcome, v.output, v.state, v.error, v.knows, v.undo '
    'FROM v WHERE true ON CONFLICT (instance_id, id) DO UPDATE SET step = excluded.step, status = '
    'excluded.status, parent = excluded.parent, scope = excluded.scope, live = excluded.live, index = '
    'excluded.index, iteration = excluded.iteration, attempt = excluded.attempt, failures = '
    'excluded.failures, run = excluded.run, crashes = excluded.crashes, created = excluded.created, '
    'started = excluded.started, ended = excluded.ended, due = excluded.due, outcome = '
    'excluded.outcome, output = excluded.output, state = excluded.state, error = excluded.error, '
    'knows = excluded.knows, undo = excluded.undo',
    (),
    ('instance_id', 'id', 'step', 'status', 'parent', 'scope', 'live', 'index', 'iteration', 'attempt', 'failures', 'run', 'crashes', 'created', 'started', 'ended', 'due', 'outcome', 'output', 'state', 'error', 'knows', 'undo'),
)

KEEP_DATA: Final = Statement(
    'WITH v("instance_id", "key", "revision", "value") AS (SELECT * FROM unnest($1::text[], '
    '$2::text[], $3::bigint[], $4::text[]) LIMIT (SELECT 1000000000)) INSERT INTO data (instance_id, '
    'key, superseded, revision, value) SELECT data.instance_id, data.key, v.revision, data.revision '
    'AS revision_1, data.value FROM v JOIN data ON data.instance_id = v.instance_id AND data.key = '
    'v.key AND data.superseded = 0 WHERE true ON CONFLICT DO NOTHING',
    (),
    ('instance_id', 'key', 'revision', 'value'),
)

UPSERT_DATA: Final = Statement(
    'WITH v("instance_id", "key", "revision", "value") AS (SELECT * FROM unnest($1::text[], '
    '$2::text[], $3::bigint[], $4::text[]) LIMIT (SELECT 1000000000)) INSERT INTO data (instance_id, '
    'key, superseded, revision, value) SELECT v.instance_id, v.key, 0, v.revision, v.value FROM v '
    'WHERE true ON CONFLICT (instance_id, key, superseded) DO UPDATE SET revision = '
    'excluded.revision, value = excluded.value',
    (),
    ('instance_id', 'key', 'revision', 'value'),
)

DROP_HISTORY: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) DELETE FROM data '
    'WHERE data.instance_id IN (SELECT v.id FROM v) AND data.superseded > 0',
    (),
    ('id',),
)

DROP_UNDO: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) UPDATE pointer SET '
    'undo=NULL WHERE pointer.instance_id IN (SELECT v.id FROM v) AND pointer.undo IS NOT NULL',
    (),
    ('id',),
)

UPSERT_ITEM: Final = Statement(
    'WITH v("instance_id", "pointer_id", "number", "values") AS (SELECT * FROM unnest($1::text[], '
    '$2::bigint[], $3::bigint[], $4::text[]) LIMIT (SELECT 1000000000)) INSERT INTO item '
    '(instance_id, pointer_id, number, values) SELECT v.instance_id, v.pointer_id, v.number, v.values '
    'FROM v WHERE true ON CONFLICT (instance_id, pointer_id, number) DO UPDATE SET values = '
    'excluded.values',
    (),
    ('instance_id', 'pointer_id', 'number', 'values'),
)

DROP_ITEMS: Final = Statement(
    'WITH v("instance_id", "pointer_id") AS (SELECT * FROM unnest($1::text[], $2::bigint[]) LIMIT '
    '(SELECT 1000000000)) DELETE FROM item WHERE (item.instance_id, item.pointer_id) IN (SELECT '
    'v.instance_id, v.pointer_id FROM v)',
    (),
    ('instance_id', 'pointer_id'),
)

DROP_SUBSCRIPTIONS: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) DELETE FROM '
    'subscription WHERE subscription.instance_id IN (SELECT v.id FROM v)',
    (),
    ('id',),
)

UPSERT_SUBSCRIPTION: Final = Statement(
    'WITH v("instance_id", "name", "key", "as_of") AS (SELECT * FROM unnest($1::text[], $2::text[], '
    '$3::text[], $4::bigint[]) LIMIT (SELECT 1000000000)) INSERT INTO subscription (instance_id, '
    'name, key, as_of) SELECT v.instance_id, v.name, v.key, v.as_of FROM v WHERE true ON CONFLICT '
    '(instance_id, name, key) DO UPDATE SET as_of = least(subscription.as_of, excluded.as_of)',
    (),
    ('instance_id', 'name', 'key', 'as_of'),
)

CONSUME: Final = Statement(
    'WITH v("instance_id", "seq") AS (SELECT * FROM unnest($1::text[], $2::bigint[]) LIMIT (SELECT '
    "1000000000)) UPDATE inbox SET payload='', consumed=true FROM v WHERE inbox.instance_id = "
    'v.instance_id AND inbox.seq = v.seq',
    (),
    ('instance_id', 'seq'),
)

INSERT_ACTIVITY: Final = Statement(
    'WITH v("id", "name", "instance_id", "pointer_id", "input", "created", "due") AS (SELECT * FROM '
    'unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[]) '
    'LIMIT (SELECT 1000000000)) INSERT INTO activity (id, name, instance_id, pointer_id, input, '
    'created, due, leases, expires) SELECT v.id, v.name, v.instance_id, v.pointer_id, v.input, '
    'v.created, v.due, 0, 0 FROM v WHERE true ON CONFLICT DO NOTHING',
    (),
    ('id', 'name', 'instance_id', 'pointer_id', 'input', 'created', 'due'),
)

DROP_ACTIVITIES: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) DELETE FROM '
    'activity WHERE activity.id IN (SELECT v.id FROM v)',
    (),
    ('id',),
)

INSERT_OUTBOX: Final = Statement(
    'WITH v("instance_id", "definition_id", "revision", "entries") AS (SELECT * FROM '
    'unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) LIMIT (SELECT 1000000000)) INSERT INTO '
    'outbox (seq, instance_id, definition_id, revision, entries) SELECT '
    "((pg_current_xact_id()::text::bigint << 20) | (nextval('outbox_seq_seq') & 1048575)), "
    'v.instance_id, v.definition_id, v.revision, v.entries FROM v',
    (),
    ('instance_id', 'definition_id', 'revision', 'entries'),
)

CANDIDATES: Final = Statement(
    'SELECT choice.id, choice.owner FROM (SELECT usual.id AS id, usual.owner AS owner, usual.priority '
    'AS priority, usual.next_due AS next_due FROM (SELECT workflow.id AS id, workflow.owner AS owner, '
    'workflow.priority AS priority, workflow.next_due AS next_due FROM workflow WHERE workflow.owner '
    'IS NULL AND workflow.next_due IS NOT NULL AND workflow.next_due <= $1::BIGINT AND '
    "(workflow.status NOT IN ('complete', 'cancelled', 'terminated')) AND workflow.priority = 0 AND "
    '($2::VARCHAR IS NULL OR workflow.fingerprint IN (SELECT anon_1.value FROM '
    'jsonb_array_elements_text(CAST($2::VARCHAR AS JSONB)) AS anon_1)) AND ($3::VARCHAR IS NULL OR '
    "((workflow.definition_id || ' ') || workflow.version) IN (SELECT anon_2.value FROM "
    'jsonb_array_elements_text(CAST($3::VARCHAR AS JSONB)) AS anon_2)) AND ($4::VARCHAR IS NULL OR '
    'workflow.root_id IN (SELECT anon_3.value FROM jsonb_array_elements_text(CAST($4::VARCHAR AS '
    'JSONB)) AS anon_3) OR workflow.id IN (SELECT anon_4.value FROM '
    'jsonb_array_elements_text(CAST($4::VARCHAR AS JSONB)) AS anon_4)) ORDER BY workflow.next_due '
    'LIMIT $5::BIGINT OFFSET 0) AS usual UNION ALL SELECT workflow.id AS id, workflow.owner AS owner, '
    'workflow.priority AS priority, workflow.next_due AS next_due FROM workflow WHERE workflow.owner '
    'IS NULL AND workflow.next_due IS NOT NULL AND workflow.next_due <= $1::BIGINT AND '
    "(workflow.status NOT IN ('complete', 'cancelled', 'terminated')) AND workflow.priority != 0 AND "
    '($2::VARCHAR IS NULL OR workflow.fingerprint IN (SELECT anon_5.value FROM '
    'jsonb_array_elements_text(CAST($2::VARCHAR AS JSONB)) AS anon_5)) AND ($3::VARCHAR IS NULL OR '
    "((workflow.definition_id || ' ') || workflow.version) IN (SELECT anon_6.value FROM "
    'jsonb_array_elements_text(CAST($3::VARCHAR AS JSONB)) AS anon_6)) AND ($4::VARCHAR IS NULL OR '
    'workflow.root_id IN (SELECT anon_7.value FROM jsonb_array_elements_text(CAST($4::VARCHAR AS '
    'JSONB)) AS anon_7) OR workflow.id IN (SELECT anon_8.value FROM '
    'jsonb_array_elements_text(CAST($4::VARCHAR AS JSONB)) AS anon_8)) UNION ALL SELECT workflow.id '
    'AS id, workflow.owner AS owner, workflow.priority AS priority, workflow.next_due AS next_due '
    'FROM workflow WHERE workflow.owner IN (SELECT anon_9.value FROM '
    'jsonb_array_elements_text(CAST($6::VARCHAR AS JSONB)) AS anon_9) AND ($2::VARCHAR IS NULL OR '
    'workflow.fingerprint IN (SELECT anon_10.value FROM jsonb_array_elements_text(CAST($2::VARCHAR AS '
    "JSONB)) AS anon_10)) AND ($3::VARCHAR IS NULL OR ((workflow.definition_id || ' ') || "
    'workflow.version) IN (SELECT anon_11.value FROM jsonb_array_elements_text(CAST($3::VARCHAR AS '
    'JSONB)) AS anon_11)) AND ($4::VARCHAR IS NULL OR workflow.root_id IN (SELECT anon_12.value FROM '
    'jsonb_array_elements_text(CAST($4::VARCHAR AS JSONB)) AS anon_12) OR workflow.id IN (SELECT '
    'anon_13.value FROM jsonb_array_elements_text(CAST($4::VARCHAR AS JSONB)) AS anon_13))) AS choice '
    'ORDER BY choice.priority + ($1::BIGINT - least(coalesce(choice.next_due, $1::BIGINT), '
    '$1::BIGINT)) / 60000000 DESC, least(coalesce(choice.next_due, $1::BIGINT), $1::BIGINT), '
    'choice.id LIMIT $5::BIGINT OFFSET 0',
    ('now', 'fingerprints', 'definitions', 'roots', 'limit', 'dead'),
)

NAMED_CANDIDATES: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($7::text[]) LIMIT (SELECT 1000000000)) SELECT choice.id, '
    'choice.owner FROM (SELECT workflow.id AS id, workflow.owner AS owner, workflow.priority AS '
    'priority, workflow.next_due AS next_due FROM workflow WHERE workflow.id IN (SELECT v.id FROM v) '
    'AND (workflow.owner IS NULL AND workflow.next_due IS NOT NULL AND workflow.next_due <= '
    "$1::BIGINT AND (workflow.status NOT IN ('complete', 'cancelled', 'terminated')) OR "
    'workflow.owner IN (SELECT anon_1.value FROM jsonb_array_elements_text(CAST($2::VARCHAR AS '
    'JSONB)) AS anon_1)) AND ($3::VARCHAR IS NULL OR workflow.fingerprint IN (SELECT anon_2.value '
    'FROM jsonb_array_elements_text(CAST($3::VARCHAR AS JSONB)) AS anon_2)) AND ($4::VARCHAR IS NULL '
    "OR ((workflow.definition_id || ' ') || workflow.version) IN (SELECT anon_3.value FROM "
    'jsonb_array_elements_text(CAST($4::VARCHAR AS JSONB)) AS anon_3)) AND ($5::VARCHAR IS NULL OR '
    'workflow.root_id IN (SELECT anon_4.value FROM jsonb_array_elements_text(CAST($5::VARCHAR AS '
    'JSONB)) AS anon_4) OR workflow.id IN (SELECT anon_5.value FROM '
    'jsonb_array_elements_text(CAST($5::VARCHAR AS JSONB)) AS anon_5))) AS choice ORDER BY '
    'choice.priority + ($1::BIGINT - least(coalesce(choice.next_due, $1::BIGINT), $1::BIGINT)) / '
    '60000000 DESC, least(coalesce(choice.next_due, $1::BIGINT), $1::BIGINT), choice.id LIMIT '
    '$6::BIGINT OFFSET 0',
    ('now', 'dead', 'fingerprints', 'definitions', 'roots', 'limit'),
    ('id',),
)

TAKE_WORKFLOW: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($2::text[]) LIMIT (SELECT 1000000000)) UPDATE workflow SET '
    'owner=$1::VARCHAR, fence=(workflow.fence + 1) WHERE workflow.id IN (SELECT v.id FROM v)',
    ('session',),
    ('id',),
)

NEXT_DUE: Final = Statement(
    'SELECT workflow.next_due FROM workflow WHERE workflow.owner IS NULL AND workflow.next_due IS NOT '
    "NULL AND (workflow.status NOT IN ('complete', 'cancelled', 'terminated')) AND ($1::VARCHAR IS "
    'NULL OR workflow.fingerprint IN (SELECT anon_1.value FROM '
    'jsonb_array_elements_text(CAST($1::VARCHAR AS JSONB)) AS anon_1)) AND ($2::VARCHAR IS NULL OR '
    "((workflow.definition_id || ' ') || workflow.version) IN (SELECT anon_2.value FROM "
    'jsonb_array_elements_text(CAST($2::VARCHAR AS JSONB)) AS anon_2)) AND ($3::VARCHAR IS NULL OR '
    'workflow.root_id IN (SELECT anon_3.value FROM jsonb_array_elements_text(CAST($3::VARCHAR AS '
    'JSONB)) AS anon_3) OR workflow.id IN (SELECT anon_4.value FROM '
    'jsonb_array_elements_text(CAST($3::VARCHAR AS JSONB)) AS anon_4)) AND ($4::VARCHAR IS NULL OR '
    'workflow.id IN (SELECT anon_5.value FROM jsonb_array_elements_text(CAST($4::VARCHAR AS JSONB)) '
    'AS anon_5)) ORDER BY workflow.next_due LIMIT 1 OFFSET 0',
    ('fingerprints', 'definitions', 'roots', 'ids'),
)

LOAD_WORKFLOW: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) SELECT workflow.id, '
    'workflow.definition_id, workflow.version, workflow.fingerprint, workflow.status, '
    'workflow.created, workflow.root_id, workflow.digest, workflow.reference, workflow.priority, '
    'workflow.tags, workflow.parent_id, workflow.parent_pointer, workflow.owner, workflow.fence, '
    'workflow.revision, workflow.inbox_seq, workflow.pointer_seq, workflow.next_due, '
    'workflow.deadline, workflow.ended, workflow.error, workflow.ending, workflow.trace, EXISTS '
    '(SELECT 1 FROM subscription WHERE subscription.instance_id = workflow.id) AS anon_1 FROM v JOIN '
    'workflow ON workflow.id = v.id',
    (),
    ('id',),
)

LOAD_POINTERS: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) SELECT '
    'pointer.instance_id, pointer.id, pointer.step, pointer.status, pointer.parent, pointer.scope, '
    'pointer.live, pointer.index, pointer.iteration, pointer.attempt, pointer.failures, pointer.run, '
    'pointer.crashes, pointer.created, pointer.started, pointer.ended, pointer.due, pointer.outcome, '
    'pointer.output, pointer.state, pointer.error, pointer.knows, pointer.undo FROM pointer WHERE '
    'pointer.instance_id IN (SELECT v.id FROM v) AND pointer.live ORDER BY pointer.instance_id, '
    'pointer.id',
    (),
    ('id',),
)

LOAD_DATA: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) SELECT '
    'data.instance_id, data.key, data.value FROM data WHERE data.instance_id IN (SELECT v.id FROM v) '
    'AND data.superseded = 0',
    (),
    ('id',),
)

LOAD_INBOX: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) SELECT '
    'inbox.instance_id, inbox.seq, inbox.kind, inbox.payload, inbox.effective, inbox.event_id, '
    'inbox.name, inbox.key FROM inbox WHERE inbox.instance_id IN (SELECT v.id FROM v) AND NOT '
    'inbox.consumed ORDER BY inbox.instance_id, inbox.seq',
    (),
    ('id',),
)

LOAD_CHUNKS: Final = Statement(
    'WITH v("instance_id", "pointer_id", "number") AS (SELECT * FROM unnest($1::text[], $2::bigint[], '
    '$3::bigint[]) LIMIT (SELECT 1000000000)) SELECT item.instance_id, item.pointer_id, item.number, '
    'item.values FROM v JOIN item ON item.instance_id = v.instance_id AND item.pointer_id = '
    'v.pointer_id AND item.number = v.number',
    (),
    ('instance_id', 'pointer_id', 'number'),
)

MATCH_EVENTS: Final = Statement(
    'WITH v("instance_id", "name", "key", "as_of") AS (SELECT * FROM unnest($1::text[], $2::text[], '
    '$3::text[], $4::bigint[]) LIMIT (SELECT 1000000000)) INSERT INTO inbox (instance_id, seq, kind, '
    'payload, effective, event_id, name, key, dedupe, consumed) SELECT workflow.id, '
    'greatest(workflow.inbox_seq, coalesce((SELECT max(before.seq) AS max_1 FROM inbox AS before '
    'WHERE before.instance_id = workflow.id), 0)) + row_number() OVER (PARTITION BY workflow.id ORDER '
    "BY event.effective, event.seq) AS anon_1, 'event', event.payload, event.effective, event.id AS "
    'id_1, event.name, event.key, NULL AS anon_2, false AS anon_3 FROM v JOIN workflow ON workflow.id '
    '= v.instance_id JOIN event ON event.name = v.name AND event.key = v.key AND event.effective >= '
    'v.as_of WHERE NOT (EXISTS (SELECT 1 FROM inbox WHERE inbox.event_id = event.id AND '
    'inbox.instance_id = workflow.id))',
    (),
    ('instance_id', 'name', 'key', 'as_of'),
)

INSERT_MESSAGE: Final = Statement(
    'WITH v("instance_id", "position", "kind", "payload", "dedupe") AS (SELECT * FROM '
    'unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[]) LIMIT (SELECT 1000000000)) '
    'INSERT INTO inbox (instance_id, seq, kind, payload, effective, event_id, name, key, dedupe, '
    'consumed) SELECT workflow.id, greatest(workflow.inbox_seq, coalesce((SELECT max(before.seq) AS '
    'max_1 FROM inbox AS before WHERE before.instance_id = workflow.id), 0)) + row_number() OVER '
    '(PARTITION BY workflow.id ORDER BY v.position) AS anon_1, v.kind, v.payload, 0, NULL AS anon_2, '
    "'', '', v.dedupe, false AS anon_3 FROM v JOIN workflow ON workflow.id = v.instance_id WHERE "
    'v.dedupe IS NULL OR NOT (EXISTS (SELECT 1 FROM inbox WHERE inbox.instance_id = v.instance_id AND '
    'inbox.dedupe = v.dedupe))',
    (),
    ('instance_id', 'position', 'kind', 'payload', 'dedupe'),
)

BUMP_INBOX: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($2::text[]) LIMIT (SELECT 1000000000)) UPDATE workflow SET '
    'inbox_seq=come.seq, next_due=CASE WHEN (workflow.owner IS NULL AND (workflow.status NOT IN '
    "('complete', 'cancelled', 'terminated'))) THEN least(coalesce(workflow.next_due, come.due), "
    'come.due) ELSE workflow.next_due END FROM (SELECT inbox.instance_id AS instance_id, '
    'max(inbox.seq) AS seq, min(greatest(inbox.effective, $1::BIGINT)) AS due FROM v JOIN workflow AS '
    'w ON w.id = v.id JOIN inbox ON inbox.instance_id = w.id AND inbox.seq > w.inbox_seq GROUP BY '
    'inbox.instance_id) AS come WHERE workflow.id = come.instance_id',
    ('now',),
    ('id',),
)

READ_HEADS: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) SELECT workflow.id, '
    'workflow.owner, workflow.fence, workflow.revision, workflow.inbox_seq, workflow.status FROM v '
    'JOIN workflow ON workflow.id = v.id',
    (),
    ('id',),
)

READ_WORKFLOWS: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) SELECT workflow.id, '
    'workflow.definition_id, workflow.version, workflow.fingerprint, workflow.status, '
    'workflow.created, workflow.root_id, workflow.digest, workflow.reference, workflow.priority, '
    'workflow.tags, workflow.parent_id, workflow.parent_pointer, workflow.owner, workflow.fence, '
    'workflow.revision, workflow.inbox_seq, workflow.pointer_seq, workflow.next_due, '
    'workflow.deadline, workflow.ended, workflow.error, workflow.ending, workflow.trace FROM v JOIN '
    'workflow ON workflow.id = v.id',
    (),
    ('id',),
)

READ_INBOXES: Final = Statement(
    'WITH v("id", "after") AS (SELECT * FROM unnest($1::text[], $2::bigint[]) LIMIT (SELECT '
    '1000000000)) SELECT inbox.instance_id, inbox.seq, inbox.kind, inbox.payload, inbox.effective, '
    'inbox.event_id, inbox.name, inbox.key FROM v JOIN inbox ON inbox.instance_id = v.id AND '
    'inbox.seq > v.after WHERE NOT inbox.consumed ORDER BY inbox.instance_id, inbox.seq',
    (),
    ('id', 'after'),
)

READ_DATA: Final = Statement(
    'SELECT data.key, data.value FROM data WHERE data.instance_id = $1::VARCHAR AND data.superseded = '
    '0',
    ('instance_id',),
)

READ_DATA_AS_OF: Final = Statement(
    'SELECT data.key, data.value FROM data WHERE data.instance_id = $1::VARCHAR AND data.revision <= '
    '$2::BIGINT AND (data.superseded = 0 OR data.superseded > $2::BIGINT)',
    ('instance_id', 'revision'),
)

READ_POINTERS: Final = Statement(
    'SELECT pointer.id, pointer.step, pointer.status, pointer.parent, pointer.scope, pointer.live, '
    'pointer.index, pointer.iteration, pointer.attempt, pointer.failures, pointer.run, '
    'pointer.crashes, pointer.created, pointer.started, pointer.ended, pointer.due, pointer.outcome, '
    'pointer.output, pointer.state, pointer.error, pointer.knows, pointer.undo FROM pointer WHERE '
    'pointer.instance_id = $1::VARCHAR AND pointer.id > $2::BIGINT ORDER BY pointer.id LIMIT '
    '$3::BIGINT OFFSET 0',
    ('instance_id', 'after', 'limit'),
)

READ_UNDO: Final = Statement(
    'WITH v("scope") AS (SELECT * FROM unnest($3::text[]) LIMIT (SELECT 1000000000)) SELECT '
    'pointer.id, pointer.step, pointer.status, pointer.parent, pointer.scope, pointer.live, '
    'pointer.index, pointer.iteration, pointer.attempt, pointer.failures, pointer.run, '
    'pointer.crashes, pointer.created, pointer.started, pointer.ended, pointer.due, pointer.outcome, '
    'pointer.output, pointer.state, pointer.error, pointer.knows, pointer.undo FROM pointer WHERE '
    'pointer.instance_id = $1::VARCHAR AND pointer.undo IS NOT NULL AND (EXISTS (SELECT 1 FROM v '
    'WHERE substr(pointer.scope, 1, length(v.scope)) = v.scope)) ORDER BY pointer.undo DESC LIMIT '
    '$2::BIGINT OFFSET 0',
    ('instance_id', 'limit'),
    ('scope',),
)

READ_CHUNK: Final = Statement(
    'SELECT item.values FROM item WHERE item.instance_id = $1::VARCHAR AND item.pointer_id = '
    '$2::BIGINT AND item.number = $3::BIGINT',
    ('instance_id', 'pointer_id', 'number'),
)

READ_OUTPUTS: Final = Statement(
    'SELECT latest.index, pointer.output FROM (SELECT pointer.index AS index, max(pointer.id) AS id '
    'FROM pointer WHERE pointer.instance_id = $1::VARCHAR AND pointer.parent = $2::BIGINT AND '
    'pointer.index IS NOT NULL AND pointer.index > $3::BIGINT AND pointer.step = $4::VARCHAR AND '
    "pointer.status = 'complete' GROUP BY pointer.index ORDER BY pointer.index LIMIT $5::BIGINT "
    'OFFSET 0) AS latest JOIN pointer ON pointer.instance_id = $1::VARCHAR AND pointer.id = latest.id '
    'ORDER BY latest.index',
    ('instance_id', 'parent', 'after', 'step', 'limit'),
)

READ_OWNERS: Final = Statement(
    'SELECT DISTINCT workflow.owner FROM workflow WHERE workflow.owner IS NOT NULL',
    (),
)

INSERT_EVENT: Final = Statement(
    'WITH v("id", "name", "key", "payload", "effective", "published") AS (SELECT * FROM '
    'unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[]) LIMIT (SELECT '
    '1000000000)) INSERT INTO event (id, name, key, payload, effective, published, fanned_out) SELECT '
    'v.id, v.name, v.key, v.payload, coalesce(v.effective, greatest($1::BIGINT, coalesce($2::BIGINT, '
    '(extract(epoch FROM clock_timestamp()) * 1000000)::bigint))) AS effective, v.published, false AS '
    'anon_1 FROM v WHERE true ON CONFLICT (id) DO NOTHING',
    ('now', 'test_time'),
    ('id', 'name', 'key', 'payload', 'effective', 'published'),
)

COUNT_DELIVERIES: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($2::text[]) LIMIT (SELECT 1000000000)) SELECT count(*) AS '
    'count_1 FROM (SELECT 1 FROM v JOIN event ON event.id = v.id JOIN subscription ON '
    'subscription.name = event.name AND subscription.key = event.key AND subscription.as_of <= '
    'event.effective WHERE NOT event.fanned_out LIMIT $1::BIGINT OFFSET 0) AS wanted',
    ('limit',),
    ('id',),
)

DELIVER_EVENTS: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) INSERT INTO inbox '
    '(instance_id, seq, kind, payload, effective, event_id, name, key, dedupe, consumed) SELECT '
    'workflow.id, greatest(workflow.inbox_seq, coalesce((SELECT max(before.seq) AS max_1 FROM inbox '
    'AS before WHERE before.instance_id = workflow.id), 0)) + row_number() OVER (PARTITION BY '
    "workflow.id ORDER BY event.effective, event.seq) AS anon_1, 'event', event.payload, "
    'event.effective, event.id AS id_1, event.name, event.key, NULL AS anon_2, false AS anon_3 FROM v '
    'JOIN event ON event.id = v.id JOIN subscription ON subscription.name = event.name AND '
    'subscription.key = event.key AND subscription.as_of <= event.effective JOIN workflow ON '
    'workflow.id = subscription.instance_id WHERE NOT event.fanned_out AND NOT (EXISTS (SELECT 1 FROM '
    'inbox WHERE inbox.event_id = event.id AND inbox.instance_id = workflow.id))',
    (),
    ('id',),
)

WOKEN_BY_EVENTS: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) SELECT DISTINCT '
    'workflow.id, workflow.owner FROM v JOIN inbox ON inbox.event_id = v.id JOIN workflow ON '
    'inbox.instance_id = workflow.id AND inbox.seq > workflow.inbox_seq',
    (),
    ('id',),
)

SUBSCRIBERS: Final = Statement(
    'SELECT subscription.instance_id FROM event JOIN subscription ON subscription.name = event.name '
    'AND subscription.key = event.key AND subscription.as_of <= event.effective WHERE event.id = '
    '$1::VARCHAR AND subscription.instance_id > $2::VARCHAR ORDER BY subscription.instance_id LIMIT '
    '$3::BIGINT OFFSET 0',
    ('event_id', 'after', 'limit'),
)

DELIVER_EVENT: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($2::text[]) LIMIT (SELECT 1000000000)) INSERT INTO inbox '
    '(instance_id, seq, kind, payload, effective, event_id, name, key, dedupe, consumed) SELECT '
    'workflow.id, greatest(workflow.inbox_seq, coalesce((SELECT max(before.seq) AS max_1 FROM inbox '
    'AS before WHERE before.instance_id = workflow.id), 0)) + row_number() OVER (PARTITION BY '
    "workflow.id ORDER BY event.effective, event.seq) AS anon_1, 'event', event.payload, "
    'event.effective, event.id AS id_1, event.name, event.key, NULL AS anon_2, false AS anon_3 FROM v '
    'JOIN workflow ON workflow.id = v.id JOIN event ON event.id = $1::VARCHAR WHERE NOT (EXISTS '
    '(SELECT 1 FROM inbox WHERE inbox.event_id = event.id AND inbox.instance_id = workflow.id))',
    ('event_id',),
    ('id',),
)

WOKEN: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) SELECT workflow.id, '
    'workflow.owner FROM v JOIN workflow ON workflow.id = v.id WHERE EXISTS (SELECT 1 FROM inbox '
    'WHERE inbox.instance_id = workflow.id AND inbox.seq > workflow.inbox_seq)',
    (),
    ('id',),
)

MARK_DELIVERED: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) UPDATE event SET '
    'fanned_out=true WHERE event.id IN (SELECT v.id FROM v)',
    (),
    ('id',),
)

UNDELIVERED: Final = Statement(
    'SELECT event.id, event.name, event.key FROM event WHERE NOT event.fanned_out ORDER BY event.seq '
    'LIMIT $1::BIGINT OFFSET 0',
    ('limit',),
)

FORGETTABLE: Final = Statement(
    'SELECT event.seq FROM event WHERE event.published < $1::BIGINT AND event.effective < $1::BIGINT '
    'AND event.fanned_out AND NOT (EXISTS (SELECT 1 FROM inbox WHERE inbox.event_id = event.id)) '
    'LIMIT $2::BIGINT OFFSET 0',
    ('before', 'limit'),
)

FORGET_EVENTS: Final = Statement(
    'DELETE FROM event WHERE event.seq IN (SELECT "old".seq FROM (SELECT event.seq AS seq FROM event '
    'WHERE event.published < $1::BIGINT AND event.effective < $1::BIGINT AND event.fanned_out AND NOT '
    '(EXISTS (SELECT 1 FROM inbox WHERE inbox.event_id = event.id)) LIMIT $2::BIGINT OFFSET 0) AS '
    '"old")',
    ('before', 'limit'),
)

READ_OUTBOX: Final = Statement(
    'SELECT outbox.seq, outbox.instance_id, outbox.definition_id, outbox.revision, outbox.entries '
    "FROM outbox WHERE outbox.seq > $1::BIGINT AND outbox.entries != '' AND outbox.seq < "
    '(pg_snapshot_xmin(pg_current_snapshot())::text::bigint << 20) ORDER BY outbox.seq LIMIT '
    '$2::BIGINT OFFSET 0',
    ('after', 'limit'),
)

READ_CHANGES: Final = Statement(
    'SELECT outbox.seq, outbox.instance_id FROM outbox WHERE outbox.seq > $1::BIGINT AND outbox.seq < '
    '(pg_snapshot_xmin(pg_current_snapshot())::text::bigint << 20) ORDER BY outbox.seq LIMIT '
    '$2::BIGINT OFFSET 0',
    ('after', 'limit'),
)

CHANGE_BOUNDS: Final = Statement(
    'SELECT (SELECT coalesce(max(CAST(cache.value AS BIGINT)), 0) AS coalesce_1 FROM cache WHERE '
    "cache.key = 'outbox:trimmed') AS anon_1, (SELECT coalesce(max(outbox.seq), 0) AS coalesce_2 FROM "
    'outbox WHERE outbox.seq < (pg_snapshot_xmin(pg_current_snapshot())::text::bigint << 20)) AS '
    'anon_2',
    (),
)

TRIM_PAGE: Final = Statement(
    'SELECT max(page.seq) AS max_1, count(*) AS count_1 FROM (SELECT outbox.seq AS seq FROM outbox '
    'WHERE outbox.seq >= (SELECT coalesce(max(CAST(cache.value AS BIGINT)), 0) AS coalesce_1 FROM '
    "cache WHERE cache.key = 'outbox:trimmed') AND outbox.seq <= $1::BIGINT AND (outbox.seq > (SELECT "
    'coalesce(max(CAST(cache.value AS BIGINT)), 0) AS coalesce_2 FROM cache WHERE cache.key = '
    "'outbox:trimmed') OR outbox.seq < (SELECT max(newest.seq) AS max_2 FROM outbox AS newest)) ORDER "
    'BY outbox.seq LIMIT $2::BIGINT OFFSET 0) AS page',
    ('before', 'limit'),
)

TRIM_OUTBOX: Final = Statement(
    'DELETE FROM outbox WHERE outbox.seq >= (SELECT coalesce(max(CAST(cache.value AS BIGINT)), 0) AS '
    "coalesce_1 FROM cache WHERE cache.key = 'outbox:trimmed') AND outbox.seq <= $1::BIGINT AND "
    'outbox.seq < (SELECT max(newest.seq) AS max_1 FROM outbox AS newest)',
    ('before',),
)

HIDE_OUTBOX: Final = Statement(
    "UPDATE outbox SET entries='' WHERE outbox.seq = $1::BIGINT AND outbox.entries != ''",
    ('before',),
)

NOTE_TRIM: Final = Statement(
    "INSERT INTO cache (key, value, expires) VALUES ('outbox:trimmed', CAST($1::BIGINT AS TEXT), "
    '9223372036854775807) ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE '
    'CAST(cache.value AS BIGINT) < CAST(excluded.value AS BIGINT) RETURNING cache.key',
    ('before',),
)

PUT_DEFINITION: Final = Statement(
    'WITH v("fingerprint", "definition_id", "version", "source") AS (SELECT * FROM unnest($1::text[], '
    '$2::text[], $3::bigint[], $4::text[]) LIMIT (SELECT 1000000000)) INSERT INTO definition '
    '(fingerprint, definition_id, version, source) SELECT v.fingerprint, v.definition_id, v.version, '
    'v.source FROM v WHERE true ON CONFLICT (fingerprint) DO NOTHING',
    (),
    ('fingerprint', 'definition_id', 'version', 'source'),
)

GET_DEFINITION: Final = Statement(
    'SELECT definition.source FROM definition WHERE definition.fingerprint = $1::VARCHAR',
    ('fingerprint',),
)

FIND: Final = Statement(
    'SELECT workflow.id, workflow.definition_id, workflow.version, workflow.fingerprint, '
    'workflow.status, workflow.created, workflow.root_id, workflow.digest, workflow.reference, '
    'workflow.priority, workflow.tags, workflow.parent_id, workflow.parent_pointer, workflow.owner, '
    'workflow.fence, workflow.revision, workflow.inbox_seq, workflow.pointer_seq, workflow.next_due, '
    'workflow.deadline, workflow.ended, workflow.error, workflow.ending, workflow.trace FROM workflow '
    'WHERE (workflow.created, workflow.id) < ($1::BIGINT, $2::VARCHAR) AND workflow.created > '
    '$3::BIGINT AND workflow.created < $4::BIGINT AND ($5::VARCHAR IS NULL OR workflow.status IN '
    '(SELECT anon_1.value FROM jsonb_array_elements_text(CAST($5::VARCHAR AS JSONB)) AS anon_1)) AND '
    '($6::VARCHAR IS NULL OR workflow.definition_id = $6::VARCHAR) AND ($7::BIGINT IS NULL OR '
    'workflow.version = $7::BIGINT) AND ($8::VARCHAR IS NULL OR workflow.reference = $8::VARCHAR) AND '
    '($9::VARCHAR IS NULL OR workflow.root_id = $9::VARCHAR) AND ($10::VARCHAR IS NULL OR '
    'workflow.parent_id = $10::VARCHAR) AND ($11::BIGINT IS NULL OR workflow.ended < $11::BIGINT) AND '
    '($12::VARCHAR IS NULL OR NOT (EXISTS (SELECT 1 FROM jsonb_array_elements(CAST($12::VARCHAR AS '
    'JSONB)) AS asked WHERE NOT (EXISTS (SELECT 1 FROM jsonb_each_text(CAST(workflow.tags AS JSONB)) '
    "AS member WHERE member.key = jsonb_extract_path_text(asked.value, '0') AND member.value = "
    "jsonb_extract_path_text(asked.value, '1')))))) AND ($13::VARCHAR IS NULL OR NOT (EXISTS (SELECT "
    '1 FROM jsonb_array_elements(CAST($13::VARCHAR AS JSONB)) AS asked WHERE NOT (EXISTS (SELECT 1 '
    'FROM data WHERE data.instance_id = workflow.id AND data.key = '
    "jsonb_extract_path_text(asked.value, '0') AND data.superseded = 0 AND data.value = "
    "jsonb_extract_path_text(asked.value, '1')))))) ORDER BY workflow.created DESC, workflow.id DESC "
    'LIMIT $14::BIGINT OFFSET 0',
    ('page_created', 'page_id', 'created_after', 'created_before', 'statuses', 'definition_id', 'version', 'reference', 'root_id', 'parent_id', 'ended_before', 'tags', 'data', 'limit'),
)

FIND_BY_ROOT: Final = Statement(
    'SELECT workflow.id, workflow.definition_id, workflow.version, workflow.fingerprint, '
    'workflow.status, workflow.created, workflow.root_id, workflow.digest, workflow.reference, '
    'workflow.priority, workflow.tags, workflow.parent_id, workflow.parent_pointer, workflow.owner, '
    'workflow.fence, workflow.revision, workflow.inbox_seq, workflow.pointer_seq, workflow.next_due, '
    'workflow.deadline, workflow.ended, workflow.error, workflow.ending, workflow.trace FROM workflow '
    'WHERE (workflow.id = $1::VARCHAR AND workflow.root_id = $1::VARCHAR OR workflow.parent_id IS NOT '
    'NULL AND workflow.root_id = $1::VARCHAR) AND (workflow.created, workflow.id) < ($2::BIGINT, '
    '$3::VARCHAR) AND workflow.created > $4::BIGINT AND workflow.created < $5::BIGINT AND '
    '($6::VARCHAR IS NULL OR workflow.status IN (SELECT anon_1.value FROM '
    'jsonb_array_elements_text(CAST($6::VARCHAR AS JSONB)) AS anon_1)) AND ($7::VARCHAR IS NULL OR '
    'workflow.definition_id = $7::VARCHAR) AND ($8::BIGINT IS NULL OR workflow.version = $8::BIGINT) '
    'AND ($9::VARCHAR IS NULL OR workflow.reference = $9::VARCHAR) AND ($1::VARCHAR IS NULL OR '
    'workflow.root_id = $1::VARCHAR) AND ($10::VARCHAR IS NULL OR workflow.parent_id = $10::VARCHAR) '
    'AND ($11::BIGINT IS NULL OR workflow.ended < $11::BIGINT) AND ($12::VARCHAR IS NULL OR NOT '
    '(EXISTS (SELECT 1 FROM jsonb_array_elements(CAST($12::VARCHAR AS JSONB)) AS asked WHERE NOT '
    '(EXISTS (SELECT 1 FROM jsonb_each_text(CAST(workflow.tags AS JSONB)) AS member WHERE member.key '
    "= jsonb_extract_path_text(asked.value, '0') AND member.value = "
    "jsonb_extract_path_text(asked.value, '1')))))) AND ($13::VARCHAR IS NULL OR NOT (EXISTS (SELECT "
    '1 FROM jsonb_array_elements(CAST($13::VARCHAR AS JSONB)) AS asked WHERE NOT (EXISTS (SELECT 1 '
    'FROM data WHERE data.instance_id = workflow.id AND data.key = '
    "jsonb_extract_path_text(asked.value, '0') AND data.superseded = 0 AND data.value = "
    "jsonb_extract_path_text(asked.value, '1')))))) ORDER BY workflow.created DESC, workflow.id DESC "
    'LIMIT $14::BIGINT OFFSET 0',
    ('root_id', 'page_created', 'page_id', 'created_after', 'created_before', 'statuses', 'definition_id', 'version', 'reference', 'parent_id', 'ended_before', 'tags', 'data', 'limit'),
)

FIND_BY_PARENT: Final = Statement(
    'SELECT workflow.id, workflow.definition_id, workflow.version, workflow.fingerprint, '
    'workflow.status, workflow.created, workflow.root_id, workflow.digest, workflow.reference, '
    'workflow.priority, workflow.tags, workflow.parent_id, workflow.parent_pointer, workflow.owner, '
    'workflow.fence, workflow.revision, workflow.inbox_seq, workflow.pointer_seq, workflow.next_due, '
    'workflow.deadline, workflow.ended, workflow.error, workflow.ending, workflow.trace FROM workflow '
    'WHERE workflow.parent_id = $1::VARCHAR AND (workflow.created, workflow.id) < ($2::BIGINT, '
    '$3::VARCHAR) AND workflow.created > $4::BIGINT AND workflow.created < $5::BIGINT AND '
    '($6::VARCHAR IS NULL OR workflow.status IN (SELECT anon_1.value FROM '
    'jsonb_array_elements_text(CAST($6::VARCHAR AS JSONB)) AS anon_1)) AND ($7::VARCHAR IS NULL OR '
    'workflow.definition_id = $7::VARCHAR) AND ($8::BIGINT IS NULL OR workflow.version = $8::BIGINT) '
    'AND ($9::VARCHAR IS NULL OR workflow.reference = $9::VARCHAR) AND ($10::VARCHAR IS NULL OR '
    'workflow.root_id = $10::VARCHAR) AND ($1::VARCHAR IS NULL OR workflow.parent_id = $1::VARCHAR) '
    'AND ($11::BIGINT IS NULL OR workflow.ended < $11::BIGINT) AND ($12::VARCHAR IS NULL OR NOT '
    '(EXISTS (SELECT 1 FROM jsonb_array_elements(CAST($12::VARCHAR AS JSONB)) AS asked WHERE NOT '
    '(EXISTS (SELECT 1 FROM jsonb_each_text(CAST(workflow.tags AS JSONB)) AS member WHERE member.key '
    "= jsonb_extract_path_text(asked.value, '0') AND member.value = "
    "jsonb_extract_path_text(asked.value, '1')))))) AND ($13::VARCHAR IS NULL OR NOT (EXISTS (SELECT "
    '1 FROM jsonb_array_elements(CAST($13::VARCHAR AS JSONB)) AS asked WHERE NOT (EXISTS (SELECT 1 '
    'FROM data WHERE data.instance_id = workflow.id AND data.key = '
    "jsonb_extract_path_text(asked.value, '0') AND data.superseded = 0 AND data.value = "
    "jsonb_extract_path_text(asked.value, '1')))))) ORDER BY workflow.created DESC, workflow.id DESC "
    'LIMIT $14::BIGINT OFFSET 0',
    ('parent_id', 'page_created', 'page_id', 'created_after', 'created_before', 'statuses', 'definition_id', 'version', 'reference', 'root_id', 'ended_before', 'tags', 'data', 'limit'),
)

FIND_BY_REFERENCE: Final = Statement(
    'SELECT workflow.id, workflow.definition_id, workflow.version, workflow.fingerprint, '
    'workflow.status, workflow.created, workflow.root_id, workflow.digest, workflow.reference, '
    'workflow.priority, workflow.tags, workflow.parent_id, workflow.parent_pointer, workflow.owner, '
    'workflow.fence, workflow.revision, workflow.inbox_seq, workflow.pointer_seq, workflow.next_due, '
    'workflow.deadline, workflow.ended, workflow.error, workflow.ending, workflow.trace FROM workflow '
    'WHERE workflow.reference = $1::VARCHAR AND (workflow.created, workflow.id) < ($2::BIGINT, '
    '$3::VARCHAR) AND workflow.created > $4::BIGINT AND workflow.created < $5::BIGINT AND '
    '($6::VARCHAR IS NULL OR workflow.status IN (SELECT anon_1.value FROM '
    'jsonb_array_elements_text(CAST($6::VARCHAR AS JSONB)) AS anon_1)) AND ($7::VARCHAR IS NULL OR '
    'workflow.definition_id = $7::VARCHAR) AND ($8::BIGINT IS NULL OR workflow.version = $8::BIGINT) '
    'AND ($1::VARCHAR IS NULL OR workflow.reference = $1::VARCHAR) AND ($9::VARCHAR IS NULL OR '
    'workflow.root_id = $9::VARCHAR) AND ($10::VARCHAR IS NULL OR workflow.parent_id = $10::VARCHAR) '
    'AND ($11::BIGINT IS NULL OR workflow.ended < $11::BIGINT) AND ($12::VARCHAR IS NULL OR NOT '
    '(EXISTS (SELECT 1 FROM jsonb_array_elements(CAST($12::VARCHAR AS JSONB)) AS asked WHERE NOT '
    '(EXISTS (SELECT 1 FROM jsonb_each_text(CAST(workflow.tags AS JSONB)) AS member WHERE member.key '
    "= jsonb_extract_path_text(asked.value, '0') AND member.value = "
    "jsonb_extract_path_text(asked.value, '1')))))) AND ($13::VARCHAR IS NULL OR NOT (EXISTS (SELECT "
    '1 FROM jsonb_array_elements(CAST($13::VARCHAR AS JSONB)) AS asked WHERE NOT (EXISTS (SELECT 1 '
    'FROM data WHERE data.instance_id = workflow.id AND data.key = '
    "jsonb_extract_path_text(asked.value, '0') AND data.superseded = 0 AND data.value = "
    "jsonb_extract_path_text(asked.value, '1')))))) ORDER BY workflow.created DESC, workflow.id DESC "
    'LIMIT $14::BIGINT OFFSET 0',
    ('reference', 'page_created', 'page_id', 'created_after', 'created_before', 'statuses', 'definition_id', 'version', 'root_id', 'parent_id', 'ended_before', 'tags', 'data', 'limit'),
)

FIND_AMONG: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($15::text[]) LIMIT (SELECT 1000000000)) SELECT '
    'workflow.id, workflow.definition_id, workflow.version, workflow.fingerprint, workflow.status, '
    'workflow.created, workflow.root_id, workflow.digest, workflow.reference, workflow.priority, '
    'workflow.tags, workflow.parent_id, workflow.parent_pointer, workflow.owner, workflow.fence, '
    'workflow.revision, workflow.inbox_seq, workflow.pointer_seq, workflow.next_due, '
    'workflow.deadline, workflow.ended, workflow.error, workflow.ending, workflow.trace FROM workflow '
    'WHERE workflow.id IN (SELECT v.id FROM v) AND (workflow.created, workflow.id) < ($1::BIGINT, '
    '$2::VARCHAR) AND workflow.created > $3::BIGINT AND workflow.created < $4::BIGINT AND '
    '($5::VARCHAR IS NULL OR workflow.status IN (SELECT anon_1.value FROM '
    'jsonb_array_elements_text(CAST($5::VARCHAR AS JSONB)) AS anon_1)) AND ($6::VARCHAR IS NULL OR '
    'workflow.definition_id = $6::VARCHAR) AND ($7::BIGINT IS NULL OR workflow.version = $7::BIGINT) '
    'AND ($8::VARCHAR IS NULL OR workflow.reference = $8::VARCHAR) AND ($9::VARCHAR IS NULL OR '
    'workflow.root_id = $9::VARCHAR) AND ($10::VARCHAR IS NULL OR workflow.parent_id = $10::VARCHAR) '
    'AND ($11::BIGINT IS NULL OR workflow.ended < $11::BIGINT) AND ($12::VARCHAR IS NULL OR NOT '
    '(EXISTS (SELECT 1 FROM jsonb_array_elements(CAST($12::VARCHAR AS JSONB)) AS asked WHERE NOT '
    '(EXISTS (SELECT 1 FROM jsonb_each_text(CAST(workflow.tags AS JSONB)) AS member WHERE member.key '
    "= jsonb_extract_path_text(asked.value, '0') AND member.value = "
    "jsonb_extract_path_text(asked.value, '1')))))) AND ($13::VARCHAR IS NULL OR NOT (EXISTS (SELECT "
    '1 FROM jsonb_array_elements(CAST($13::VARCHAR AS JSONB)) AS asked WHERE NOT (EXISTS (SELECT 1 '
    'FROM data WHERE data.instance_id = workflow.id AND data.key = '
    "jsonb_extract_path_text(asked.value, '0') AND data.superseded = 0 AND data.value = "
    "jsonb_extract_path_text(asked.value, '1')))))) ORDER BY workflow.created DESC, workflow.id DESC "
    'LIMIT $14::BIGINT OFFSET 0',
    ('page_created', 'page_id', 'created_after', 'created_before', 'statuses', 'definition_id', 'version', 'reference', 'root_id', 'parent_id', 'ended_before', 'tags', 'data', 'limit'),
    ('id',),
)

FIND_ENDED: Final = Statement(
    "SELECT workflow.id FROM workflow WHERE workflow.status IN ('complete', 'failed', 'cancelled', "
    "'terminated') AND (workflow.created, workflow.id) < ($1::BIGINT, $2::VARCHAR) AND "
    'workflow.created > $3::BIGINT AND workflow.created < $4::BIGINT AND ($5::VARCHAR IS NULL OR '
    'workflow.status IN (SELECT anon_1.value FROM jsonb_array_elements_text(CAST($5::VARCHAR AS '
    'JSONB)) AS anon_1)) AND ($6::VARCHAR IS NULL OR workflow.definition_id = $6::VARCHAR) AND '
    '($7::BIGINT IS NULL OR workflow.version = $7::BIGINT) AND ($8::VARCHAR IS NULL OR '
    'workflow.reference = $8::VARCHAR) AND ($9::VARCHAR IS NULL OR workflow.root_id = $9::VARCHAR) '
    'AND ($10::VARCHAR IS NULL OR workflow.parent_id = $10::VARCHAR) AND ($11::BIGINT IS NULL OR '
    'workflow.ended < $11::BIGINT) AND ($12::VARCHAR IS NULL OR NOT (EXISTS (SELECT 1 FROM '
    'jsonb_array_elements(CAST($12::VARCHAR AS JSONB)) AS asked WHERE NOT (EXISTS (SELECT 1 FROM '
    'jsonb_each_text(CAST(workflow.tags AS JSONB)) AS member WHERE member.key = '
    "jsonb_extract_path_text(asked.value, '0') AND member.value = "
    "jsonb_extract_path_text(asked.value, '1')))))) AND ($13::VARCHAR IS NULL OR NOT (EXISTS (SELECT "
    '1 FROM jsonb_array_elements(CAST($13::VARCHAR AS JSONB)) AS asked WHERE NOT (EXISTS (SELECT 1 '
    'FROM data WHERE data.instance_id = workflow.id AND data.key = '
    "jsonb_extract_path_text(asked.value, '0') AND data.superseded = 0 AND data.value = "
    "jsonb_extract_path_text(asked.value, '1')))))) AND NOT (EXISTS (SELECT 1 FROM workflow AS other "
    'WHERE (other.id = workflow.root_id AND other.root_id = workflow.root_id OR other.parent_id IS '
    "NOT NULL AND other.root_id = workflow.root_id) AND (other.status NOT IN ('complete', 'failed', "
    "'cancelled', 'terminated')))) ORDER BY workflow.created DESC, workflow.id DESC LIMIT $14::BIGINT "
    'OFFSET 0',
    ('page_created', 'page_id', 'created_after', 'created_before', 'statuses', 'definition_id', 'version', 'reference', 'root_id', 'parent_id', 'ended_before', 'tags', 'data', 'limit'),
)

READ_TREE: Final = Statement(
    'WITH RECURSIVE v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)), tree(id) '
    'AS (SELECT v.id AS id FROM v UNION SELECT workflow.id AS id FROM tree JOIN workflow ON '
    'workflow.parent_id = tree.id) SELECT tree.id FROM tree',
    (),
    ('id',),
)

PURGE_APPROVALS: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) DELETE FROM event '
    "WHERE event.name = 'wfe.approval' AND event.id IN (SELECT inbox.event_id FROM inbox WHERE "
    'inbox.instance_id IN (SELECT v.id FROM v) AND inbox.event_id IS NOT NULL) AND NOT (EXISTS '
    '(SELECT 1 FROM inbox AS others WHERE others.event_id = event.id AND (others.instance_id NOT IN '
    '(SELECT v.id FROM v))))',
    (),
    ('id',),
)

PURGE_WORKFLOW: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) DELETE FROM '
    'workflow WHERE workflow.id IN (SELECT v.id FROM v)',
    (),
    ('id',),
)

PURGE_POINTER: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) DELETE FROM pointer '
    'WHERE pointer.instance_id IN (SELECT v.id FROM v)',
    (),
    ('id',),
)

PURGE_DATA: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) DELETE FROM data '
    'WHERE data.instance_id IN (SELECT v.id FROM v)',
    (),
    ('id',),
)

PURGE_ITEM: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) DELETE FROM item '
    'WHERE item.instance_id IN (SELECT v.id FROM v)',
    (),
    ('id',),
)

PURGE_SUBSCRIPTION: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) DELETE FROM '
    'subscription WHERE subscription.instance_id IN (SELECT v.id FROM v)',
    (),
    ('id',),
)

PURGE_INBOX: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) DELETE FROM inbox '
    'WHERE inbox.instance_id IN (SELECT v.id FROM v)',
    (),
    ('id',),
)

PURGE_ACTIVITY: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) DELETE FROM '
    'activity WHERE activity.instance_id IN (SELECT v.id FROM v)',
    (),
    ('id',),
)

PURGE_LOG: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) DELETE FROM log '
    'WHERE log.instance_id IN (SELECT v.id FROM v)',
    (),
    ('id',),
)

INSERT_LOG: Final = Statement(
    'WITH v("instance_id", "pointer_id", "attempt", "stream", "at", "text", "place") AS (SELECT * '
    'FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::text[], '
    '$7::bigint[]) LIMIT (SELECT 1000000000)) INSERT INTO log (instance_id, pointer_id, attempt, '
    'stream, at, text) SELECT v.instance_id, v.pointer_id, v.attempt, v.stream, v.at, v.text FROM v '
    'WHERE EXISTS (SELECT 1 FROM workflow WHERE workflow.id = v.instance_id) ORDER BY v.place',
    (),
    ('instance_id', 'pointer_id', 'attempt', 'stream', 'at', 'text', 'place'),
)

READ_LOGS: Final = Statement(
    'SELECT log.instance_id, log.pointer_id, log.attempt, log.stream, log.at, log.text, log.seq FROM '
    'log WHERE log.instance_id = $1::VARCHAR AND log.seq > $2::BIGINT AND ($3::BIGINT IS NULL OR '
    'log.pointer_id = $3::BIGINT) ORDER BY log.seq LIMIT $4::BIGINT OFFSET 0',
    ('instance_id', 'after', 'pointer_id', 'limit'),
)

FREE_ACTIVITY: Final = Statement(
    'SELECT activity.id, activity.instance_id, activity.pointer_id, activity.input, activity.leases '
    'FROM activity WHERE activity.name = $1::VARCHAR AND activity.expires <= $2::BIGINT ORDER BY '
    'activity.created, activity.id LIMIT 1 OFFSET 0',
    ('name', 'now'),
)

LEASE_ACTIVITY: Final = Statement(
    'UPDATE activity SET leases=(activity.leases + 1), expires=$1::BIGINT, worker=$2::VARCHAR WHERE '
    'activity.id = $3::VARCHAR',
    ('expires', 'worker', 'id'),
)

PROLONG_ACTIVITY: Final = Statement(
    'UPDATE activity SET expires=$1::BIGINT WHERE activity.id = $2::VARCHAR AND activity.leases = '
    '$3::BIGINT AND activity.expires > $4::BIGINT',
    ('expires', 'id', 'leases', 'now'),
)

LEASED_ACTIVITY: Final = Statement(
    'SELECT activity.instance_id FROM activity WHERE activity.id = $1::VARCHAR AND activity.leases = '
    '$2::BIGINT AND activity.expires > $3::BIGINT',
    ('id', 'leases', 'now'),
)

END_ACTIVITY: Final = Statement(
    'DELETE FROM activity WHERE activity.id = $1::VARCHAR',
    ('id',),
)

CACHE_GET: Final = Statement(
    'SELECT cache.value FROM cache WHERE cache.key = $1::VARCHAR AND cache.expires > $2::BIGINT',
    ('key', 'now'),
)

CACHE_PUT: Final = Statement(
    'WITH v("key", "value", "expires") AS (SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[]) '
    'LIMIT (SELECT 1000000000)) INSERT INTO cache (key, value, expires) SELECT v.key, v.value, '
    'v.expires FROM v WHERE true ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires = '
    'excluded.expires',
    (),
    ('key', 'value', 'expires'),
)

PUT_CURSOR: Final = Statement(
    'WITH v("key", "value", "expires") AS (SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[]) '
    'LIMIT (SELECT 1000000000)) INSERT INTO cache (key, value, expires) SELECT v.key, v.value, '
    'v.expires FROM v WHERE true ON CONFLICT (key) DO NOTHING',
    (),
    ('key', 'value', 'expires'),
)

MOVE_READER: Final = Statement(
    'UPDATE cache SET value=$1::VARCHAR WHERE cache.key = $2::VARCHAR AND cache.value = $3::VARCHAR',
    ('after', 'key', 'before'),
)

READ_CURSORS: Final = Statement(
    'SELECT cache.key, cache.value FROM cache WHERE cache.expires = 9223372036854775807 AND cache.key '
    "LIKE 'cursor:%'",
    (),
)

DROP_CURSOR: Final = Statement(
    'DELETE FROM cache WHERE cache.key = $1::VARCHAR',
    ('key',),
)

CACHE_TRIM: Final = Statement(
    'DELETE FROM cache WHERE cache.expires <= $1::BIGINT',
    ('now',),
)

OPEN_SESSION: Final = Statement(
    'WITH v("id", "host", "machine", "boot", "expires", "address", "metadata") AS (SELECT * FROM '
    'unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[]) '
    'LIMIT (SELECT 1000000000)) INSERT INTO session (id, host, machine, boot, expires, address, '
    'metadata, gone, closed) SELECT v.id, v.host, v.machine, v.boot, v.expires, v.address, '
    'v.metadata, NULL AS anon_1, false AS anon_2 FROM v WHERE true ON CONFLICT (id) DO UPDATE SET '
    'host = excluded.host, machine = excluded.machine, boot = excluded.boot, expires = '
    'excluded.expires, address = excluded.address, metadata = excluded.metadata, gone = '
    'excluded.gone, closed = excluded.closed',
    (),
    ('id', 'host', 'machine', 'boot', 'expires', 'address', 'metadata'),
)

RENEW_SESSION: Final = Statement(
    'UPDATE session SET expires=$1::BIGINT WHERE session.id = $2::VARCHAR AND session.gone IS NULL',
    ('expires', 'id'),
)

CLOSE_SESSION: Final = Statement(
    'UPDATE session SET gone=coalesce(session.gone, $1::BIGINT), closed=true WHERE session.id = '
    '$2::VARCHAR',
    ('now', 'id'),
)

READ_SESSIONS: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) SELECT session.id, '
    'session.host, session.machine, session.boot, session.expires, session.address, session.metadata, '
    'session.gone FROM v JOIN session ON session.id = v.id',
    (),
    ('id',),
)

BURY_SESSIONS: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($2::text[]) LIMIT (SELECT 1000000000)) UPDATE session SET '
    'gone=$1::BIGINT WHERE session.id IN (SELECT v.id FROM v) AND session.gone IS NULL',
    ('now',),
    ('id',),
)

LIST_SESSIONS: Final = Statement(
    'SELECT session.id, session.host, session.machine, session.boot, session.expires, '
    'session.address, session.metadata, session.gone FROM session WHERE NOT session.closed ORDER BY '
    'session.id',
    (),
)

LIST_GONE_SESSIONS: Final = Statement(
    'SELECT session.id FROM session WHERE session.gone IS NOT NULL AND session.gone < $1::BIGINT AND '
    'NOT (EXISTS (SELECT 1 FROM workflow WHERE workflow.owner = session.id))',
    ('before',),
)

DELETE_SESSIONS: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) DELETE FROM session '
    'WHERE session.id IN (SELECT v.id FROM v)',
    (),
    ('id',),
)

LOCK_WORKFLOWS: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) SELECT workflow.id, '
    'workflow.owner, workflow.fence, workflow.revision, workflow.inbox_seq, workflow.status FROM '
    'workflow WHERE workflow.id IN (SELECT v.id FROM v) ORDER BY workflow.id FOR UPDATE',
    (),
    ('id',),
)

LOCK_CANDIDATES: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($3::text[]) LIMIT (SELECT 1000000000)) SELECT workflow.id '
    'FROM workflow WHERE workflow.id IN (SELECT v.id FROM v) AND (workflow.owner IS NULL AND '
    'workflow.next_due IS NOT NULL AND workflow.next_due <= $1::BIGINT AND (workflow.status NOT IN '
    "('complete', 'cancelled', 'terminated')) OR workflow.owner IN (SELECT anon_1.value FROM "
    'jsonb_array_elements_text(CAST($2::VARCHAR AS JSONB)) AS anon_1)) ORDER BY workflow.id FOR '
    'UPDATE SKIP LOCKED',
    ('now', 'dead'),
    ('id',),
)

LOCK_TOPICS: Final = Statement(
    'WITH v("name", "key") AS (SELECT * FROM unnest($1::text[], $2::text[]) LIMIT (SELECT '
    '1000000000)) SELECT CAST(pg_advisory_xact_lock(2003199233, topics.bucket) AS TEXT) AS '
    "pg_advisory_xact_lock_1 FROM (SELECT DISTINCT CAST(mod(abs(CAST(hashtext((v.name || ' ') || "
    'v.key) AS BIGINT)), 256) AS INTEGER) AS bucket FROM v ORDER BY bucket) AS topics',
    (),
    ('name', 'key'),
)

SHARE_TOPICS: Final = Statement(
    'WITH v("name", "key") AS (SELECT * FROM unnest($1::text[], $2::text[]) LIMIT (SELECT '
    '1000000000)) SELECT CAST(pg_advisory_xact_lock_shared(2003199233, topics.bucket) AS TEXT) AS '
    "pg_advisory_xact_lock_shared_1 FROM (SELECT DISTINCT CAST(mod(abs(CAST(hashtext((v.name || ' ') "
    '|| v.key) AS BIGINT)), 256) AS INTEGER) AS bucket FROM v ORDER BY bucket) AS topics',
    (),
    ('name', 'key'),
)

LOCK_FREE_ACTIVITY: Final = Statement(
    'SELECT activity.id, activity.instance_id, activity.pointer_id, activity.input, activity.leases '
    'FROM activity WHERE activity.name = $1::VARCHAR AND activity.expires <= $2::BIGINT ORDER BY '
    'activity.created, activity.id LIMIT 1 OFFSET 0 FOR UPDATE SKIP LOCKED',
    ('name', 'now'),
)

END_LEASED_ACTIVITY: Final = Statement(
    'DELETE FROM activity WHERE activity.id = $1::VARCHAR AND activity.leases = $2::BIGINT AND '
    'activity.expires > $3::BIGINT',
    ('id', 'leases', 'now'),
)

LOCK_SESSIONS: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) SELECT session.id, '
    'session.host, session.machine, session.boot, session.expires, session.address, session.metadata, '
    'session.gone FROM session WHERE session.id IN (SELECT v.id FROM v) ORDER BY session.id FOR '
    'UPDATE',
    (),
    ('id',),
)

RENEW_SESSION_NOW: Final = Statement(
    'UPDATE session SET expires=(coalesce($1::BIGINT, (extract(epoch FROM clock_timestamp()) * '
    '1000000)::bigint) + $2::BIGINT) WHERE session.id = $3::VARCHAR AND session.gone IS NULL '
    'RETURNING session.expires - $2::BIGINT AS anon_1',
    ('now', 'ttl', 'id'),
)

LOOK_AT_SESSIONS: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($2::text[]) LIMIT (SELECT 1000000000)) SELECT session.id, '
    'session.expires, session.gone, coalesce($1::BIGINT, (extract(epoch FROM clock_timestamp()) * '
    '1000000)::bigint) AS coalesce_1 FROM session WHERE session.id IN (SELECT v.id FROM v)',
    ('now',),
    ('id',),
)

OUTLOOK: Final = Statement(
    'SELECT seen.owner, seen.next_due, coalesce($1::BIGINT, (extract(epoch FROM clock_timestamp()) * '
    '1000000)::bigint) AS coalesce_1 FROM (SELECT DISTINCT workflow.owner AS owner, CAST(NULL AS '
    'BIGINT) AS next_due FROM workflow WHERE workflow.owner IS NOT NULL UNION ALL SELECT CAST(NULL AS '
    'TEXT) AS anon_1, (SELECT workflow.next_due FROM workflow WHERE workflow.owner IS NULL AND '
    "workflow.next_due IS NOT NULL AND (workflow.status NOT IN ('complete', 'cancelled', "
    "'terminated')) AND ($2::VARCHAR IS NULL OR workflow.fingerprint IN (SELECT anon_3.value FROM "
    'jsonb_array_elements_text(CAST($2::VARCHAR AS JSONB)) AS anon_3)) AND ($3::VARCHAR IS NULL OR '
    "((workflow.definition_id || ' ') || workflow.version) IN (SELECT anon_4.value FROM "
    'jsonb_array_elements_text(CAST($3::VARCHAR AS JSONB)) AS anon_4)) AND ($4::VARCHAR IS NULL OR '
    'workflow.root_id IN (SELECT anon_5.value FROM jsonb_array_elements_text(CAST($4::VARCHAR AS '
    'JSONB)) AS anon_5) OR workflow.id IN (SELECT anon_6.value FROM '
    'jsonb_array_elements_text(CAST($4::VARCHAR AS JSONB)) AS anon_6)) AND ($5::VARCHAR IS NULL OR '
    'workflow.id IN (SELECT anon_7.value FROM jsonb_array_elements_text(CAST($5::VARCHAR AS JSONB)) '
    'AS anon_7)) ORDER BY workflow.next_due LIMIT 1 OFFSET 0) AS anon_2) AS seen',
    ('now', 'fingerprints', 'definitions', 'roots', 'ids'),
)

SWEEPABLE: Final = Statement(
    'SELECT EXISTS (SELECT 1 FROM event WHERE NOT event.fanned_out) AS anon_1, EXISTS (SELECT 1 FROM '
    'event WHERE event.published < $1::BIGINT AND event.effective < $1::BIGINT AND event.fanned_out '
    'AND NOT (EXISTS (SELECT 1 FROM inbox WHERE inbox.event_id = event.id))) AS anon_2',
    ('before',),
)

FIND_MATCHING: Final = Statement(
    'SELECT workflow.id, workflow.definition_id, workflow.version, workflow.fingerprint, '
    'workflow.status, workflow.created, workflow.root_id, workflow.digest, workflow.reference, '
    'workflow.priority, workflow.tags, workflow.parent_id, workflow.parent_pointer, workflow.owner, '
    'workflow.fence, workflow.revision, workflow.inbox_seq, workflow.pointer_seq, workflow.next_due, '
    'workflow.deadline, workflow.ended, workflow.error, workflow.ending, workflow.trace FROM workflow '
    'WHERE workflow.id IN (SELECT search_doc.instance_id FROM search_doc WHERE search_doc.words @@ '
    'CAST($1::VARCHAR AS TSQUERY)) AND (workflow.created, workflow.id) < ($2::BIGINT, $3::VARCHAR) '
    'AND workflow.created > $4::BIGINT AND workflow.created < $5::BIGINT AND ($6::VARCHAR IS NULL OR '
    'workflow.status IN (SELECT anon_1.value FROM jsonb_array_elements_text(CAST($6::VARCHAR AS '
    'JSONB)) AS anon_1)) AND ($7::VARCHAR IS NULL OR workflow.definition_id = $7::VARCHAR) AND '
    '($8::BIGINT IS NULL OR workflow.version = $8::BIGINT) AND ($9::VARCHAR IS NULL OR '
    'workflow.reference = $9::VARCHAR) AND ($10::VARCHAR IS NULL OR workflow.root_id = $10::VARCHAR) '
    'AND ($11::VARCHAR IS NULL OR workflow.parent_id = $11::VARCHAR) AND ($12::BIGINT IS NULL OR '
    'workflow.ended < $12::BIGINT) AND ($13::VARCHAR IS NULL OR NOT (EXISTS (SELECT 1 FROM '
    'jsonb_array_elements(CAST($13::VARCHAR AS JSONB)) AS asked WHERE NOT (EXISTS (SELECT 1 FROM '
    'jsonb_each_text(CAST(workflow.tags AS JSONB)) AS member WHERE member.key = '
    "jsonb_extract_path_text(asked.value, '0') AND member.value = "
    "jsonb_extract_path_text(asked.value, '1')))))) AND ($14::VARCHAR IS NULL OR NOT (EXISTS (SELECT "
    '1 FROM jsonb_array_elements(CAST($14::VARCHAR AS JSONB)) AS asked WHERE NOT (EXISTS (SELECT 1 '
    'FROM data WHERE data.instance_id = workflow.id AND data.key = '
    "jsonb_extract_path_text(asked.value, '0') AND data.superseded = 0 AND data.value = "
    "jsonb_extract_path_text(asked.value, '1')))))) ORDER BY workflow.created DESC, workflow.id DESC "
    'LIMIT $15::BIGINT OFFSET 0',
    ('match', 'page_created', 'page_id', 'created_after', 'created_before', 'statuses', 'definition_id', 'version', 'reference', 'root_id', 'parent_id', 'ended_before', 'tags', 'data', 'limit'),
)

PUT_WORDS: Final = Statement(
    'WITH v("instance_id", "revision", "words") AS (SELECT * FROM unnest($1::text[], $2::bigint[], '
    '$3::text[]) LIMIT (SELECT 1000000000)) INSERT INTO search_doc (instance_id, revision, words) '
    "SELECT v.instance_id, v.revision, array_to_tsvector(string_to_array(v.words, ' ')) AS "
    'array_to_tsvector_1 FROM v WHERE true ON CONFLICT (instance_id) DO UPDATE SET revision = '
    'excluded.revision, words = excluded.words',
    (),
    ('instance_id', 'revision', 'words'),
)

DROP_WORDS: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) DELETE FROM '
    'search_doc WHERE search_doc.instance_id IN (SELECT v.id FROM v)',
    (),
    ('id',),
)

DROP_GONE_WORDS: Final = Statement(
    'DELETE FROM search_doc WHERE NOT (EXISTS (SELECT 1 FROM workflow WHERE workflow.id = '
    'search_doc.instance_id))',
    (),
)

SEARCH_CURSOR: Final = Statement(
    'SELECT search_cursor.seq, greatest((SELECT coalesce(max(CAST(cache.value AS BIGINT)), 0) AS '
    "coalesce_1 FROM cache WHERE cache.key = 'outbox:trimmed'), CASE WHEN (search_cursor.seq = 0) "
    'THEN (SELECT coalesce(min(outbox.seq), 1) AS coalesce_2 FROM outbox) - 1 ELSE 0 END) AS '
    'greatest_1 FROM search_cursor',
    (),
)

MOVE_CURSOR: Final = Statement(
    'UPDATE search_cursor SET seq=$1::BIGINT WHERE search_cursor.seq = $2::BIGINT',
    ('after', 'before'),
)

UNINDEXED: Final = Statement(
    'SELECT workflow.id FROM workflow LEFT OUTER JOIN search_doc ON workflow.id = '
    'search_doc.instance_id WHERE search_doc.revision IS NULL OR workflow.revision != '
    'search_doc.revision LIMIT $1::BIGINT OFFSET 0',
    ('limit',),
)

EVERYTHING: Final = Statement(
    'SELECT workflow.id FROM workflow WHERE workflow.id > $1::VARCHAR ORDER BY workflow.id LIMIT '
    '$2::BIGINT OFFSET 0',
    ('after', 'limit'),
)

PART_LOCKED: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) SELECT workflow.id '
    'FROM workflow WHERE workflow.id IN (SELECT v.id FROM v) ORDER BY workflow.id FOR UPDATE',
    (),
    ('id',),
)

PART_UPDATED: Final = Statement(
    'WITH v("id", "owner", "fence", "previous", "status", "pointer_seq", "next_due", "deadline", '
    '"ended", "error", "ending", "revision", "seen") AS (SELECT * FROM unnest($1::text[], $2::text[], '
    '$3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], '
    '$10::text[], $11::text[], $12::bigint[], $13::bigint[]) LIMIT (SELECT 1000000000)) UPDATE '
    'workflow SET status=v.status, owner=CASE WHEN (workflow.inbox_seq <= v.seen) THEN NULL ELSE '
    'workflow.owner END, revision=v.revision, pointer_seq=v.pointer_seq, next_due=v.next_due, '
    'deadline=v.deadline, ended=v.ended, error=v.error, ending=v.ending FROM v WHERE workflow.id = '
    'v.id AND (workflow.owner = v.owner) IS true AND workflow.fence = v.fence AND workflow.revision = '
    'v.previous RETURNING workflow.id, workflow.owner, workflow.inbox_seq',
    (),
    ('id', 'owner', 'fence', 'previous', 'status', 'pointer_seq', 'next_due', 'deadline', 'ended', 'error', 'ending', 'revision', 'seen'),
)

PART_UPDATED_LOCKED: Final = Statement(
    'WITH v("id", "owner", "fence", "previous", "status", "pointer_seq", "next_due", "deadline", '
    '"ended", "error", "ending", "revision", "seen") AS (SELECT * FROM unnest($1::text[], $2::text[], '
    '$3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], '
    '$10::text[], $11::text[], $12::bigint[], $13::bigint[]) LIMIT (SELECT 1000000000)) UPDATE '
    'workflow SET status=v.status, owner=CASE WHEN (workflow.inbox_seq <= v.seen) THEN NULL ELSE '
    'workflow.owner END, revision=v.revision, pointer_seq=v.pointer_seq, next_due=v.next_due, '
    'deadline=v.deadline, ended=v.ended, error=v.error, ending=v.ending FROM v WHERE workflow.id = '
    'v.id AND (workflow.owner = v.owner) IS true AND workflow.fence = v.fence AND workflow.revision = '
    'v.previous AND (workflow.id IN (SELECT locked.id FROM locked)) IS true RETURNING workflow.id, '
    'workflow.owner, workflow.inbox_seq',
    (),
    ('id', 'owner', 'fence', 'previous', 'status', 'pointer_seq', 'next_due', 'deadline', 'ended', 'error', 'ending', 'revision', 'seen'),
)

PART_CREATED: Final = Statement(
    'WITH v("id", "definition_id", "version", "fingerprint", "status", "created", "root_id", '
    '"digest", "reference", "priority", "tags", "parent_id", "parent_pointer", "owner", "fence", '
    '"revision", "inbox_seq", "pointer_seq", "next_due", "deadline", "ended", "error", "ending", '
    '"trace") AS (SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], '
    '$6::bigint[], $7::text[], $8::text[], $9::text[], $10::bigint[], $11::text[], $12::text[], '
    '$13::bigint[], $14::text[], $15::bigint[], $16::bigint[], $17::bigint[], $18::bigint[], '
    '$19::bigint[], $20::bigint[], $21::bigint[], $22::text[], $23::text[], $24::text[]) LIMIT '
    '(SELECT 1000000000)) INSERT INTO workflow (id, definition_id, version, fingerprint, status, '
    'created, root_id, digest, reference, priority, tags, parent_id, parent_pointer, owner, fence, '
    'revision, inbox_seq, pointer_seq, next_due, deadline, ended, error, ending, trace) SELECT v.id, '
    'v.definition_id, v.version, v.fingerprint, v.status, v.created, v.root_id, v.digest, '
    'v.reference, v.priority, v.tags, v.parent_id, v.parent_pointer, v.owner, v.fence, v.revision, '
    'v.inbox_seq, v.pointer_seq, v.next_due, v.deadline, v.ended, v.error, v.ending, v.trace FROM v '
    'WHERE true ON CONFLICT (id) DO NOTHING RETURNING workflow.id, workflow.owner, workflow.inbox_seq',
    (),
    ('id', 'definition_id', 'version', 'fingerprint', 'status', 'created', 'root_id', 'digest', 'reference', 'priority', 'tags', 'parent_id', 'parent_pointer', 'owner', 'fence', 'revision', 'inbox_seq', 'pointer_seq', 'next_due', 'deadline', 'ended', 'error', 'ending', 'trace'),
)

PART_POINTERS: Final = Statement(
    'WITH v("instance_id", "id", "step", "status", "parent", "scope", "live", "index", "iteration", '
    '"attempt", "failures", "run", "crashes", "created", "started", "ended", "due", "outcome", '
    '"output", "state", "error", "knows", "undo") AS (SELECT * FROM unnest($1::text[], $2::bigint[], '
    '$3::text[], $4::text[], $5::bigint[], $6::text[], $7::boolean[], $8::bigint[], $9::bigint[], '
    '$10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], '
    '$16::bigint[], $17::bigint[], $18::text[], $19::text[], $20::text[], $21::text[], $22::bigint[], '
    '$23::bigint[]) LIMIT (SELECT 1000000000)) INSERT INTO pointer (instance_id, id, step, status, '
    'parent, scope, live, index, iteration, attempt, failures, run, crashes, created, started, ended, '
    'due, outcome, output, state, error, knows, undo) SELECT v.instance_id, v.id, v.step, v.status, '
    'v.parent, v.scope, v.live, v.index, v.iteration, v.attempt, v.failures, v.run, v.crashes, '
    'v.created, v.started, v.ended, v.due, v.outcome, v.output, v.state, v.error, v.knows, v.undo '
    'FROM v WHERE (v.instance_id IN (SELECT written.id FROM written)) IS true ON CONFLICT '
    '(instance_id, id) DO UPDATE SET step = excluded.step, status = excluded.status, parent = '
    'excluded.parent, scope = excluded.scope, live = excluded.live, index = excluded.index, iteration '
    '= excluded.iteration, attempt = excluded.attempt, failures = excluded.failures, run = '
    'excluded.run, crashes = excluded.crashes, created = excluded.created, started = '
    'excluded.started, ended = excluded.ended, due = excluded.due, outcome = excluded.outcome, output '
    '= excluded.output, state = excluded.state, error = excluded.error, knows = excluded.knows, undo '
    '= excluded.undo',
    (),
    ('instance_id', 'id', 'step', 'status', 'parent', 'scope', 'live', 'index', 'iteration', 'attempt', 'failures', 'run', 'crashes', 'created', 'started', 'ended', 'due', 'outcome', 'output', 'state', 'error', 'knows', 'undo'),
)

PART_KEPT: Final = Statement(
    'WITH v("instance_id", "key", "revision", "value") AS (SELECT * FROM unnest($1::text[], '
    '$2::text[], $3::bigint[], $4::text[]) LIMIT (SELECT 1000000000)) INSERT INTO data (instance_id, '
    'key, superseded, revision, value) SELECT data.instance_id, data.key, v.revision, data.revision '
    'AS revision_1, data.value FROM v JOIN data ON data.instance_id = v.instance_id AND data.key = '
    'v.key AND data.superseded = 0 WHERE (v.instance_id IN (SELECT written.id FROM written)) IS true '
    'ON CONFLICT DO NOTHING',
    (),
    ('instance_id', 'key', 'revision', 'value'),
)

PART_DATA: Final = Statement(
    'WITH v("instance_id", "key", "revision", "value") AS (SELECT * FROM unnest($1::text[], '
    '$2::text[], $3::bigint[], $4::text[]) LIMIT (SELECT 1000000000)) INSERT INTO data (instance_id, '
    'key, superseded, revision, value) SELECT v.instance_id, v.key, 0, v.revision, v.value FROM v '
    'WHERE (v.instance_id IN (SELECT written.id FROM written)) IS true ON CONFLICT (instance_id, key, '
    'superseded) DO UPDATE SET revision = excluded.revision, value = excluded.value',
    (),
    ('instance_id', 'key', 'revision', 'value'),
)

PART_CONSUMED: Final = Statement(
    'WITH v("instance_id", "seq") AS (SELECT * FROM unnest($1::text[], $2::bigint[]) LIMIT (SELECT '
    "1000000000)) UPDATE inbox SET payload='', consumed=true FROM v WHERE inbox.instance_id = "
    'v.instance_id AND inbox.seq = v.seq AND (v.instance_id IN (SELECT written.id FROM written)) IS '
    'true',
    (),
    ('instance_id', 'seq'),
)

PART_NO_SUBSCRIPTIONS: Final = Statement(
    'WITH v("id") AS (SELECT * FROM unnest($1::text[]) LIMIT (SELECT 1000000000)) DELETE FROM '
    'subscription WHERE subscription.instance_id IN (SELECT v.id FROM v) AND '
    '(subscription.instance_id IN (SELECT written.id FROM written)) IS true',
    (),
    ('id',),
)

PART_OUTBOX: Final = Statement(
    'WITH v("instance_id", "definition_id", "revision", "entries") AS (SELECT * FROM '
    'unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) LIMIT (SELECT 1000000000)) INSERT INTO '
    'outbox (seq, instance_id, definition_id, revision, entries) SELECT '
    "((pg_current_xact_id()::text::bigint << 20) | (nextval('outbox_seq_seq') & 1048575)), "
    'v.instance_id, v.definition_id, v.revision, v.entries FROM v WHERE (v.instance_id IN (SELECT '
    'written.id FROM written)) IS true',
    (),
    ('instance_id', 'definition_id', 'revision', 'entries'),
)
