package scim

import (
	"strings"

	"github.com/gofiber/fiber/v2"
)

// unfiltered refuses a filter on what describes the service (RFC 7644, section 4).
func unfiltered(c *fiber.Ctx) error {
	if c.Query("filter") != "" {
		return &Error{code: "forbidden", message: "this can't be filtered"}
	}
	return nil
}

func everything(c *fiber.Ctx, resources []object) error {
	return answer(c, fiber.StatusOK, object{
		"schemas": []string{urnList}, "totalResults": len(resources), "startIndex": 1, "itemsPerPage": len(resources), "Resources": resources,
	})
}

// config says what the service can do (RFC 7643, section 5).
func (s *Service) config(c *fiber.Ctx) error {
	if err := unfiltered(c); err != nil {
		return err
	}
	return answer(c, fiber.StatusOK, object{
		"schemas":        []string{"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"},
		"patch":          object{"supported": true},
		"bulk":           object{"supported": false, "maxOperations": 0, "maxPayloadSize": 0},
		"filter":         object{"supported": true, "maxResults": maxCount},
		"changePassword": object{"supported": false},
		"sort":           object{"supported": false},
		"etag":           object{"supported": true},
		"authenticationSchemes": []object{{
			"type": "oauthbearertoken", "name": "Bearer token", "primary": true,
			"description": "The SCIM token of the connection, made in the console, in the Authorization header.",
		}},
		"meta": object{"resourceType": "ServiceProviderConfig", "location": s.base + "/ServiceProviderConfig"},
	})
}

func (s *Service) types() []object {
	types := []object{}
	for _, k := range []*kind{users, groups} {
		extensions := []object{}
		for i := range k.extensions {
			extensions = append(extensions, object{"schema": k.extensions[i].ID, "required": false})
		}
		types = append(types, object{
			"schemas": []string{"urn:ietf:params:scim:schemas:core:2.0:ResourceType"},
			"id":      k.name, "name": k.name, "endpoint": k.endpoint, "schema": k.core.ID, "schemaExtensions": extensions,
			"meta": object{"resourceType": "ResourceType", "location": s.base + "/ResourceTypes/" + k.name},
		})
	}
	return types
}

func (s *Service) resourceTypes(c *fiber.Ctx) error {
	if err := unfiltered(c); err != nil {
		return err
	}
	return everything(c, s.types())
}

func (s *Service) resourceType(c *fiber.Ctx) error { return one(c, "resource type", s.types()) }

func (s *Service) documents() []object {
	all := make([]object, len(schemaDocuments))
	for i, doc := range schemaDocuments {
		id := text(doc, "id")
		all[i] = merged(doc, object{"meta": object{"resourceType": "Schema", "location": s.base + "/Schemas/" + id}})
	}
	return all
}

func (s *Service) schemas(c *fiber.Ctx) error {
	if err := unfiltered(c); err != nil {
		return err
	}
	return everything(c, s.documents())
}

func (s *Service) schema(c *fiber.Ctx) error { return one(c, "schema", s.documents()) }

func one(c *fiber.Ctx, what string, all []object) error {
	id := param(c)
	for _, o := range all {
		if strings.EqualFold(text(o, "id"), id) {
			return answer(c, fiber.StatusOK, o)
		}
	}
	return &Error{code: "not_found", message: "there is no " + what + " " + clip(id)}
}
