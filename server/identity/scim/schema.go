package scim

import (
	_ "embed"
	"encoding/json"
	"strings"
)

// The schemas and messages that are spoken here (RFC 7643, section 8.7; RFC 7644, section 8.2).
const (
	urnUser       = "urn:ietf:params:scim:schemas:core:2.0:User"
	urnGroup      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	urnEnterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	urnList       = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
)

// The types of attributes that comparisons tell apart (RFC 7643, section 2.3).
const (
	typeBoolean  = "boolean"
	typeDateTime = "dateTime"
	typeComplex  = "complex"
	typeString   = "string"
)

// attribute is the definition of one attribute (RFC 7643, section 7).
type attribute struct {
	Name          string      `json:"name"`
	Type          string      `json:"type"`
	MultiValued   bool        `json:"multiValued"`
	CaseExact     bool        `json:"caseExact"`
	Mutability    string      `json:"mutability"`
	SubAttributes []attribute `json:"subAttributes"`
}

func (a *attribute) readOnly() bool { return a.Mutability == "readOnly" }

// secret attributes are neither kept nor given back.
func (a *attribute) secret() bool { return a.Mutability == "writeOnly" }

func (a *attribute) sub(name string) *attribute {
	if a == nil {
		return nil
	}
	return find(a.SubAttributes, name)
}

func find(list []attribute, name string) *attribute {
	for i := range list {
		if strings.EqualFold(list[i].Name, name) {
			return &list[i]
		}
	}
	return nil
}

type schema struct {
	ID         string      `json:"id"`
	Attributes []attribute `json:"attributes"`
}

// kind is a type of resource: its own schema and those that extend it.
type kind struct {
	name, endpoint string
	core           schema
	extensions     []schema
}

//go:embed schemas.json
var schemasJSON []byte

// What schemas.json says, read once. Package variables, because they are constants in all but syntax; the only way for the
// reading to fail is a broken build, which every test notices.
var (
	schemaDocuments, users, groups = mustLoad()

	common = []attribute{
		{Name: "schemas", Type: "reference", MultiValued: true, CaseExact: true, Mutability: "readOnly"},
		{Name: "id", Type: typeString, CaseExact: true, Mutability: "readOnly"},
		{Name: "externalId", Type: typeString, CaseExact: true},
		{Name: "meta", Type: typeComplex, Mutability: "readOnly", SubAttributes: []attribute{
			{Name: "resourceType", Type: typeString, CaseExact: true},
			{Name: "created", Type: typeDateTime},
			{Name: "lastModified", Type: typeDateTime},
			{Name: "location", Type: "reference", CaseExact: true},
			{Name: "version", Type: typeString, CaseExact: true},
		}},
	}
)

func mustLoad() (documents []object, users, groups *kind) {
	var all []schema
	if err := json.Unmarshal(schemasJSON, &all); err != nil {
		panic("scim: schemas.json: " + err.Error())
	}
	if err := json.Unmarshal(schemasJSON, &documents); err != nil {
		panic("scim: schemas.json: " + err.Error())
	}
	users = &kind{name: "User", endpoint: "/Users", core: all[0], extensions: all[1:2]}
	groups = &kind{name: "Group", endpoint: "/Groups", core: all[2]}
	return documents, users, groups
}

// isURN reports whether an attribute's name is that of an extension, whose attributes it holds.
func isURN(name string) bool { return len(name) > 4 && strings.EqualFold(name[:4], "urn:") }

// extension finds a known extension; nil where nobody here knows it.
func (k *kind) extension(urn string) *schema {
	for i := range k.extensions {
		if strings.EqualFold(k.extensions[i].ID, urn) {
			return &k.extensions[i]
		}
	}
	return nil
}

// define finds the definition of an attribute; nil for one that no schema knows.
func (k *kind) define(urn, name string) *attribute {
	if urn != "" {
		if ext := k.extension(urn); ext != nil {
			return find(ext.Attributes, name)
		}
		return nil
	}
	if a := find(common, name); a != nil {
		return a
	}
	return find(k.core.Attributes, name)
}

// home finds where an attribute without a prefix belongs: clients leave out the prefix of extensions too.
func (k *kind) home(name string) (urn string) {
	if k.define("", name) != nil {
		return ""
	}
	for i := range k.extensions {
		if find(k.extensions[i].Attributes, name) != nil {
			return k.extensions[i].ID
		}
	}
	return ""
}
