package bundle

import (
	"time"

	"ambit/audit"
)

// Format names the version of a bundle's form.
const Format = "ambit.export/v1"

// The files of a bundle beside the events.
const (
	ManifestFile  = "manifest.json"
	ProofsFile    = "proofs.jsonl"
	PublicKeyFile = "ledger.pub" // for convenience: whoever checks uses the key from a place that they trust
)

// Manifest says what is in a bundle.
type Manifest struct {
	Format     string            `json:"format"`
	Ambit      string            `json:"ambit"` // version
	MadeAt     time.Time         `json:"made_at"`
	Filter     map[string]string `json:"filter"`     // as given; empty: every event
	Events     int64             `json:"events"`     // how many fitted
	FirstSeq   int64             `json:"first_seq"`  // 0: none fitted
	LastSeq    int64             `json:"last_seq"`   //
	Through    int64             `json:"through"`    // the ledger was searched up to here: what the checkpoint covers
	Checkpoint string            `json:"checkpoint"` // signed note; the proofs lead to it
	Files      map[string]File   `json:"files"`      // by name
}

// File is one file of a bundle.
type File struct {
	SHA256 string `json:"sha256"` // hex
	Bytes  int64  `json:"bytes"`
}

// proof is one line of proofs.jsonl: that the event with this seq lies under the manifest's checkpoint (RFC 6962, 2.1.1).
type proof struct {
	Seq    int64        `json:"seq"`
	Hashes []audit.Hash `json:"hashes"`
}
