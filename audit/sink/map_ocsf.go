package sink

import (
	"encoding/json"

	"ambit/audit/ocsf"
)

// ocsfCheckpoint is a checkpoint as API activity (6003), other: package ocsf maps events, and a checkpoint is none. The note
// stands unchanged in raw_data.
type ocsfCheckpoint struct {
	ActivityID  int             `json:"activity_id"`
	CategoryUID int             `json:"category_uid"`
	ClassUID    int             `json:"class_uid"`
	TypeUID     int             `json:"type_uid"`
	Time        int64           `json:"time"` // milliseconds since 1970
	SeverityID  int             `json:"severity_id"`
	StatusID    int             `json:"status_id"`
	Message     string          `json:"message"`
	Metadata    ocsfMetadata    `json:"metadata"`
	Actor       json.RawMessage `json:"actor"`
	API         json.RawMessage `json:"api"`
	Source      json.RawMessage `json:"src_endpoint"`
	RawData     string          `json:"raw_data"`
	Unmapped    *checkpoint     `json:"unmapped"`
}

type ocsfMetadata struct {
	Version string          `json:"version"`
	Product json.RawMessage `json:"product"`
	UID     string          `json:"uid"`
	LogName string          `json:"log_name"`
}

// checkpointToOCSF maps a checkpoint.
func checkpointToOCSF(c *checkpoint) *ocsfCheckpoint {
	const class, other = 6003, 99
	return &ocsfCheckpoint{
		ActivityID: other, CategoryUID: class / 1000, ClassUID: class, TypeUID: class*100 + other, Time: c.Time.UnixMilli(), SeverityID: 1, StatusID: 1,
		Message:  "signed checkpoint of the ledger",
		Metadata: ocsfMetadata{ocsf.Version, json.RawMessage(`{"name":"Ambit","vendor_name":"Ambit"}`), c.ID, CheckpointSchema},
		Actor:    json.RawMessage(`{"user":{"name":"ambit","type_id":3,"type":"System"}}`),
		API:      json.RawMessage(`{"operation":"` + checkpointType + `","service":{"name":"ambit"}}`),
		Source:   json.RawMessage(`{"name":"ambit"}`),
		RawData:  c.Note, Unmapped: c,
	}
}
