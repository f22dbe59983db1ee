-- +goose Up

-- The hot table. It has its primary key and nothing else: every secondary index would cost a page write for each decision.
CREATE TABLE ledger (
    seq   INTEGER PRIMARY KEY,
    event TEXT NOT NULL, -- canonical JSON (RFC 8785): the leaf of the Merkle log
    mac   BLOB NOT NULL  -- keyed hash over seq and leaf hash
);

-- One row: the tree's size, root and right edge, authenticated, written in the transaction of every batch.
CREATE TABLE ledger_head (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    size        INTEGER NOT NULL,
    root        BLOB NOT NULL,
    edge        BLOB NOT NULL,
    checkpoints INTEGER NOT NULL, -- how many checkpoints were signed
    mac         BLOB NOT NULL
);

-- Full tiles of 256 hashes (golang.org/x/mod/sumdb/tlog, height 8).
CREATE TABLE ledger_tiles (
    level  INTEGER NOT NULL,
    n      INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    PRIMARY KEY (level, n)
) WITHOUT ROWID;

-- Signed checkpoints (golang.org/x/mod/sumdb/note), numbered without gaps.
CREATE TABLE ledger_checkpoints (
    number INTEGER PRIMARY KEY,
    size   INTEGER NOT NULL,
    time   TEXT NOT NULL,
    note   TEXT NOT NULL
);

-- What the ledger is called and its signing key, sealed.
CREATE TABLE ledger_identity (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    origin TEXT NOT NULL,
    sealed BLOB NOT NULL
);

-- The prompt vault. Events hold the digest only, so rows here may be purged.
CREATE TABLE prompts (
    digest     TEXT PRIMARY KEY, -- salted with salt
    salt       BLOB NOT NULL,
    sealed     BLOB NOT NULL,
    created_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX prompts_by_age ON prompts (created_at);
