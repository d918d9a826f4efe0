package hooks

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"eisweep/internal/units"
)

// A webhook is sent as https://www.standardwebhooks.com defines it, so receivers can check it by one of the libraries there.

// Limits of sending one.
const (
	sendTime     = 10 * time.Second // for connecting, sending and the answer
	maxAnswer    = 64 << 10         // bytes that are read of an answer
	maxAttempts  = 12
	maxPause     = time.Hour
	secretPrefix = "whsec_"
)

// client sends webhooks. It follows no redirect: one may lead to another host, which must not get the notice.
var client = &http.Client{
	Timeout: sendTime,
	Transport: &http.Transport{
		Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, MaxResponseHeaderBytes: maxAnswer,
		TLSHandshakeTimeout: sendTime, ResponseHeaderTimeout: sendTime,
	},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// send sends a webhook once, and returns the status of the answer that accepts it. The error says why it was not accepted.
func send(ctx context.Context, d *delivery, version string, now time.Time) (status string, err error) {
	body, err := json.Marshal(&d.Notice)
	if err != nil {
		return "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.Webhook.URL, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	at := strconv.FormatInt(now.Unix(), 10)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "eisweep/"+version)
	request.Header.Set("Webhook-Id", d.ID)
	request.Header.Set("Webhook-Timestamp", at)
	request.Header.Set("Webhook-Signature", "v1,"+sign(d.Webhook.Secret, d.ID, at, body))
	answer, err := client.Do(request)
	if err != nil {
		var shown *url.Error
		if errors.As(err, &shown) {
			if shown.Timeout() {
				return "", fmt.Errorf("the receiver did not answer within %s", units.Duration(sendTime))
			}
			err = shown.Err // the URL's path may be secret
		}
		return "", err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer))
	switch {
	case answer.StatusCode >= 200 && answer.StatusCode < 300:
		return fmt.Sprintf("HTTP %d", answer.StatusCode), nil
	case answer.StatusCode >= 300 && answer.StatusCode < 400:
		return "", fmt.Errorf("the receiver redirects (%s), which is not followed: give the final URL", answer.Status)
	}
	return "", fmt.Errorf("the receiver answered %s", answer.Status)
}

// sign is the signature of a notice: HMAC-SHA256, in base64, of its id, the time and the body.
func sign(secret, id, at string, body []byte) string {
	key := []byte(secret)
	if text, ok := strings.CutPrefix(secret, secretPrefix); ok {
		if decoded, err := base64.StdEncoding.DecodeString(text); err == nil {
			key = decoded
		}
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", id, at, body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// pause is how long to wait after so many failed attempts: twice as long each time, less a random part, so that receivers which come
// back do not get everything at once.
func pause(first time.Duration, attempts int) time.Duration {
	full := longestPause(first, attempts)
	return full/2 + rand.N(full/2+1)
}

func longestPause(first time.Duration, attempts int) time.Duration {
	full := min(first<<min(max(attempts-1, 0), 30), maxPause)
	if full <= 0 {
		full = maxPause
	}
	return full
}

// waits reports whether the next attempt is not due yet. One that is further away than any pause was planned before the clock was set
// back, and is due.
func (d *delivery) waits(first time.Duration, now time.Time) bool {
	return now.Before(d.Next) && d.Next.Sub(now) <= longestPause(first, d.Attempts)
}

// Limits of what messages show of a URL's path.
const (
	longestWord = 20 // letters of a part that is shown
	longestCode = 6  // letters and digits
)

// masked is a URL for messages, which more people may read than its file: its host, and the words of its path. What may be a secret is left
// out: the query, and each part of the path that is long, or has digits and is not short. So that two webhooks to one host can be told
// apart all the same, the first 16 bits of the URL's hash follow where something is left out.
func masked(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "?"
	}
	path, hidden := strings.Split(strings.Trim(u.Path, "/"), "/"), u.RawQuery != ""
	for i, part := range path {
		if !isHarmless(part) {
			path[i], hidden = "…", true
		}
	}
	out := strings.TrimSuffix(u.Host+"/"+strings.Join(path, "/"), "/")
	if hidden {
		sum := sha256.Sum256([]byte(address))
		out += fmt.Sprintf(" (%x)", sum[:2])
	}
	return out
}

// isHarmless reports whether a part of a path is no secret: a word, or a short code such as v1.
func isHarmless(part string) bool {
	isWord := strings.Trim(part, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.") == ""
	isCode := strings.Trim(part, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.0123456789") == ""
	return isWord && len(part) <= longestWord || isCode && len(part) <= longestCode
}
