-- +goose Up
-- Times are milliseconds since 1970 in UTC; 0 stands for never. Lists are JSON arrays of strings.
CREATE TABLE people (
  id         TEXT    PRIMARY KEY,
  email      TEXT    NOT NULL UNIQUE,              -- lower case
  name       TEXT    NOT NULL,
  groups     TEXT    NOT NULL,                     -- direct groups
  roles      TEXT    NOT NULL,                     -- console roles
  disabled   INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL
) STRICT;

-- The break-glass accounts: they sign in without an identity provider.
CREATE TABLE owners (
  person_id     TEXT    PRIMARY KEY REFERENCES people (id),
  password_hash TEXT    NOT NULL,                  -- Argon2id in PHC form
  totp_sealed   BLOB,                              -- NULL: no authenticator app
  totp_step     INTEGER NOT NULL DEFAULT 0,        -- time step of the last code that was accepted
  user_handle   BLOB    NOT NULL                   -- WebAuthn user.id
) STRICT;

CREATE TABLE passkeys (
  id         BLOB    PRIMARY KEY,                  -- WebAuthn credential id
  person_id  TEXT    NOT NULL REFERENCES people (id),
  sealed     BLOB    NOT NULL,                     -- credential record
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE recovery_codes (
  hash      BLOB    PRIMARY KEY,                   -- keyed: fifty bits could be searched
  person_id TEXT    NOT NULL REFERENCES people (id),
  used_at   INTEGER NOT NULL DEFAULT 0
) STRICT;

-- At most one row: the link that was printed last. Gone once the first owner is confirmed.
CREATE TABLE setup_link (
  one        INTEGER PRIMARY KEY CHECK (one = 1),
  hash       BLOB    NOT NULL,                     -- SHA-256
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE console_sessions (
  hash       BLOB    PRIMARY KEY,                  -- SHA-256 of the cookie's value
  id         TEXT    NOT NULL UNIQUE,              -- what the ledger calls the session
  person_id  TEXT    NOT NULL REFERENCES people (id),
  created_at INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE tokens (
  id           TEXT    PRIMARY KEY,
  hash         BLOB    NOT NULL UNIQUE,            -- SHA-256 of the token
  name         TEXT    NOT NULL,
  scopes       TEXT    NOT NULL,
  person_id    TEXT    REFERENCES people (id),     -- NULL: bound to nobody
  created_at   INTEGER NOT NULL,
  created_by   TEXT    NOT NULL,                   -- e-mail address, or the local account's name
  expires_at   INTEGER NOT NULL DEFAULT 0,
  last_used_at INTEGER NOT NULL DEFAULT 0,
  revoked_at   INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Reports that were recorded already, so that a repeat is not recorded twice.
CREATE TABLE reports (
  credential  TEXT    NOT NULL,
  client_id   TEXT    NOT NULL,
  recorded_at INTEGER NOT NULL,
  PRIMARY KEY (credential, client_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX reports_recorded_at ON reports (recorded_at);

-- +goose Down
DROP TABLE reports;
DROP TABLE tokens;
DROP TABLE console_sessions;
DROP TABLE setup_link;
DROP TABLE recovery_codes;
DROP TABLE passkeys;
DROP TABLE owners;
DROP TABLE people;
