package identity

import (
	"time"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
)

// familyRecord is what the ledger keeps of a family. It holds no secret.
type familyRecord struct {
	Device     string `json:"device"`
	PersonID   string `json:"person_id"`
	Connection string `json:"connection,omitempty"`
	ExpiresAt  string `json:"expires_at"`
	Why        string `json:"why,omitempty"`
}

func recordOf(row *db.FamilyRow) familyRecord {
	return familyRecord{Device: row.Device, PersonID: row.PersonID, Connection: row.Connection, ExpiresAt: timeOf(row.ExpiresAt).Format(time.RFC3339)}
}

// familyEvent is about a sign-in of somebody's agent.
func familyEvent(kind, phase string, person *caller.Person, row *db.FamilyRow, address string) *audit.Event {
	e := &audit.Event{Type: kind, Phase: phase, Actor: audit.Actor{
		User: "unknown", Connection: row.Connection, Credential: row.ID, Address: address,
	}}
	if person != nil {
		e.Actor.User, e.Actor.Groups = person.Email, person.Groups
		for i := range person.Accounts {
			if person.Accounts[i].ID == row.AccountID {
				e.Actor.Subject = person.Accounts[i].Subject
			}
		}
	}
	return e
}
