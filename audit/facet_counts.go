package audit

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
)

// FacetCount is how many of the events looked at have a value.
type FacetCount struct {
	Value string `json:"value"`
	Count int    `json:"count"`
}

// Facets are the values that the events of a search have, most frequent first.
type Facets struct {
	Of         int          `json:"of"`       // events looked at, the newest
	Complete   bool         `json:"complete"` // they are all that fit
	Person     []FacetCount `json:"person"`
	Action     []FacetCount `json:"action"`
	Effect     []FacetCount `json:"effect"`
	Repository []FacetCount `json:"repository"`
	Layer      []FacetCount `json:"layer"`
	Phase      []FacetCount `json:"phase"`
	Type       []FacetCount `json:"type"`
}

const (
	facetSample = 2000 // events that are looked at: enough to offer a choice, quick whatever the ledger's size
	facetValues = 20   // values of each
)

// Facets counts the values of the newest events that fit. It looks at a bounded number of them, and says whether they are all.
func (l *Ledger) Facets(ctx context.Context, q Query) (Facets, error) {
	page, err := searchUpTo(ctx, l.db.Read(), q, facetSample)
	if err != nil {
		return Facets{}, fmt.Errorf("count facets: %w", err)
	}
	counts := map[facet]map[string]int{}
	for _, event := range page.Events {
		d := newDocument(string(event), false)
		seen := map[facetValue]bool{} // a layer speaks several times in one event
		for _, v := range d.facets {
			if seen[v] {
				continue
			}
			seen[v] = true
			if counts[v.facet] == nil {
				counts[v.facet] = map[string]int{}
			}
			counts[v.facet][v.value]++
		}
	}
	return Facets{
		Of: len(page.Events), Complete: page.Next == 0,
		Person: topFacets(counts[facetPerson]), Action: topFacets(counts[facetAction]), Effect: topFacets(counts[facetEffect]),
		Repository: topFacets(counts[facetRepository]), Layer: topFacets(counts[facetLayer]), Phase: topFacets(counts[facetPhase]),
		Type: topFacets(counts[facetType]),
	}, nil
}

func topFacets(counts map[string]int) []FacetCount {
	out := make([]FacetCount, 0, len(counts))
	for _, value := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, FacetCount{value, counts[value]})
	}
	slices.SortStableFunc(out, func(a, b FacetCount) int { return cmp.Compare(b.Count, a.Count) })
	return out[:min(len(out), facetValues)]
}
