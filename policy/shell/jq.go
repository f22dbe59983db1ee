package shell

import "strings"

// jqProgram refuses what loads further files; everything else in jq only computes.
func (k *classifier) jqProgram(i int, v Word) {
	if v.Kind != Known {
		k.open(i, "unknown-word", "", "The jq program is unknown.", "Write the program out.", true)
		return
	}
	for _, word := range [...]string{"import", "include", "modulemeta", "get_search_list", "input_filename_set"} {
		for at := 0; ; {
			j := strings.Index(v.Text[at:], word)
			if j < 0 {
				break
			}
			j += at
			at = j + len(word)
			if j > 0 && (nameLike("x"+v.Text[j-1:j]) || strings.IndexByte(`."$@`, v.Text[j-1]) >= 0) ||
				at < len(v.Text) && (nameLike("x"+v.Text[at:at+1]) || v.Text[at] == ':') {
				continue
			}
			if word == "import" || word == "include" {
				// Both need a text behind them; a field's name in {include} has none.
				if rest := strings.TrimLeft(v.Text[at:], " \t\n"); rest != "" && strings.IndexByte("},|)]", rest[0]) >= 0 {
					continue
				}
			}
			k.open(i, "exec", v.Text, "The jq program uses "+word+", which loads code from a file.", "Write the definitions out.", false)
			return
		}
	}
}
