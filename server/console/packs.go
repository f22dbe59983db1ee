package console

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"ambit/assets"
)

// pack is a starter policy. Its description is what the comment at its top says.
type pack struct {
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Source      string `json:"source"`
}

// packOrder is from the mildest to the strictest; packs that it doesn't name follow by name.
var packOrder = []string{"observe", "standard", "regulated", "contractor"}

func loadPacks() ([]pack, error) {
	files, err := fs.Glob(assets.Packs(), "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list starter packs: %w", err)
	}
	packs := make([]pack, 0, len(files))
	for _, name := range files {
		source, err := fs.ReadFile(assets.Packs(), name)
		if err != nil {
			return nil, fmt.Errorf("read starter pack: %w", err)
		}
		p := pack{Name: strings.TrimSuffix(name, ".yaml"), Source: string(source)}
		p.Title, p.Description = strings.ToUpper(p.Name[:1])+p.Name[1:], describe(p.Source)
		packs = append(packs, p)
	}
	slices.SortStableFunc(packs, func(a, b pack) int { return rank(a.Name) - rank(b.Name) })
	return packs, nil
}

func rank(name string) int {
	if i := slices.Index(packOrder, name); i >= 0 {
		return i
	}
	return len(packOrder)
}

// describe reads the comment at the top of a document: what stands before the advice on how to go on.
func describe(source string) string {
	var words []string
	for line := range strings.Lines(source) {
		text, ok := strings.CutPrefix(strings.TrimSpace(line), "#")
		if !ok {
			break
		}
		words = append(words, strings.Fields(text)...)
	}
	text := strings.Join(words, " ")
	if _, rest, ok := strings.Cut(text, `": `); ok && strings.HasPrefix(text, "Starter pack") {
		text = rest
	}
	text, _, _ = strings.Cut(text, " Change it to fit")
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
