package archtest

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// abandonedNames are names that the code no longer uses, with those that took their place. The glossary in CONTRIBUTING.md has the
// words that are used.
var abandonedNames = map[string]string{
	"Stand":       "Status",
	"stands":      "hasResult, kept",
	"Standing":    "SweepRecord",
	"wants":       "sweepSet",
	"wantLists":   "sweepSets",
	"tidied":      "compacted",
	"strayed":     "misplaced",
	"reap":        "collect",
	"rehome":      "reassign",
	"settlings":   "SettleCount",
	"withdrawing": "dequeue",
	"withdrawn":   "dequeued",
	"restock":     "requeue",
	"considered":  "submitting",
	"judge":       "decide",
	"lookAtName":  "checkNameConflict",
	"nameAgain":   "repeatLine",
	"soundness":   "fileState",
	"unreplaced":  "restoredTasks",
	"tenure":      "ownership",
	"ascertain":   "checkOwnership",
	"mayWrite":    "authorizeWrite",
	"Hurry":       "AbortOnDone",
	"giveUp":      "abort",
	"strangers":   "unknownOrders",
	"acquainted":  "workersDiscovered",
	"atWork":      "runningAttempt",
	"crew":        "workerPool",
	"excuse":      "reason",
	"Told":        "Summary",
	"tell":        "print, write",
	"alien":       "unrecorded",
	"episode":     "generation",
	"owed":        "silence",
	"Unanswered":  "UnresponsiveFor",
	"rightly":     "withPermissionCheck",
	"lacking":     "permissionError, missing",
	"offers":      "advertisement",

	"Tell":          "SendCommand",
	"floors":        "watermarks",
	"lessee":        "leaseValue",
	"ErrOutOfReach": "ErrUnreachable",
	"ErrRights":     "ErrPermission",
	"ErrNoStreams":  "ErrNoJetStream",
	"ErrDeposed":    "ErrLeadershipLost",
	"ErrHostile":    "ErrPathEscapes",
	"usedUp":        "exhausted",
	"leaveTo":       "yieldTo",
	"deaf":          "unsubscribe",
	"obey":          "listenCommands",
	"Alone":         "SoleWorker",
	"Exclusive":     "SoleOwner",
	"Noted":         "OnLine",
	"Stall":         "StallTimeout",
	"unfit":         "memory_refused",
	"Spare":         "CoreLender",
	"launching":     "launchOptions",
	"steering":      "steerCommand",
	"wish":          "interrupt",
	"oneWish":       "doubleTapWindow",
	"folder":        "directory",
	"heardAgo":      "lastSeenSeconds",
	"rig":           "cluster",
	"goOn":          "resume",
}

// remainingNames says where an abandoned name is still used, and why.
var remainingNames = map[string][]string{
	"Stand": {"coordinator/records"}, // a field of records that earlier versions wrote
}

func TestAbandonedNamesStayAway(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range sources(t) {
		if within(s.pkg, "internal/archtest") {
			continue
		}
		for _, name := range declaredNames(s.syntax) {
			better, abandoned := abandonedNames[name.Name]
			if !abandoned {
				continue
			}
			seen[name.Name+" "+s.pkg] = true
			if !slices.Contains(remainingNames[name.Name], s.pkg) {
				t.Errorf("%s: the name %s was abandoned: better %s", fset.Position(name.Pos()), name.Name, better)
			}
		}
	}
	for name, packages := range remainingNames {
		for _, pkg := range packages {
			if !seen[name+" "+pkg] {
				t.Errorf("%s no longer has the name %s: remove it from remainingNames", pkg, name)
			}
		}
	}
}

// declaredNames are all names that a file declares: of functions, types, fields, parameters, variables and constants.
func declaredNames(file *ast.File) (names []*ast.Ident) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			names = append(names, n.Name)
		case *ast.TypeSpec:
			names = append(names, n.Name)
		case *ast.ValueSpec:
			names = append(names, n.Names...)
		case *ast.Field:
			names = append(names, n.Names...)
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				names = append(names, identifiers(n.Lhs)...)
			}
		case *ast.RangeStmt:
			names = append(names, identifiers([]ast.Expr{n.Key, n.Value})...)
		}
		return true
	})
	return names
}

func identifiers(list []ast.Expr) (names []*ast.Ident) {
	for _, e := range list {
		if name, ok := e.(*ast.Ident); ok {
			names = append(names, name)
		}
	}
	return names
}

// abandonedPhrases are words and phrases that messages and pages no longer use.
var abandonedPhrases = map[string]*regexp.Regexp{
	"directory":                   regexp.MustCompile(`(?i)\bfolders?\b`),
	"says, shows, reports":        regexp.MustCompile(`(?i)\btell(s|ing)? of\b`),
	"continue, resume":            regexp.MustCompile(`(?i)\bgo(es|ing)? on\b|--go-on`),
	"repair":                      regexp.MustCompile(`(?i)\bmend(s|ed|ing)?\b`),
	"useful, superseded":          regexp.MustCompile(`(?i)\bof (no more|more|no) use\b`),
	"connected, last seen":        regexp.MustCompile(`(?i)\bheard of\b`),
	"running":                     regexp.MustCompile(`(?i)\bis at it\b|\bat work\b|\bat rest\b`),
	"reachable":                   regexp.MustCompile(`(?i)\b(in|out of) reach\b`),
	"unchanged":                   regexp.MustCompile(`(?i)\bas it (stood|stands)\b`),
	"manage, run":                 regexp.MustCompile(`(?i)\bsees? to (a|the)\b`),
	"cancel":                      regexp.MustCompile(`(?i)\bgives? sweeps up\b`),
	"a NATS server, NATS":         regexp.MustCompile(`\b([Aa]|own) NATS\b( that|$|[.,;:)])|NATS of three`),
	"class numeric or invalid":    regexp.MustCompile(`(?i)\bby (its|their )?numbers or input\b`),
	"Unix time":                   regexp.MustCompile(`(?i)\bseconds since 1970\b`),
	"or a unique prefix":          regexp.MustCompile(`(?i)\bor its start\b`),
	"end-to-end test":             regexp.MustCompile(`(?i)\bby trials\b|\ba trial (holds|checks)\b`),
	"compare with, check against": regexp.MustCompile(`(?i)\bholds? (every|the|a) \w+ against\b`),
	"Monitoring:, Maintenance:":   regexp.MustCompile(`What becomes of sweeps|What was run before|Besides:`),
	"lack of":                     regexp.MustCompile(`(?i)\bfor want of\b`),
}

// remainingPhrases says in which packages or pages an abandoned phrase is still used, and why.
var remainingPhrases = []string{
	"sim", // a line of the log in result files, whose bytes would change
}

func TestAbandonedPhrasesStayAway(t *testing.T) {
	seen := map[string]bool{}
	check := func(at, in, text string) {
		for better, phrase := range abandonedPhrases {
			found := phrase.FindString(text)
			if found == "" {
				continue
			}
			seen[in] = true
			if !slices.Contains(remainingPhrases, in) {
				t.Errorf("%s: %q was abandoned: better %s", at, found, better)
			}
		}
	}
	for _, s := range sources(t) {
		if s.test || within(s.pkg, "internal/archtest") {
			continue
		}
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING && strings.Contains(l.Value, " ") {
				check(fset.Position(l.Pos()).String(), s.pkg, l.Value)
			}
			return true
		})
	}
	for _, name := range files(t) {
		if slices.Contains([]string{".md", ".ipynb"}, path.Ext(name)) || strings.HasPrefix(name, "python/") {
			check(name, name, string(read(t, name)))
		}
	}
	for _, in := range remainingPhrases {
		if !seen[in] {
			t.Errorf("%s has no abandoned phrase any more: remove it from remainingPhrases", in)
		}
	}
}
