package local

import (
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/coordinator/hooks"
	"eisweep/internal/atomicfile"
	"eisweep/internal/control"
)

// Hooks are the options for what happens when a sweep has finished or has failed tasks.
type Hooks struct {
	onFinish, onFailure string
	webhooks            []string
	secretFile          string
}

// secretVariable has the secret that signs webhooks, if no file is given.
const secretVariable = "EISWEEP_WEBHOOK_SECRET"

// AddFlags adds the options.
func (h *Hooks) AddFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&h.onFinish, "on-finish", "", "run `COMMAND` once each sweep has finished")
	f.StringVar(&h.onFailure, "on-failure", "", "run `COMMAND` once per sweep, when its first task has failed for good")
	f.StringArrayVar(&h.webhooks, "webhook", nil, "send both events to `URL`, signed; repeatable")
	f.StringVar(&h.secretFile, "webhook-secret", "", "sign with the secret in `FILE` (default: $"+secretVariable+")")
	_ = cmd.MarkFlagFilename("webhook-secret")
}

// Request are the hooks; nil if there are none.
func (h *Hooks) Request(e *cli.Env) (*control.Hooks, error) {
	if h.onFinish+h.onFailure == "" && len(h.webhooks) == 0 {
		if h.secretFile != "" {
			return nil, cli.Usagef("--webhook-secret needs --webhook URL")
		}
		return nil, nil
	}
	out := &control.Hooks{OnFinish: h.onFinish, OnFailure: h.onFailure}
	secret, err := h.secret(e)
	if err != nil {
		return nil, err
	}
	for _, url := range h.webhooks {
		out.Webhooks = append(out.Webhooks, control.Webhook{URL: url, Secret: secret})
	}
	if err := out.Check(); err != nil {
		return nil, cli.Usagef("%w", err)
	}
	return out, nil
}

// maxSecretFile bounds what is read of the file, in bytes.
const maxSecretFile = 4096

func (h *Hooks) secret(e *cli.Env) (string, error) {
	if len(h.webhooks) == 0 {
		return "", nil
	}
	secret := e.Getenv(secretVariable)
	if h.secretFile != "" {
		text, err := atomicfile.ReadLinked(h.secretFile, maxSecretFile)
		if err != nil {
			return "", cli.Usagef("--webhook-secret: %w", err)
		}
		if secret = strings.TrimSpace(string(text)); secret == "" {
			return "", cli.Usagef("--webhook-secret: %s is empty; fill it with `openssl rand -base64 32`", h.secretFile)
		}
	}
	if secret == "" {
		return "", cli.Usagef("--webhook needs a secret: give its file by --webhook-secret FILE, or set %s; make one with "+
			"`openssl rand -base64 32`", secretVariable)
	}
	return secret, nil
}

// allowHooks has this process run every kind of hook: they are its user's. The environment of commands lacks the secret.
func allowHooks() hooks.Allowed {
	environment := slices.DeleteFunc(os.Environ(), func(variable string) bool { return strings.HasPrefix(variable, secretVariable+"=") })
	return hooks.Allowed{Commands: true, Webhooks: true, Environment: environment}
}
