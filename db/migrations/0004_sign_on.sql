-- +goose Up
-- Times are milliseconds since 1970 in UTC; 0 stands for never. Lists are JSON arrays of strings.

-- people.email is the name by which policy and ledger know a person. It is an e-mail address only where that is proven;
-- somebody whose address no connection vouches for is called connection/subject. What their provider calls their address is contact.
ALTER TABLE people ADD COLUMN contact TEXT NOT NULL DEFAULT '';

-- Where people come from: an OIDC or SAML identity provider, or an issuer of workload tokens (CI).
CREATE TABLE connections (
  id         TEXT    PRIMARY KEY,                  -- slug, stands in URLs
  kind       TEXT    NOT NULL,                     -- oidc | saml | workload
  name       TEXT    NOT NULL,
  stage      TEXT    NOT NULL,                     -- draft | staging | live | disabled
  testers    TEXT    NOT NULL,                     -- who may sign in while staging
  domains    TEXT    NOT NULL,                     -- e-mail domains that it vouches for; home-realm choice goes by them too
  config     TEXT    NOT NULL,                     -- JSON, without secrets
  sealed     BLOB,                                 -- secrets
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- An account is what one connection calls somebody; several may belong to one person.
CREATE TABLE accounts (
  id           TEXT    PRIMARY KEY,                -- also the SCIM id
  connection   TEXT    NOT NULL,
  subject      TEXT    NOT NULL,                   -- '' until the first sign-in of somebody whom SCIM made
  person_id    TEXT    NOT NULL REFERENCES people (id),
  user_name    TEXT    NOT NULL,                   -- SCIM userName, lower case; '' without SCIM
  external_id  TEXT    NOT NULL,                   -- SCIM externalId
  email        TEXT    NOT NULL,                   -- lower case, as sent
  name         TEXT    NOT NULL,
  groups       TEXT    NOT NULL,                   -- from claims
  groups_state TEXT    NOT NULL,                   -- known | absent | truncated, of the claims
  provisioned  INTEGER NOT NULL,                   -- by SCIM: its groups are those of group_members
  active       INTEGER NOT NULL,
  resource     TEXT    NOT NULL,                   -- SCIM attributes as sent, JSON
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  signed_in_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX accounts_by_subject   ON accounts (connection, subject)   WHERE subject <> '';
CREATE UNIQUE INDEX accounts_by_user_name ON accounts (connection, user_name) WHERE user_name <> '';
CREATE INDEX accounts_by_person ON accounts (person_id);

CREATE TABLE groups (
  id          TEXT    PRIMARY KEY,                 -- the SCIM id
  connection  TEXT    NOT NULL,
  name        TEXT    NOT NULL,
  external_id TEXT    NOT NULL,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX groups_by_name ON groups (connection, name);

CREATE TABLE group_members (
  group_id   TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  PRIMARY KEY (group_id, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX group_members_by_account ON group_members (account_id);

-- Which console role a group gives.
CREATE TABLE role_rules (
  id           TEXT    PRIMARY KEY,
  group_name   TEXT    NOT NULL,
  role         TEXT    NOT NULL,
  repositories TEXT    NOT NULL,                   -- engineering_manager: which ones
  created_at   INTEGER NOT NULL,
  created_by   TEXT    NOT NULL
) STRICT;

CREATE TABLE scim_tokens (
  id           TEXT    PRIMARY KEY,
  hash         BLOB    NOT NULL UNIQUE,            -- SHA-256 of the token
  connection   TEXT    NOT NULL,
  created_at   INTEGER NOT NULL,
  created_by   TEXT    NOT NULL,
  last_used_at INTEGER NOT NULL DEFAULT 0,
  revoked_at   INTEGER NOT NULL DEFAULT 0
) STRICT;

-- A family is one sign-in of an agent on one device; its access and refresh credentials follow one another.
CREATE TABLE credential_families (
  id              TEXT    PRIMARY KEY,             -- what the ledger calls the credential
  person_id       TEXT    NOT NULL REFERENCES people (id),
  account_id      TEXT    NOT NULL,                -- '' for a token bound to no account
  connection      TEXT    NOT NULL,
  idp_session     TEXT    NOT NULL,                -- OIDC sid or SAML SessionIndex
  device          TEXT    NOT NULL,                -- as the person saw it when approving
  scope           TEXT    NOT NULL,
  generation      INTEGER NOT NULL,                -- of the derived hook token
  upstream_sealed BLOB,                            -- the identity provider's refresh token
  checked_at      INTEGER NOT NULL,                -- when the provider last vouched for the person
  created_at      INTEGER NOT NULL,
  expires_at      INTEGER NOT NULL,                -- absolute end of the family
  last_used_at    INTEGER NOT NULL DEFAULT 0,
  last_address    TEXT    NOT NULL DEFAULT '',
  revoked_at      INTEGER NOT NULL DEFAULT 0,
  revoked_why     TEXT    NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX credential_families_by_person ON credential_families (person_id);

CREATE TABLE credentials (
  hash       BLOB    PRIMARY KEY,                  -- SHA-256
  family_id  TEXT    NOT NULL REFERENCES credential_families (id) ON DELETE CASCADE,
  kind       TEXT    NOT NULL,                     -- access | refresh
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at    INTEGER NOT NULL DEFAULT 0            -- refresh: when it was exchanged
) STRICT, WITHOUT ROWID;
CREATE INDEX credentials_by_family ON credentials (family_id);

-- SAML assertions, back-channel logout tokens and the like that were accepted: none counts twice.
CREATE TABLE seen_assertions (
  connection TEXT    NOT NULL,
  id         TEXT    NOT NULL,
  until      INTEGER NOT NULL,                     -- when it can be forgotten
  PRIMARY KEY (connection, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_assertions_until ON seen_assertions (until);

ALTER TABLE console_sessions ADD COLUMN account_id  TEXT NOT NULL DEFAULT ''; -- '' for the owner's own sign-in
ALTER TABLE console_sessions ADD COLUMN connection  TEXT NOT NULL DEFAULT '';
ALTER TABLE console_sessions ADD COLUMN idp_session TEXT NOT NULL DEFAULT '';
ALTER TABLE console_sessions ADD COLUMN id_token_sealed BLOB;                -- the hint for logging out at the provider

-- What an admin sets for the whole installation, one JSON value a name.
CREATE TABLE settings (
  name       TEXT    PRIMARY KEY,
  value      TEXT    NOT NULL,
  updated_at INTEGER NOT NULL,
  updated_by TEXT    NOT NULL
) STRICT;

-- +goose Down
DROP TABLE settings;
DROP TABLE seen_assertions;
DROP TABLE credentials;
DROP TABLE credential_families;
DROP TABLE scim_tokens;
DROP TABLE role_rules;
DROP TABLE group_members;
DROP TABLE groups;
DROP TABLE accounts;
DROP TABLE connections;
