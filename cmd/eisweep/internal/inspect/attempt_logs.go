package inspect

import (
	"cmp"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"eisweep/internal/atomicfile"
	"eisweep/internal/root"
	"eisweep/sweeps"
)

// AttemptLog names one log: of an attempt, or, as an earlier version of this program kept them, of an
// attempt before it that had the same number.
type AttemptLog struct {
	Path    string
	Run     int
	Token   string
	Attempt int       // by the order in which the attempts at the run began, from 1
	Began   time.Time // by the log's first word; zero when that does not say
}

// AttemptLogs lists the logs of a task by run and by when the attempts began.
func AttemptLogs(r *root.Root, id sweeps.ID) ([]AttemptLog, error) {
	paths, err := filepath.Glob(filepath.Join(atomicfile.GlobLiteral(r.Private("logs")), id.String()+".*"))
	if err != nil {
		return nil, err
	}
	var logs []AttemptLog
	for _, path := range paths {
		run, token, _ := strings.Cut(strings.TrimPrefix(filepath.Base(path), id.String()+"."), ".")
		n := AttemptLog{Path: path, Token: token}
		if n.Run, err = strconv.Atoi(run); err == nil && token != "" {
			n.Began = logBegun(path)
			logs = append(logs, n)
		}
	}
	slices.SortFunc(logs, func(a, b AttemptLog) int {
		return cmp.Or(cmp.Compare(a.Run, b.Run), a.Began.Compare(b.Began), strings.Compare(a.Token, b.Token))
	})
	for i := range logs {
		logs[i].Attempt = 1
		if i > 0 && logs[i-1].Run == logs[i].Run {
			logs[i].Attempt = logs[i-1].Attempt + 1
		}
	}
	return logs, nil
}

// logBegun is when an attempt began, by the first word of its log; zero when that does not say.
func logBegun(path string) time.Time {
	f, err := atomicfile.Open(path)
	if err != nil {
		return time.Time{}
	}
	defer f.Close()
	head := make([]byte, len(time.RFC3339Nano)+1)
	n, _ := f.ReadAt(head, 0)
	word, _, _ := strings.Cut(string(head[:n]), " ")
	begun, err := time.Parse(time.RFC3339, word)
	if err != nil {
		return time.Time{}
	}
	return begun
}
