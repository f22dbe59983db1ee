//go:build !client

package cli

import (
	"fmt"
	"net/url"
	"time"
)

// AuditCmd groups the verbs of the audit ledger.
type AuditCmd struct {
	Verify     AuditVerifyCmd     `cmd:"" help:"Check that nobody altered the ledger."`
	Search     AuditSearchCmd     `cmd:"" help:"Find events."`
	Export     AuditExportCmd     `cmd:"" help:"Write events as JSON Lines, CSV or OCSF, with proofs."`
	Tail       AuditTailCmd       `cmd:"" help:"Watch events as they come."`
	Checkpoint AuditCheckpointCmd `cmd:"" help:"Print the latest signed checkpoint, to keep elsewhere."`
	Prove      AuditProveCmd      `cmd:"" help:"Prove to somebody else that an event is in the ledger."`

	Retention    AuditRetentionCmd    `cmd:"" help:"How long events and prompts are kept."`
	Hold         AuditHoldCmd         `cmd:"" help:"Legal holds: what must not be removed."`
	PurgePrompts AuditPurgePromptsCmd `cmd:"" name:"purge-prompts" help:"Delete a person's or a repository's prompts from the vault."`
}

// auditFilter is what search, export and tail have in common.
type auditFilter struct {
	Person     string `placeholder:"EMAIL" help:"Events about this person."`
	Action     string `placeholder:"NAME" help:"Events of this action, such as shell.exec."`
	Effect     string `placeholder:"EFFECT" enum:",allow,deny,hold" default:"" help:"Decisions with this effect: allow, deny or hold."`
	Repository string `placeholder:"REPO" help:"Events in this repository, such as github.com/acme/app."`
	Session    string `placeholder:"ID" help:"Events of this session."`
	Layer      string `placeholder:"NAME" help:"Decisions in which this layer of the policy spoke."`
	Phase      string `placeholder:"PHASE" enum:",decision,result,lifecycle,admin,approval,integrity" default:"" help:"decision, result, lifecycle, admin, approval or integrity."`
	Type       string `placeholder:"TYPE" help:"Events of this type, such as policy.published."`
}

func (f *auditFilter) values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{
		"person": f.Person, "action": f.Action, "effect": f.Effect, "repository": f.Repository,
		"session": f.Session, "layer": f.Layer, "phase": f.Phase, "type": f.Type,
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	return v
}

// auditTime is the part of the filter that live events don't need.
type auditTime struct {
	Since string `placeholder:"TIME" help:"From this time on: 24h, 7d, 2026-11-22 or 2026-11-22T05:30:00Z."`
	Until string `placeholder:"TIME" help:"Before this time."`
}

func (t *auditTime) add(v url.Values, now time.Time) error {
	for _, p := range []struct{ name, text string }{{"since", t.Since}, {"until", t.Until}} {
		if p.text == "" {
			continue
		}
		at, err := parseMoment(p.text, now)
		if err != nil {
			return fmt.Errorf("--%s: %w", p.name, err)
		}
		v.Set(p.name, at.UTC().Format(time.RFC3339))
	}
	return nil
}

// parseMoment reads a time, a day, or how long ago.
func parseMoment(text string, now time.Time) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	if at, err := time.ParseInLocation(time.DateOnly, text, time.Local); err == nil {
		return at, nil
	}
	var days int
	if n, err := fmt.Sscanf(text, "%dd", &days); err == nil && n == 1 && text == fmt.Sprintf("%dd", days) {
		return now.AddDate(0, 0, -days), nil
	}
	if ago, err := time.ParseDuration(text); err == nil {
		return now.Add(-ago), nil
	}
	return time.Time{}, &adviceError{fmt.Sprintf("%q is not a time", text), "Write 24h, 7d, 2026-11-22 or 2026-11-22T05:30:00Z"}
}
