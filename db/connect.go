package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"net/url"

	"github.com/mattn/go-sqlite3"
)

// connector opens connections to one file and prepares each with the same statements. A connector needs no registered
// driver name, so nothing global is touched.
type connector struct {
	dsn   string
	setup []string
}

// Connect implements driver.Connector.
func (c *connector) Connect(context.Context) (driver.Conn, error) {
	d := &sqlite3.SQLiteDriver{ConnectHook: func(conn *sqlite3.SQLiteConn) error {
		for _, s := range c.setup {
			if _, err := conn.Exec(s, nil); err != nil {
				return err
			}
		}
		return nil
	}}
	return d.Open(c.dsn)
}

// Driver implements driver.Connector.
func (c *connector) Driver() driver.Driver { return &sqlite3.SQLiteDriver{} }

// fileURI names a file in SQLite's URI form, whatever characters its path has.
func fileURI(path, query string) string {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: query}
	return u.String()
}

// openReaders opens a pool that can't write. index may be "": then only the database itself is there.
func openReaders(path, index string, n int) *sql.DB {
	setup := []string{
		"PRAGMA busy_timeout=5000",
		"PRAGMA cache_size=-4000",
		"PRAGMA trusted_schema=OFF",
	}
	if index != "" {
		setup = append(setup, "ATTACH DATABASE '"+quoted(fileURI(index, "mode=ro"))+"' AS idx")
	}
	setup = append(setup, "PRAGMA query_only=ON")
	pool := sql.OpenDB(&connector{dsn: fileURI(path, "mode=ro"), setup: setup})
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	return pool
}

// quoted doubles the single quotes of a string literal; ATTACH takes no parameters inside a connect hook.
func quoted(s string) string {
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		if s[i] == '\'' {
			out = append(out, '\'')
		}
		out = append(out, s[i])
	}
	return string(out)
}
