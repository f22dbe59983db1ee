package shell

import "sync"

// class says what a tool does with an option's value or an operand.
type class uint8

const (
	classFlag         class = iota // nothing to judge
	classText                      // any text
	classNumber                    // any text that the tool takes as a number
	classRead                      // a file or directory that is read
	classWrite                     // a file that is written
	classReadWrite                 // a file that is read and changed
	classTree                      // a directory whose whole content is read
	classWriteTree                 // a directory below which files are written
	classProject                   // a directory whose project file the tool obeys
	classWriteProject              // the same, and the tool writes below it
	classChdir                     // a directory: later paths start there
	classSed                       // a sed script
	classAwk                       // an awk program
	classJq                        // a jq program
	classURL                       // an address that is asked
	classPackage                   // a Go package pattern
	classRevision                  // a Git revision or path
	classPathspec                  // a Git pathspec
	classAssign                    // text, but NAME=value is a setting
	classData                      // NAME=value is text, anything else a file that is read
	classDD                        // if=FILE, of=FILE or another NAME=value
	classArchive                   // a file that is written when the tool packs, read when it unpacks
	classHere                      // the tool writes files below its directory
	classFormat                    // date: +FORMAT is text, anything else sets the clock
	classPage                      // man: a name is text, a path is a file of formatting commands
	classPaged                     // less: a file that is read, +COMMAND is run
	classRemote                    // rsync: a tree that is read, HOST:PATH is a machine
	classRemoteWrite               // rsync: a tree that is written, HOST:PATH is a machine
	classRepository                // git: a remote's name, a directory or an address
	classGoFlags                   // flags for the Go compiler or linker
	classCovReport                 // pytest: KIND or KIND:PATH, which is written
	classFormatter                 // a formatter or reporter: a built-in name is text, anything else is code
	classFmtArgs                   // cargo fmt: --check or files that are changed
	classLintArgs                  // cargo clippy: lint levels
	classKubeOutput                // kubectl -o: …-file=PATH is read
	classCurlText                  // curl: @FILE is read
	classCookie                    // curl: NAME=value, or a file that is read
	classMethod                    // curl: GET and HEAD are text
	classMove                      // a file or directory that goes away with everything below
	classPlugin                    // pytest -p: no:NAME is text
	classSuffix                    // an ending for backup files: no directory
	classPrefix                    // the beginning of the names of files that are written
	classProcess                   // ps: which programs it shows
	classShowing                   // ps: what it shows of them; their environment opens
	classDNS                       // dig: +OPTION and types are text, the rest is asked
	classResource                  // a kubectl resource: for deny patterns "a/b,c" are the words a, b and c
	classKnown                     // one of the words in the table is text, anything else may be code: known:a,b
	classInt                       // digits; anything else goes on as further options
	classOptionText                // text; behind "$" it goes on as further options (less)
	classReference                 // gh: a number or branch, URL is a machine
	classTemplate                  // kubectl: text with "{", or a file that is read
	classOutFormat                 // golangci-lint: KIND or KIND:PATH, which is written, with commas
	classTarget                    // a target's name; a path is a file of settings, which may name programs
	classTestArgs                  // options of a Rust test binary
	classNativeArgs                // cmake --build: what the native build tool gets
	classWarning                   // Python's warning filter: a category with a dot imports a module
	classCompared                  // diff: a file, or a directory whose files are read
	classReadHere                  // everything below the tool's directory is read
	classLogRange                  // git log -L: RANGE:FILE, in which RANGE may hold colons
	classTop                       // git: the whole work tree, wherever in it the command runs
	classGitDir                    // git: a directory that becomes a repository itself
	classModule                    // a name is text, a path is code that is loaded
	classScript                    // npm: a word for a script of the package, judged by the table npm-script

	// Only a pattern that names the option or operand itself opens these.
	classList   // a file that lists files to act on
	classExec   // a program or code that is run
	classConfig // a file or text with settings
	classNet    // a machine that is contacted
	classState  // a change of the system's or a service's state
)

var classNames = map[string]class{
	"flag": classFlag, "text": classText, "number": classNumber, "read": classRead, "write": classWrite, "rw": classReadWrite,
	"tree": classTree, "wtree": classWriteTree, "chdir": classChdir, "project": classProject, "wproject": classWriteProject, "sed": classSed, "awk": classAwk, "jq": classJq, "url": classURL,
	"package": classPackage, "rev": classRevision, "pathspec": classPathspec, "assign": classAssign, "data": classData, "dd": classDD, "archive": classArchive, "here": classHere, "format": classFormat, "page": classPage, "paged": classPaged,
	"remote": classRemote, "remotewrite": classRemoteWrite, "repository": classRepository,
	"goflags": classGoFlags, "covreport": classCovReport, "eslintformat": classFormatter, "reporter": classFormatter, "fmtargs": classFmtArgs,
	"lintargs": classLintArgs, "kubeoutput": classKubeOutput, "curltext": classCurlText, "cookie": classCookie, "method": classMethod, "dns": classDNS, "suffix": classSuffix, "process": classProcess, "showing": classShowing, "prefix": classPrefix, "plugin": classPlugin, "move": classMove, "resource": classResource,
	"int": classInt, "optiontext": classOptionText, "reference": classReference, "template": classTemplate,
	"outformat": classOutFormat, "target": classTarget, "testargs": classTestArgs, "nativeargs": classNativeArgs, "warning": classWarning,
	"compared": classCompared, "readhere": classReadHere, "logrange": classLogRange,
	"top": classTop, "gitdir": classGitDir, "script": classScript, "module": classModule,
	"list": classList, "exec": classExec, "config": classConfig, "net": classNet, "state": classState,
}

// opens reports the classes that "**" does not cover.
func (c class) opens() bool { return c >= classList }

func (c class) String() string {
	for name, v := range classNames {
		if v == c {
			return name
		}
	}
	return "?"
}

// message says what an option or operand of a class does that "**" does not cover.
func (c class) message() string {
	switch c {
	case classExec:
		return "runs a program or code"
	case classConfig:
		return "gives the program settings, which may hold commands"
	case classNet:
		return "names a machine to contact"
	case classList:
		return "takes the files to act on from a list"
	}
	return "changes the state of the system or a service"
}

type arity uint8

const (
	noValue arity = iota
	needsValue
	mayValue  // only joined: -iSUFFIX, --color=WHEN
	twoValues // a name, then a value of the class: jq --arg
	lastValue // a value, or none at the end of the line: git branch --merged
)

// option is one option of a tool under all its names.
type option struct {
	names []string // as written in the table; the last is the canonical one
	class class
	arity arity
	below bool     // a path in the value starts where the tool's line "below" says
	words []string // with classKnown: what is harmless
}

func (o *option) name() string { return o.names[len(o.names)-1] }

// slot is the class of one operand or, with many, of any number of them.
type slot struct {
	class class
	many  bool
}

// conditional gives the operands other slots when one of the options is on the line.
type conditional struct {
	options []string
	slots   []slot
}

// tool is one tool table, or the part of one for a subcommand.
type tool struct {
	name    string
	options map[string]*option
	long    []string // names that begin with "--", sorted: for abbreviations
	slots   []slot
	ifs     []conditional
	parent  *tool // its options count too (inherit)

	same     map[string]string    // other names of subcommands: deny patterns for one name see the other
	sections map[string][]section // subcommands that are not parsed yet
	subs     sync.Map             // subcommand → *tool

	stop      bool // options end at the first operand
	goFlags   bool // -name and --name are the same, no clusters
	single    bool // words like -name are one option, no clusters
	digits    bool // -20 is a number
	bsd       bool // the first operand may be a cluster of options without "-" (ps aux, tar xzf)
	plus      bool // words that begin with "+" are options
	apart     bool // options that share a word take their values from the words that follow, in order (tree -aI PATTERN)
	envCode   bool // evaluates text in variables of its environment
	atFile    bool // a word @FILE stands for the words in FILE
	into      bool // puts its sources below the last operand (or -t), under their own names
	unpacks   bool // writes files whose names lack the ending of those that it reads
	meta      bool // shows names, sizes and counts, never what a file holds
	reads     bool // changes nothing but what its classes say
	delegate  bool // the first operand names the tool that runs
	bool      bool // options without a value take =true and =false
	globs     bool // expands patterns in its operands itself
	once      bool // of several directories to change to, the tool would take the last or join them all
	fetching  bool // gets packages by their names, whatever the options
	dangerous bool // some option opens, or writes a file
	wraps     string
	mini      string // a grammar of its own: find, git, dd, …

	opensAs       class // what the subcommand as such does that "**" does not cover; classFlag for nothing
	none          class // what happens to "." without operands; classFlag for nothing
	treeIf        []string
	hiddenIf      []string // with one of these a tree includes names that begin with a dot; nil: always
	writesIf      []string // with one of these read operands are changed
	writesUnless  []string // without any of these read operands are changed
	writesAlways  bool
	readsIf       []string // changes nothing with one of these
	oneOf         []string // modes of which the tool takes one; a pattern that names one means it
	bareUnless    []string // changes nothing without operands and without these
	listsIf       []string // with one of these the tool prints names of files below its operands
	listsAlways   bool
	listsUnless   []string // with one of these what it prints is no list of names
	narrow        []string // patterns of the names that a tree is narrowed to; "!" leaves out
	narrowUnless  []string // where one of these comes first, other names stay in the tree
	narrowTypes   []string // kinds of files that a tree is narrowed to (rg -t)
	behind        []string // with one of these the operands behind it have another class
	behindClass   class
	directoryIf   []string          // with one of these compared operands are taken for directories
	emptyWrites   map[string]string // the file that an option writes where no value names one
	expands       []string          // options in whose paths the tool itself replaces ~ and $NAME
	anchored      bool              // paths of options start where the tool does, whatever -C says
	hereUnless    []string          // without any of these the tool writes below its directory
	hereNames     string            // then only files in the directory itself that this pattern names; "" for anything below
	below         string            // where values of classes below-… start: an option's value, or "last" for the last operand
	fetchesIf     []string          // with one of these, which may be NAME=VALUE, packages are fetched by their names
	visibleIfNone bool              // trees leave out names that begin with a dot unless hiddenIf
}

// takesBool reports that options without a value may have =true or =false behind them.
func (t *tool) takesBool() bool {
	for ; t != nil; t = t.parent {
		if t.bool || t.goFlags {
			return true
		}
	}
	return false
}

// find returns the option of a name that begins with "-", here or in a parent that is inherited.
func (t *tool) find(name string) *option {
	for ; t != nil; t = t.parent {
		if o := t.options[name]; o != nil {
			return o
		}
	}
	return nil
}

// abbreviated returns the option that an abbreviated long name stands for. Where several fit and differ, the tool might take
// any of them, so there is none.
func (t *tool) abbreviated(name string) *option {
	var found *option
	for ; t != nil; t = t.parent {
		for _, long := range t.long {
			if len(long) <= len(name) || long[:len(name)] != name {
				continue
			}
			o := t.options[long]
			if found != nil && found != o && (found.class != o.class || found.arity != o.arity) {
				return nil
			}
			if found == nil || o.class.opens() {
				found = o
			}
		}
	}
	return found
}

// used is one option on a line.
type used struct {
	option *option
	word   int
}

// has reports whether one of the named options is on the line.
func has(options []used, names []string) bool {
	for _, u := range options {
		for _, n := range names {
			for _, have := range u.option.names {
				if have == n {
					return true
				}
			}
		}
	}
	return false
}
