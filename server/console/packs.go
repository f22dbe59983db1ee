package console

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"ambit/assets"
)

// pack is a starter policy. Its title and description are the comment at its top: the first line, and the rest.
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
		p.Title, p.Description = describe(p.Source)
		if p.Title == "" {
			p.Title = strings.ToUpper(p.Name[:1]) + p.Name[1:]
		}
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

// describe reads the comment at the top of a document.
func describe(source string) (title, description string) {
	var lines []string
	for line := range strings.Lines(source) {
		text, ok := strings.CutPrefix(strings.TrimSpace(line), "#")
		if !ok {
			break
		}
		lines = append(lines, strings.TrimSpace(text))
	}
	if len(lines) == 0 {
		return "", ""
	}
	return strings.TrimSuffix(lines[0], "."), strings.Join(strings.Fields(strings.Join(lines[1:], " ")), " ")
}
