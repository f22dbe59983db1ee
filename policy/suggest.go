package policy

import (
	"fmt"
	"strings"
)

// suggestion says which key was probably meant, or lists those that exist.
func suggestion(got string, keys []string) string {
	best, distance := "", 3
	for _, k := range keys {
		if d := editDistance(strings.ToLower(got), k); d < distance {
			best, distance = k, d
		}
	}
	if best != "" && distance < len(best) {
		return fmt.Sprintf("one of %s; did you mean %q?", strings.Join(keys, ", "), best)
	}
	return "one of " + strings.Join(keys, ", ")
}

// editDistance counts insertions, deletions, substitutions and swaps of neighbours that turn a into b (the optimal
// string alignment distance), in bytes.
func editDistance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}
