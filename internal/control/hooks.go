package control

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Hooks say what happens when a launched sweep has finished, or a task of it has failed.
type Hooks struct {
	OnFinish  string    `json:"on_finish,omitempty"`  // a shell command
	OnFailure string    `json:"on_failure,omitempty"` // a shell command, for the first task that fails for good
	Webhooks  []Webhook `json:"webhooks,omitempty"`   // get both events
}

// Webhook is an address that gets events by HTTP, signed with a secret.
type Webhook struct {
	URL    string `json:"url"`
	Secret string `json:"secret"`
}

// Limits of hooks.
const (
	maxCommand  = 4096 // bytes
	maxWebhooks = 8
	maxURL      = 2048 // bytes
	leastSecret = 16   // bytes
	maxSecret   = 1024
)

// Check refuses hooks that cannot work, or that reveal secrets.
func (h *Hooks) Check() error {
	for _, command := range []string{h.OnFinish, h.OnFailure} {
		if len(command) > maxCommand || strings.ContainsRune(command, 0) {
			return fmt.Errorf("a hook's command has %d bytes, at most %d without zero bytes are possible: put it into a script", len(command),
				maxCommand)
		}
	}
	if len(h.Webhooks) > maxWebhooks {
		return fmt.Errorf("there are %d webhooks, at most %d are possible", len(h.Webhooks), maxWebhooks)
	}
	for i := range h.Webhooks {
		if err := h.Webhooks[i].check(); err != nil {
			return err
		}
	}
	return nil
}

// HasCommands reports whether any hook is a command.
func (h *Hooks) HasCommands() bool { return h.OnFinish+h.OnFailure != "" }

func (w *Webhook) check() error {
	u, err := url.Parse(w.URL)
	switch {
	case len(w.URL) > maxURL:
		return fmt.Errorf("a webhook's URL has %d bytes, at most %d are possible", len(w.URL), maxURL)
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		return errors.New("a webhook's URL must be https://HOST/PATH, or http://HOST/PATH within a trusted network")
	case u.User != nil:
		return errors.New("a webhook's URL must not contain a user or a password: the receiver checks the signature instead")
	case len(w.Secret) < leastSecret || len(w.Secret) > maxSecret:
		return fmt.Errorf("a webhook's secret needs %d to %d bytes: make one with `openssl rand -base64 32`", leastSecret, maxSecret)
	}
	return nil
}
