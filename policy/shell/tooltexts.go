package shell

import _ "embed" // the tables

// The tables are strings of the program itself and not files of an embed.FS, whose every read is a copy: a process that judges one
// command would spend a third of its judging on that. Each begins with a comment, so that "\n" stands before every block.
var (
	//go:embed tools/archive.tools
	archiveTools string
	//go:embed tools/build.tools
	buildTools string
	//go:embed tools/containers.tools
	containersTools string
	//go:embed tools/files.tools
	filesTools string
	//go:embed tools/git.tools
	gitTools string
	//go:embed tools/go.tools
	goTools string
	//go:embed tools/net.tools
	netTools string
	//go:embed tools/node.tools
	nodeTools string
	//go:embed tools/python.tools
	pythonTools string
	//go:embed tools/search.tools
	searchTools string
	//go:embed tools/system.tools
	systemTools string
	//go:embed tools/text.tools
	textTools string
	//go:embed tools/wrappers.tools
	wrappersTools string
)

func tables() []string {
	return []string{
		archiveTools, buildTools, containersTools, filesTools, gitTools, goTools, netTools, nodeTools, pythonTools, searchTools, systemTools, textTools, wrappersTools,
	}
}
