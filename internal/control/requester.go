package control

import (
	"context"
	"fmt"
	"os"
	"os/user"
	"strings"
	"sync"
	"unicode"
)

// Requester is who sends a request, as the sender says. Nothing proves it: it is for the event log, not for permissions.
type Requester struct {
	User string `json:"user"`
	Host string `json:"host"`
}

// ThisUser is the user of this process, on this host.
var ThisUser = sync.OnceValue(func() Requester {
	r := Requester{User: fmt.Sprintf("uid %d", os.Geteuid()), Host: "?"}
	if u, err := user.LookupId(fmt.Sprint(os.Geteuid())); err == nil {
		r.User = u.Username
	}
	if host, err := os.Hostname(); err == nil {
		r.Host = host
	}
	return r.clean()
})

// maxRequester bounds both names, in characters.
const maxRequester = 64

// clean bounds the names, and removes what is not printable.
func (r Requester) clean() Requester {
	for _, name := range []*string{&r.User, &r.Host} {
		*name = strings.Map(func(c rune) rune {
			if !unicode.IsPrint(c) || c == unicode.ReplacementChar {
				return -1
			}
			return c
		}, *name)
		if runes := []rune(*name); len(runes) > maxRequester {
			*name = string(runes[:maxRequester])
		}
	}
	return r
}

type requesterKey struct{}

// WithRequester returns a context for carrying out what somebody requests.
func WithRequester(ctx context.Context, r Requester) context.Context {
	return context.WithValue(ctx, requesterKey{}, r.clean())
}

// RequesterOf is who requested what is carried out; zero where that is nobody, or an earlier version that does not say.
func RequesterOf(ctx context.Context) Requester {
	r, _ := ctx.Value(requesterKey{}).(Requester)
	return r
}
