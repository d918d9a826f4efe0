package natsserver

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
)

// serverLog passes the server's messages on to slog. The Fatalf of the server's own logger would end the
// process; here the start of the server returns the message as its error.
type serverLog struct {
	to *slog.Logger

	mu   sync.Mutex
	text string // the last warning or error
	end  string // the first fatal one
}

func (l *serverLog) Noticef(format string, v ...any) { l.say(slog.LevelDebug, format, v...) }
func (l *serverLog) Warnf(format string, v ...any) {
	l.keep(warning(fmt.Sprintf(format, v...)), format, v...)
}
func (l *serverLog) Errorf(format string, v ...any) {
	l.keep(problem(fmt.Sprintf(format, v...)), format, v...)
}
func (l *serverLog) Fatalf(format string, v ...any) {
	l.mu.Lock()
	if l.end == "" {
		l.end = fmt.Sprintf(format, v...)
	}
	l.mu.Unlock()
	l.keep(slog.LevelError, format, v...)
}
func (l *serverLog) Debugf(format string, v ...any) { l.say(slog.LevelDebug, format, v...) }
func (l *serverLog) Tracef(string, ...any)          {}

// warning returns the level of a warning. After a kill the server finds its index files incomplete and
// rebuilds them from the messages, which is harmless. That clients must begin with TLS is always so: those of
// this program do.
func warning(text string) slog.Level {
	switch {
	case strings.HasPrefix(text, "Filestore "):
		return slog.LevelInfo
	case strings.Contains(text, `"TLS Handshake First"`):
		return slog.LevelDebug
	}
	return slog.LevelWarn
}

// problem returns the level of an error. A server that starts anew has a new certificate, which the clients of the
// previous one refuse until they have read it; a client that cannot connect at all says so itself.
func problem(text string) slog.Level {
	if strings.Contains(text, "TLS handshake error: remote error: ") {
		return slog.LevelDebug
	}
	return slog.LevelError
}

func (l *serverLog) say(level slog.Level, format string, v ...any) {
	if l.to != nil {
		l.to.Log(context.Background(), level, "NATS server: "+fmt.Sprintf(format, v...))
	}
}

func (l *serverLog) keep(level slog.Level, format string, v ...any) {
	l.mu.Lock()
	l.text = fmt.Sprintf(format, v...)
	l.mu.Unlock()
	l.say(level, format, v...)
}

// fatal is the reason for which the server gave up, "" while it has not.
func (l *serverLog) fatal() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.end
}

// last is the last warning or error.
func (l *serverLog) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.text == "" {
		return "it said nothing"
	}
	return l.text
}
