package natsconn

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"eisweep/internal/natsserver"
)

// Transient reports whether the same request may succeed later.
func Transient(err error) bool {
	for _, transient := range []error{
		jetstream.ErrNoStreamResponse, nats.ErrNoResponders, nats.ErrTimeout, nats.ErrDisconnected,
		nats.ErrReconnectBufExceeded, nats.ErrConnectionReconnecting,
	} {
		if errors.Is(err, transient) {
			return true
		}
	}
	var api *jetstream.APIError
	if !errors.As(err, &api) || limiting(err) {
		return false
	}
	switch api.ErrorCode {
	case codeStoreFailed:
		return false
	case codeBatchGone, codeTooMany, codeTooManyBatches, codeNotUnique:
		return true
	}
	return api.Code == 503 || collided(err)
}

// limiting reports whether a request was refused for a limit of the account or the server.
func limiting(err error) bool {
	code, text := apiError(err)
	return slices.Contains(limitCodes, code) || code == codeStoreFailed && slices.Contains(textsFull, text)
}

// collided reports whether a consumer could not be created because the server was still
// removing the files of an earlier one of its name.
func collided(err error) bool {
	code, text := apiError(err)
	return code == codeNoConsumer && strings.Contains(text, syscall.ENOENT.Error())
}

// classified adds ErrLimit or ErrStore to an error of a server that has no
// room or whose disk fails.
func classified(err error) error {
	if err == nil || errors.Is(err, natsserver.ErrStore) || errors.Is(err, ErrLimit) {
		return err
	}
	if limiting(err) {
		return fmt.Errorf("%w: %w", ErrLimit, err)
	}
	switch code, text := apiError(err); code {
	case codeNoStore, codeConsumerStore, codePurgeFailed:
		return fmt.Errorf("%w: %w", natsserver.ErrStore, err)
	case codeStoreFailed:
		if text != textOccupied {
			return fmt.Errorf("%w: %w", natsserver.ErrStore, err)
		}
	default:
		if code != 0 && natsserver.IsDiskError(text) {
			return fmt.Errorf("%w: %w", natsserver.ErrStore, err)
		}
	}
	return err
}
