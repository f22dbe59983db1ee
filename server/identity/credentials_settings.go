package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ambit/audit"
	"ambit/db"
	"ambit/server/caller"
)

const credentialSetting = "credentials" // its name in the table of settings

var defaultCredentialSettings = caller.CredentialSettings{AccessMinutes: 60, FamilyDays: 30}

// What an admin may set. Agents refresh when five minutes are left: a life near that would make them refresh all the time.
const (
	minAccessMinutes, maxAccessMinutes = 10, 12 * 60
	minFamilyDays, maxFamilyDays       = 1, 365
)

func (s *Service) loadCredentialSettings(ctx context.Context) error {
	set := defaultCredentialSettings
	text, err := db.Setting(ctx, s.db.Read(), credentialSetting)
	if err != nil && !errors.Is(err, db.ErrNotFound) {
		return err
	}
	if err == nil {
		if err := json.Unmarshal([]byte(text), &set); err != nil {
			return fmt.Errorf("read the setting %s: %w", credentialSetting, err)
		}
		if err := judgeCredentialSettings(set); err != nil {
			return fmt.Errorf("read the setting %s: %w", credentialSetting, err)
		}
	}
	s.credentials.settings.Store(&set)
	return nil
}

// CredentialSettings are those in force.
func (s *Service) CredentialSettings() caller.CredentialSettings {
	return *s.credentials.settings.Load()
}

// SetCredentialSettings changes what holds for agents' credentials. Access credentials that exist keep their life; families
// end earlier at once when the maximum gets shorter.
func (s *Service) SetCredentialSettings(ctx context.Context, by *caller.Principal, set caller.CredentialSettings, address string) error {
	if err := judgeCredentialSettings(set); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	before, now := s.CredentialSettings(), s.now().UnixMilli()
	err := s.commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		return []*audit.Event{changed("settings.changed", by, address, "settings", credentialSetting, before, set)},
			db.SetSetting(ctx, tx, credentialSetting, string(view(set)), by.Who(), now)
	})
	if err != nil {
		return err
	}
	s.credentials.settings.Store(&set)
	for _, f := range s.credentials.all() {
		f.end.Store(s.familyEnd(&f.row))
	}
	return nil
}

func judgeCredentialSettings(set caller.CredentialSettings) error {
	switch {
	case set.AccessMinutes < minAccessMinutes || set.AccessMinutes > maxAccessMinutes:
		return invalid("access_minutes: an access credential lives %d to %d minutes", minAccessMinutes, maxAccessMinutes)
	case set.FamilyDays < minFamilyDays || set.FamilyDays > maxFamilyDays:
		return invalid("family_days: a sign-in lasts %d to %d days", minFamilyDays, maxFamilyDays)
	}
	return nil
}

func (s *Service) accessLife() int64 {
	return (time.Duration(s.CredentialSettings().AccessMinutes) * time.Minute).Milliseconds()
}

// familyEnd is when a family ends by time: as it was begun, or earlier where the admin has shortened the maximum since.
func (s *Service) familyEnd(row *db.FamilyRow) int64 {
	longest := time.Duration(s.CredentialSettings().FamilyDays) * 24 * time.Hour
	return min(row.ExpiresAt, row.CreatedAt+longest.Milliseconds())
}
