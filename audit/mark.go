package audit

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// The types of events that explain what a reader of the ledger would otherwise take for damage. They are never removed, and
// the database has a mark for each, so that verification finds them before it needs them.
const (
	TypeRemoved  = "retention.applied" // entries were removed under retention
	TypeRestored = "ledger.restored"   // a backup was restored: a new epoch begins with this entry
)

// marked reports whether events of a type get a mark.
func marked(kind string) bool { return kind == TypeRemoved || kind == TypeRestored }

// markedEvent says of which of those types an entry is; "" for all others. Members of canonical JSON are sorted, so type,
// the last name there is, ends it.
func markedEvent(event string) string {
	for _, kind := range []string{TypeRemoved, TypeRestored} {
		if strings.HasSuffix(event, `,"type":"`+kind+`"}`) {
			return kind
		}
	}
	return ""
}

// removal is change.after of a retention.applied event.
type removal struct {
	Class   string   `json:"class"`
	Days    int      `json:"days"`
	Before  string   `json:"before"`  // what is older was due
	Entries string   `json:"entries"` // which ones: "17-44,46"
	Removed int64    `json:"removed"`
	Holds   []string `json:"holds,omitempty"` // names of the legal holds in force
}

// restoration is change.after of a ledger.restored event.
type restoration struct {
	Epoch      int64  `json:"epoch"`
	Entries    int64  `json:"entries"`   // of the epochs before that are there
	BackupAt   string `json:"backup_at"` // when the backup was taken
	Checkpoint string `json:"checkpoint,omitempty"`
	Known      int64  `json:"known"` // how many entries the last known checkpoint covers; more than Entries: the rest is lost
}

// markEvent is as much of such an event as verification needs.
type markEvent struct {
	ID     string    `json:"id"`
	Seq    int64     `json:"seq"`
	Time   time.Time `json:"time"`
	Type   string    `json:"type"`
	Change struct {
		After json.RawMessage `json:"after"`
	} `json:"change"`
}

// readMark takes an event of one of the marked types apart.
func readMark(event string) (m markEvent, gone spans, epoch restoration, err error) {
	if err = json.Unmarshal([]byte(event), &m); err != nil {
		return m, nil, epoch, fmt.Errorf("read entry: %w", err)
	}
	switch m.Type {
	case TypeRemoved:
		var r removal
		if err = json.Unmarshal(m.Change.After, &r); err == nil {
			gone, err = parseSpans(r.Entries)
		}
	case TypeRestored:
		err = json.Unmarshal(m.Change.After, &epoch)
	default:
		err = fmt.Errorf("its type is %s", m.Type)
	}
	if err != nil {
		return m, nil, epoch, fmt.Errorf("read entry %d: %w", m.Seq, err)
	}
	return m, gone, epoch, nil
}
