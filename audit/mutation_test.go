package audit

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"ambit/db"
)

// TestMutations changes one thing at random, many times: verification must notice every change of what the ledger
// vouches for, and name the first bad entry. AMBIT_MUTATIONS sets how many.
func TestMutations(t *testing.T) {
	m := mutator{l: filled(t, 600), size: 600, exact: true}
	for seq := range m.size {
		m.rows = append(m.rows, seq+1)
	}
	m.run(t, mutations(600))
}

// TestMutationsAfterRetention is the same for a ledger from which entries were removed.
func TestMutationsAfterRetention(t *testing.T) {
	c := newClock()
	l, _ := ledgerIn(t, t.TempDir(), c.use)
	mustAppend(t, l, 400)
	if _, err := l.Sign(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.pass(3 * day)
	mustAppend(t, l, 200)
	project(t, l)
	r := NewRetention(l, RetentionOptions{})
	if _, err := r.AddHold(t.Context(), "case 7", "", Query{Person: "person5@acme.test"}, eve); err != nil {
		t.Fatal(err)
	}
	mustSetDays(t, r, map[string]int{PhaseDecision: 2})
	if out := mustRun(t, r); out.Events < 300 {
		t.Fatalf("%+v", out)
	}
	m := mutator{l: l, size: l.Seq()}
	m.removed = mustVerify(t, l).Removed
	err := db.LedgerAscending(t.Context(), l.db.Read(), 0, 1000, func(row db.LedgerRow) error {
		m.rows = append(m.rows, row.Seq)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	m.run(t, mutations(600)/4)
}

func mutations(n int) int {
	if s := os.Getenv("AMBIT_MUTATIONS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	return n
}

// mutator makes random changes to a ledger.
type mutator struct {
	l       *Ledger
	size    int64
	rows    []int64 // the entries that are there
	removed int64   // those that retention removed
	exact   bool    // nothing was removed: the first bad entry is known beforehand
	r       *rand.Rand
}

func (m *mutator) run(t *testing.T, n int) {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	m.r = rand.New(rand.NewPCG(seed, 1))
	named := 0
	for i := range n {
		what, change, want := m.mutation(t)
		report := tampered(t, m.l, VerifyOptions{Box: m.l.box}, change)
		if report.OK() {
			t.Fatalf("seed %d, mutation %d (%s) went unnoticed", seed, i, what)
		}
		if want == 0 {
			continue
		}
		named++
		// What explains others takes them down with it, so that an earlier one may be the first.
		if m.exact && report.FirstBad != want || report.FirstBad > want {
			t.Fatalf("seed %d, mutation %d (%s): first bad entry %d, want %d: %+v", seed, i, what, report.FirstBad, want, report.Issues)
		}
	}
	t.Logf("%d mutations of a ledger of %d entries, %d of them removed under retention: all noticed; the first bad entry was known beforehand for %d and named each time", n, m.size, m.removed, named)
}

// flip flips one bit of a column.
func (m *mutator) flip(table, column, where string) func(*db.Tx) error {
	return func(tx *db.Tx) error {
		ctx := context.Background()
		var raw []byte
		q := fmt.Sprintf("SELECT CAST(%s AS BLOB) FROM %s WHERE %s", column, table, where)
		if err := tx.QueryRowContext(ctx, q).Scan(&raw); err != nil {
			return fmt.Errorf("%s: %w", q, err)
		}
		raw[m.r.IntN(len(raw))] ^= 1 << m.r.IntN(8)
		var v any = raw
		if column == "event" || column == "note" || column == "origin" {
			v = string(raw)
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf("UPDATE %s SET %s = $1 WHERE %s", table, column, where), v)
		return err
	}
}

// other is an entry that is there and isn't the one given.
func (m *mutator) other(seq int64) int64 {
	for {
		if o := m.rows[m.r.IntN(len(m.rows))]; o != seq {
			return o
		}
	}
}

// mutation makes a random change, and the first bad entry where it is known.
func (m *mutator) mutation(t testing.TB) (what string, change func(*db.Tx) error, want int64) {
	seq := m.other(0)
	row := fmt.Sprintf("seq = %d", seq)
	point := 1 + m.r.IntN(2)
	checkpoint := fmt.Sprintf("number = %d", point)
	kinds := 16
	if m.removed > 0 {
		kinds = 19
	}
	switch m.r.IntN(kinds) {
	case 0, 1, 2:
		return "flip a bit of event " + row, m.flip("ledger", "event", row), seq
	case 3:
		return "flip a bit of mac " + row, m.flip("ledger", "mac", row), seq
	case 4:
		return "delete " + row, runSQL("DELETE FROM ledger WHERE " + row), seq
	case 5:
		return "cut from " + row, runSQL("DELETE FROM ledger WHERE seq >= " + strconv.FormatInt(seq, 10)), seq
	case 6:
		other := m.other(seq)
		return fmt.Sprintf("exchange %d and %d", seq, other), runSQL(fmt.Sprintf(swap, seq, other, fmt.Sprintf(swapMAC, seq, other))), min(seq, other)
	case 7:
		return "copy onto " + row, runSQL(fmt.Sprintf("UPDATE ledger SET (event, mac) = (SELECT event, mac FROM ledger WHERE seq = %d) WHERE %s", m.other(seq), row)), seq
	case 8:
		return "add rows", runSQL(fmt.Sprintf("INSERT INTO ledger SELECT %d + %d, event, mac FROM ledger WHERE %s", m.size, 1+m.r.IntN(3), row)), m.size + 1
	case 9:
		column := []string{"root", "edge", "mac"}[m.r.IntN(3)]
		return "flip a bit of the head's " + column, m.flip("ledger_head", column, "id = 1"), m.size + 1
	case 10:
		return "change the head's size", runSQL(fmt.Sprintf("UPDATE ledger_head SET size = size + %d", 1+m.r.IntN(300)-400)), m.size + 1
	case 11:
		n := m.r.IntN(2)
		return "flip a bit of tile " + strconv.Itoa(n), m.flip("ledger_tiles", "hashes", fmt.Sprintf("level = 0 AND n = %d", n)), 0
	case 12:
		return "flip a bit of checkpoint " + checkpoint, m.flip("ledger_checkpoints", "note", checkpoint), 0
	case 13:
		return "delete checkpoint " + checkpoint, runSQL("DELETE FROM ledger_checkpoints WHERE " + checkpoint), 0
	case 14:
		return "flip a bit of the sealed key", m.flip("ledger_identity", "sealed", "id = 1"), 1
	case 15:
		if m.removed > 0 {
			return "flip a bit of event " + row, m.flip("ledger", "event", row), seq
		}
		return "hash anew after changing " + row, rewrite(t, m.l, seq), seq
	case 16:
		return "lose a mark", runSQL("DELETE FROM ledger_marks WHERE seq = (SELECT seq FROM ledger_marks ORDER BY random() LIMIT 1)"), 0
	case 17:
		return "mark " + row, runSQL(fmt.Sprintf("INSERT OR REPLACE INTO ledger_marks VALUES (%d, 'ledger.restored')", seq)), seq
	default:
		return "bring one back", runSQL(fmt.Sprintf(`INSERT INTO ledger SELECT (SELECT a.seq + 1 FROM ledger a LEFT JOIN ledger b ON b.seq = a.seq + 1
			WHERE b.seq IS NULL AND a.seq < %d LIMIT 1), event, mac FROM ledger WHERE %s`, m.size, row)), 0
	}
}
