-- +goose Up
-- Every policy that was ever published, as it was written. Times are milliseconds since 1970 in UTC.
CREATE TABLE policies (
  version      INTEGER PRIMARY KEY,               -- from 1, without gaps
  source       TEXT    NOT NULL,
  digest       TEXT    NOT NULL,                  -- SHA-256 of the source, hex; the ledger's entry has it too
  comment      TEXT    NOT NULL,
  published_by TEXT    NOT NULL,
  published_at INTEGER NOT NULL
) STRICT;
