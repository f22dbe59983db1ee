package sink

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"ambit/audit"
	"ambit/audit/ocsf"
	"ambit/db"
)

// Message tells events from checkpoints.
type Message string

// The kinds of messages.
const (
	EventMessage      Message = "event"
	CheckpointMessage Message = "checkpoint"
)

// CheckpointSchema names the form of a checkpoint's own message.
const CheckpointSchema = "ambit.checkpoint/v1"

// Item is one message for a receiver.
type Item struct {
	Message Message
	Ref     int64 // seq of the event, number of the checkpoint
	ID      string
	Time    time.Time
	Type    string
	Phase   string
	Refused bool            // a decision that refused, or an alarm: worth a look
	Body    json.RawMessage // as mapped
	Bad     string          // why it can't be sent at all; "" is nothing
}

// envelope is what receivers' own envelopes need of an event.
type envelope struct {
	ID       string    `json:"id"`
	Time     time.Time `json:"time"`
	Type     string    `json:"type"`
	Phase    string    `json:"phase"`
	Decision struct {
		Effect string `json:"effect"`
	} `json:"decision"`
}

// eventItem makes the message of one entry.
func eventItem(row db.LedgerRow, m Mapping) Item {
	it := Item{Message: EventMessage, Ref: row.Seq}
	var e envelope
	if err := json.Unmarshal([]byte(row.Event), &e); err != nil || e.ID == "" || e.Type == "" {
		it.ID, it.Type, it.Bad = fmt.Sprintf("seq-%d", row.Seq), "unreadable", "the ledger's entry can't be read as an event"
		return it
	}
	it.ID, it.Time, it.Type, it.Phase = e.ID, e.Time, e.Type, e.Phase
	it.Refused = e.Decision.Effect == "deny" || e.Decision.Effect == "hold" || e.Phase == audit.PhaseIntegrity
	body, err := mapEvent(row.Event, m)
	if err != nil {
		it.Bad = "can't be mapped: " + err.Error()
		return it
	}
	it.Body = body
	return it
}

func mapEvent(event string, m Mapping) (json.RawMessage, error) {
	if m == Native || m == "" {
		return json.RawMessage(event), nil
	}
	if m == OCSF {
		return ocsf.Map(json.RawMessage(event))
	}
	var e audit.Event
	if err := json.Unmarshal([]byte(event), &e); err != nil {
		return nil, err
	}
	return json.Marshal(toECS(&e, event))
}

// checkpoint is a signed checkpoint as a message. Its note verifies with nothing but the ledger's public key.
type checkpoint struct {
	Schema string    `json:"schema"`
	ID     string    `json:"id"`
	Type   string    `json:"type"`
	Origin string    `json:"origin"`
	Number int64     `json:"number"`
	Size   int64     `json:"size"`
	Time   time.Time `json:"time"`
	Note   string    `json:"note"`
}

const checkpointType = "ledger.checkpoint"

// checkpointID names a checkpoint. A restored ledger counts on from its backup, so origin and number alone may have been sent
// for another checkpoint before, and a receiver that deduplicates would drop this one: the note's hash tells them apart.
func checkpointID(origin string, c db.Checkpoint) string {
	sum := sha256.Sum256([]byte(c.Note))
	return fmt.Sprintf("chk_%s_%d_%x", origin, c.Number, sum[:8])
}

// checkpointItem makes the message of a checkpoint.
func checkpointItem(c db.Checkpoint, m Mapping) (Item, error) {
	origin, _, _ := strings.Cut(c.Note, "\n")
	note := checkpoint{
		Schema: CheckpointSchema, ID: checkpointID(origin, c), Type: checkpointType, Origin: origin,
		Number: c.Number, Size: c.Size, Time: c.Time.UTC(), Note: c.Note,
	}
	it := Item{Message: CheckpointMessage, Ref: c.Number, ID: note.ID, Time: note.Time, Type: checkpointType, Phase: audit.PhaseIntegrity}
	var err error
	switch m {
	case OCSF:
		it.Body, err = json.Marshal(checkpointToOCSF(&note))
	case ECS:
		it.Body, err = json.Marshal(checkpointToECS(&note))
	case Native:
		it.Body, err = json.Marshal(note)
	}
	return it, err
}

// size is roughly what the item takes in a request.
func (it *Item) size() int { return len(it.Body) + 256 }
