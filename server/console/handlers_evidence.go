package console

import "github.com/gofiber/fiber/v2"

// evidenceHandlers are the endpoints of proofs, retention, holds and saved searches.
func (a *API) evidenceHandlers() map[string]fiber.Handler {
	return map[string]fiber.Handler{
		"signCheckpoint": a.signCheckpoint, "proveEvent": a.proveEvent, "proveEvents": a.proveEvents, "proveConsistency": a.proveConsistency, "exportBundle": a.exportBundle,
		"countFacets": a.countFacets, "recordBackup": a.recordBackup,
		"getRetention": a.getRetention, "setRetention": a.setRetention, "planRetention": a.planRetention, "runRetention": a.runRetention,
		"listHolds": a.listHolds, "addHold": a.addHold, "releaseHold": a.releaseHold, "purgePrompts": a.purgePrompts,
		"listSavedSearches": a.listSavedSearches, "createSavedSearch": a.createSavedSearch,
		"updateSavedSearch": a.updateSavedSearch, "deleteSavedSearch": a.deleteSavedSearch,
	}
}
