//go:build !sqlite_fts5

package db

// Search needs SQLite's FTS5. A build without its tag would only fail at the first search, so it stops here, with a name
// that says what to do: `make build`, or `go build -tags sqlite_fts5`.
var _ = build_with_tags_sqlite_fts5__make_build_does_it
