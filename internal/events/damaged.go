package events

import (
	"errors"
	"strings"
	"time"

	"eisweep/internal/advice"
	"eisweep/internal/atomicfile"
)

// readEarlier reads one of the files of earlier owners. Whatever is wrong with it, this owner can work: what no owner has written, such
// as a directory or a file above any bound, is moved aside, and a file that cannot be read now stays. The numbers of its events are
// not known then, so the next one comes from the clock, which counts faster than events do.
func (l *Log) readEarlier(path string) []byte {
	text, err := read(path)
	if err == nil {
		return text
	}
	l.seq = max(l.seq, uint64(time.Now().UnixMilli()))
	log := l.config.Log.With("error", err)
	if !errors.Is(err, atomicfile.ErrTooLarge) && !errors.Is(err, atomicfile.ErrNotRegular) || !l.config.MayWrite() {
		log.Warn("the earlier events cannot be read now", "remedy", advice.For(err))
		return nil
	}
	aside := strings.TrimSuffix(path, ".jsonl") + ".damaged.jsonl"
	if err := atomicfile.Replace(path, aside); err != nil {
		log.Warn("events wait until the damaged event log is moved away", "cannot", err)
		return nil
	}
	log.Warn("the damaged event log was moved aside, and a new one begins", "file", aside)
	return nil
}
