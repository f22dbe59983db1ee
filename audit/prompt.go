package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"ambit/audit/mask"
	"ambit/db"
)

// promptMemory remembers the prompts that were stored lately: one prompt leads to many actions, and each of their events
// names it, but the vault keeps it once.
type promptMemory struct {
	// order is held for reading from the look into rows until the event is queued, and for writing while a purge makes rows
	// forget: so an event that names a digest from memory is queued before the purge of that digest, and can't bring it back.
	order sync.RWMutex

	mu   sync.Mutex
	rows map[[sha256.Size]byte]*db.PromptRow
}

const promptMemorySize = 1024

func promptPurpose(digest string) []byte { return []byte("prompt " + digest) }

// keepPrompt seals the event's prompt and puts the salted digest into the event. The digest tells nobody what the text
// was: its salt is purged with the text.
func (l *Ledger) keepPrompt(e *Event) (*db.PromptRow, error) {
	text, n := mask.String(e.PromptText)
	key := sha256.Sum256([]byte(e.Actor.User + "\x00" + e.Repository + "\x00" + e.Session + "\x00" + text))
	l.prompts.mu.Lock()
	row := l.prompts.rows[key]
	l.prompts.mu.Unlock()
	if row == nil {
		salt := make([]byte, 32)
		l.ids.random(salt)
		sum := sha256.Sum256(append(salt, text...))
		digest := "sha256:" + hex.EncodeToString(sum[:])
		vault, err := json.Marshal(vaultPrompt{Text: text, Masked: n})
		if err != nil {
			return nil, fmt.Errorf("store prompt: %w", err)
		}
		row = &db.PromptRow{
			Digest: digest, Salt: salt, Sealed: l.box.Seal(vault, promptPurpose(digest)),
			Person: e.Actor.User, Repository: maskedText(e.Repository), Session: maskedText(e.Session),
		}
		l.prompts.mu.Lock()
		if l.prompts.rows == nil || len(l.prompts.rows) >= promptMemorySize {
			l.prompts.rows = map[[sha256.Size]byte]*db.PromptRow{}
		}
		l.prompts.rows[key] = row
		l.prompts.mu.Unlock()
	}
	e.Prompt = &Prompt{Recorded: true, Digest: row.Digest}
	copied := *row // the writer sets its time
	return &copied, nil
}

// maskedText is text as an event has it.
func maskedText(text string) string {
	out, _ := mask.String(text)
	return out
}

// vaultPrompt is what is sealed.
type vaultPrompt struct {
	Text   string `json:"text"`
	Masked int    `json:"masked,omitempty"`
}

// ErrNoPrompt says that an event's prompt was never recorded or has been purged.
var ErrNoPrompt = &noPromptError{}

type noPromptError struct{}

func (*noPromptError) Error() string { return "the prompt's text is not in the vault" }
func (*noPromptError) Code() string  { return "not_found" }
func (*noPromptError) Hint() string {
	return "It was not recorded (policy), or was purged under its retention."
}

// ReadPrompt gives the text of the prompt behind an event. The caller records that it was read, through Commit.
func (l *Ledger) ReadPrompt(ctx context.Context, eventID string) (string, error) {
	raw, err := l.Get(ctx, eventID)
	if err != nil {
		return "", err
	}
	var e Event
	if err := json.Unmarshal(raw, &e); err != nil {
		return "", fmt.Errorf("read event %s: %w", eventID, err)
	}
	if e.Prompt == nil || !e.Prompt.Recorded {
		return "", ErrNoPrompt
	}
	row, err := db.PromptByDigest(ctx, l.db.Read(), e.Prompt.Digest)
	if errors.Is(err, db.ErrNotFound) {
		return "", ErrNoPrompt
	} else if err != nil {
		return "", fmt.Errorf("read prompt: %w", err)
	}
	plain, err := l.box.Open(row.Sealed, promptPurpose(row.Digest))
	if err != nil {
		return "", fmt.Errorf("read prompt: %w", err)
	}
	var p vaultPrompt
	if err := json.Unmarshal(plain, &p); err != nil {
		return "", fmt.Errorf("read prompt: %w", err)
	}
	return p.Text, nil
}

// forgetPrompts takes prompts that are about to be purged out of memory, so that one that comes again is stored under a digest
// of its own.
func (l *Ledger) forgetPrompts(digests []string) {
	l.prompts.order.Lock()
	defer l.prompts.order.Unlock()
	l.prompts.mu.Lock()
	defer l.prompts.mu.Unlock()
	maps.DeleteFunc(l.prompts.rows, func(_ [sha256.Size]byte, row *db.PromptRow) bool { return slices.Contains(digests, row.Digest) })
}
