package sso

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"ambit/audit"
	"ambit/db"
	"ambit/server/identity/saml"
)

// metadataSource names the settings that decide whose metadata is fetched: what was kept under other ones must not be trusted.
func metadataSource(cfg *saml.Config) string {
	text, err := json.Marshal([]string{cfg.MetadataURL, cfg.EntityID, cfg.Metadata})
	if err != nil {
		return "" // cannot happen: strings always marshal
	}
	digest := sha256.Sum256(text)
	return hex.EncodeToString(digest[:])
}

// keptMetadata is what the provider last published before the server started; "" where that is not known.
func (s *Service) keptMetadata(connection string, cfg *saml.Config) string {
	if cfg.MetadataURL == "" {
		return ""
	}
	// The request that comes first makes the provider for all that follow, so its end must not cut this short.
	kept, err := db.SAMLMetadata(context.Background(), s.Read(), connection, metadataSource(cfg))
	if err != nil {
		s.Log.Warn("what a SAML provider last published could not be read", "connection", connection, "cause", err)
	}
	return kept
}

// keepMetadata stores what the provider publishes once it has been fetched, and again when it has changed. Where that fails, only
// the next restart would miss it.
func (s *Service) keepMetadata(ctx context.Context, p *provider) {
	if p.saml == nil || p.config.SAML.MetadataURL == "" {
		return
	}
	have := p.saml.LastGood()
	p.keeping.Lock()
	defer p.keeping.Unlock()
	if have == "" || have == p.kept {
		return
	}
	ctx = context.WithoutCancel(ctx)
	err := s.Ledger.Commit(ctx, func(tx *db.Tx) ([]*audit.Event, error) {
		return nil, db.KeepSAMLMetadata(ctx, tx, p.of.ID, metadataSource(p.config.SAML), have, s.Now().UnixMilli())
	})
	if err != nil {
		s.Log.Warn("what a SAML provider publishes could not be kept", "connection", p.of.ID, "cause", err)
		return
	}
	p.kept = have
}
