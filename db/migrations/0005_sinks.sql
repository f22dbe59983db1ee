-- +goose Up
-- Times are milliseconds since 1970 in UTC; 0 stands for never.

-- Where the ledger is forwarded to.
CREATE TABLE sinks (
  id         TEXT    PRIMARY KEY,
  name       TEXT    NOT NULL UNIQUE,
  kind       TEXT    NOT NULL,                     -- splunk | datadog | webhook | otlp | syslog | file
  state      TEXT    NOT NULL,                     -- running | paused | disabled
  why        TEXT    NOT NULL DEFAULT '',          -- disabled: what the receiver said
  spec       TEXT    NOT NULL,                     -- JSON, without secrets
  sealed     BLOB,                                 -- secrets, JSON
  cursor     INTEGER NOT NULL,                     -- every event up to this seq was accepted, set aside, or fell into a gap
  checkpoint INTEGER NOT NULL,                     -- number of the last checkpoint that was accepted
  delivered  INTEGER NOT NULL DEFAULT 0,           -- messages accepted so far
  succeeded_at INTEGER NOT NULL DEFAULT 0,
  lagging    INTEGER NOT NULL DEFAULT 0,           -- 1 while the alarm stands
  created_at INTEGER NOT NULL,
  created_by TEXT    NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- Messages that a receiver refuses for what they are. The message itself is in the ledger.
CREATE TABLE sink_set_aside (
  sink_id  TEXT    NOT NULL REFERENCES sinks (id) ON DELETE CASCADE,
  message  TEXT    NOT NULL,                       -- event | checkpoint
  ref      INTEGER NOT NULL,                       -- seq of the event, number of the checkpoint
  event_id TEXT    NOT NULL,
  type     TEXT    NOT NULL,
  answer   TEXT    NOT NULL,                       -- what the receiver said
  at       INTEGER NOT NULL,
  PRIMARY KEY (sink_id, message, ref)
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE sink_set_aside;
DROP TABLE sinks;
