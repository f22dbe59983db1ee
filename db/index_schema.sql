-- The search index, derived from the ledger. events.rowid is the event's seq.

-- One inverted index answers every filter and full text, alone or combined: a filter is a word of facets, and FTS5
-- intersects its posting lists in row order. Contentless: the text itself stays in the ledger.
CREATE VIRTUAL TABLE events USING fts5 (facets, words, content = '', columnsize = 0, tokenize = "ascii tokenchars '_'");
-- Words of an event that is removed leave the index at once, not at some later merge.
INSERT INTO events (events, rank) VALUES ('secure-delete', 1);

-- Events that were taken out of the index because they are being removed from the ledger. Where one is in the ledger still, the
-- removal did not come to its end, and it belongs back into the index.
CREATE TABLE withdrawn (seq INTEGER PRIMARY KEY);

-- How far the projection has come.
CREATE TABLE projected (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL);
INSERT INTO projected VALUES (1, 0);

-- Counts for charts, by minute and by hour: a chart of a quarter should not add up a hundred thousand minutes.
CREATE TABLE rollup (
    minutes INTEGER NOT NULL, -- length of the bucket: 1 or 60
    start   INTEGER NOT NULL, -- Unix time / 60
    phase   TEXT NOT NULL,
    type    TEXT NOT NULL,
    effect  TEXT NOT NULL,
    n       INTEGER NOT NULL,
    PRIMARY KEY (minutes, start, phase, type, effect)
) WITHOUT ROWID;

-- Which seqs fall into a minute, so that a search by time needs no index on time.
CREATE TABLE spans (
    minute    INTEGER PRIMARY KEY,
    first_seq INTEGER NOT NULL,
    last_seq  INTEGER NOT NULL
);
