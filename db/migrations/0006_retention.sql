-- +goose Up

-- Entries that verification must know before it reads the others: they explain why entries are gone or why a new epoch began.
-- The ledger itself is what proves them; a mark only says where to look.
CREATE TABLE ledger_marks (
    seq  INTEGER PRIMARY KEY,
    kind TEXT NOT NULL -- the event's type: retention.applied or ledger.restored
) STRICT;

-- One row: retention rules and legal holds as JSON, with a keyed hash, so that nobody makes Ambit delete entries by writing here.
CREATE TABLE retention_state (
    id  INTEGER PRIMARY KEY CHECK (id = 1),
    doc TEXT NOT NULL,
    mac BLOB NOT NULL
) STRICT;

-- Up to which entry each class of events was judged under its rule. Losing it costs a scan, nothing else.
CREATE TABLE retention_progress (
    class   TEXT    PRIMARY KEY,
    through INTEGER NOT NULL
) STRICT;

-- Times are milliseconds since 1970 in UTC.
CREATE TABLE saved_searches (
    id         TEXT    PRIMARY KEY,
    name       TEXT    NOT NULL,
    owner      TEXT    NOT NULL,
    shared     INTEGER NOT NULL,
    query      TEXT    NOT NULL, -- JSON
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX saved_searches_by_name ON saved_searches (owner, name);

-- Whose prompt it is and where it was given, so that it can be purged by either, whether or not its events are still there.
ALTER TABLE prompts ADD COLUMN person     TEXT NOT NULL DEFAULT '';
ALTER TABLE prompts ADD COLUMN repository TEXT NOT NULL DEFAULT '';
ALTER TABLE prompts ADD COLUMN session    TEXT NOT NULL DEFAULT '';
CREATE INDEX prompts_by_person ON prompts (person);
CREATE INDEX prompts_by_repository ON prompts (repository);

-- Prompts that are in the vault already learn it from the first event that names them.
CREATE TEMP TABLE prompt_uses AS
    SELECT json_extract(event, '$.prompt.digest') AS digest, min(seq) AS seq FROM ledger
    WHERE event LIKE '%"prompt":{"digest":"sha256:%' GROUP BY 1;
CREATE UNIQUE INDEX temp.prompt_uses_by_digest ON prompt_uses (digest);
UPDATE prompts SET (person, repository, session) = (
    SELECT coalesce(json_extract(event, '$.actor.user'), ''), coalesce(json_extract(event, '$.repository'), ''), coalesce(json_extract(event, '$.session'), '')
    FROM temp.prompt_uses u JOIN ledger l ON l.seq = u.seq WHERE u.digest = prompts.digest)
    WHERE digest IN (SELECT digest FROM temp.prompt_uses);
DROP TABLE temp.prompt_uses;

-- +goose Down
DROP INDEX prompts_by_repository;
DROP INDEX prompts_by_person;
ALTER TABLE prompts DROP COLUMN session;
ALTER TABLE prompts DROP COLUMN repository;
ALTER TABLE prompts DROP COLUMN person;
DROP TABLE saved_searches;
DROP TABLE retention_progress;
DROP TABLE retention_state;
DROP TABLE ledger_marks;
