-- +goose Up
-- What SAML identity providers last published about themselves, so that sign-in survives a restart while they can't be asked.
CREATE TABLE saml_metadata (
  connection TEXT    PRIMARY KEY REFERENCES connections (id) ON DELETE CASCADE,
  source     TEXT    NOT NULL,                     -- digest of the settings that it was fetched by: with other ones it doesn't count
  metadata   TEXT    NOT NULL,                     -- XML
  fetched_at INTEGER NOT NULL                      -- milliseconds since 1970 in UTC
) STRICT;

-- +goose Down
DROP TABLE saml_metadata;
