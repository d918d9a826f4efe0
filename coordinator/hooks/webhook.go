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

// send sends a webhook once. The error says why it was not accepted.
func send(ctx context.Context, d *delivery, version string, now time.Time) error {
	body, err := json.Marshal(&d.Notice)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.Webhook.URL, bytes.NewReader(body))
	if err != nil {
		return err
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
				return fmt.Errorf("the receiver did not answer within %s", units.Duration(sendTime))
			}
			err = shown.Err // the URL's path may be secret
		}
		return err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer))
	switch {
	case answer.StatusCode >= 200 && answer.StatusCode < 300:
		return nil
	case answer.StatusCode >= 300 && answer.StatusCode < 400:
		return fmt.Errorf("the receiver redirects (%s), which is not followed: give the final URL", answer.Status)
	}
	return fmt.Errorf("the receiver answered %s", answer.Status)
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
	full := min(first<<min(attempts-1, 30), maxPause)
	if full <= 0 {
		full = maxPause
	}
	return full/2 + rand.N(full/2+1)
}

// host is the host of a URL, for messages; its path and query may be secret.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "?"
	}
	return u.Host
}
