package console_test

import (
	"testing"

	"ambit/server/caller"
)

// TestCredentialSettings ensures that an admin can bound how long agents stay signed in, within reason.
func TestCredentialSettings(t *testing.T) {
	s := start(t)
	owner := s.setUp()
	var set caller.CredentialSettings
	owner.call("GET", "/api/v1/settings/credentials", nil, 200, &set)
	if set != (caller.CredentialSettings{AccessMinutes: 60, FamilyDays: 30}) {
		t.Fatalf("out of the box: %+v", set)
	}
	owner.call("PUT", "/api/v1/settings/credentials", object{"access_minutes": 15, "family_days": 7}, 200, &set)
	if s.identity.CredentialSettings() != (caller.CredentialSettings{AccessMinutes: 15, FamilyDays: 7}) {
		t.Fatalf("in force: %+v", s.identity.CredentialSettings())
	}
	owner.refused("PUT", "/api/v1/settings/credentials", object{"access_minutes": 1, "family_days": 7}, 400, "invalid")
	owner.refused("PUT", "/api/v1/settings/credentials", object{"access_minutes": 15, "family_days": 4000}, 400, "invalid")
	owner.refused("PUT", "/api/v1/settings/credentials", object{"access_minutes": 15}, 400, "invalid")
}
