package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"eisweep/sweeps"
)

// A message is read only if it is, byte for byte, what this program would write
// for what it read: so unknown, repeated and differently written fields, other
// types, spaces and trailing bytes are refused without a list of them.

// ErrMessage is wrapped by the errors of malformed messages.
var ErrMessage = errors.New("not a message of this format")

// Message is one of this package's messages, which can check the range of its fields.
type Message interface{ check() error }

// Encode writes a message. A field that is out of range is an error that wraps ErrMessage.
func Encode(m Message) ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	data, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	return data, nil
}

// decode reads a message. The error wraps ErrMessage.
func decode(data []byte, m Message) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(m); err != nil {
		return fmt.Errorf("decode message: %w: %w", ErrMessage, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("decode message: bytes follow it: %w", ErrMessage)
	}
	again, err := json.Marshal(m)
	if err != nil || !bytes.Equal(again, data) {
		return fmt.Errorf("decode message: not in canonical form: %w", ErrMessage)
	}
	if err := m.check(); err != nil {
		return fmt.Errorf("decode message: %w", err)
	}
	return nil
}

// DecodeTask reads a task that was found under a subject. The error wraps ErrMessage.
func (s Subjects) DecodeTask(subject string, data []byte) (*TaskMessage, error) {
	id, run, err := s.ParseOrder("tasks", subject)
	if err != nil {
		return nil, err
	}
	t := new(TaskMessage)
	if err := decode(data, t); err != nil {
		return nil, err
	}
	if err := sameOrder(subject, t.ID == id && t.Run == run); err != nil {
		return nil, err
	}
	return t, nil
}

// DecodeOutcome reads an outcome that was found under a subject. The error wraps ErrMessage.
func (s Subjects) DecodeOutcome(subject string, data []byte) (*Outcome, error) {
	id, run, err := s.ParseOrder("outcomes", subject)
	if err != nil {
		return nil, err
	}
	o := new(Outcome)
	if err := decode(data, o); err != nil {
		return nil, err
	}
	return o, sameOrder(subject, o.ID == id && o.Run == run)
}

// DecodeAttempt reads an event of an attempt that was found under a subject. The error wraps ErrMessage.
func (s Subjects) DecodeAttempt(subject string, data []byte) (*AttemptEvent, error) {
	id, run, err := s.ParseOrder("attempts", subject)
	if err != nil {
		return nil, err
	}
	e := new(AttemptEvent)
	if err := decode(data, e); err != nil {
		return nil, err
	}
	return e, sameOrder(subject, e.ID == id && e.Run == run)
}

// DecodeProgress reads a progress report that was found under a subject. The error wraps ErrMessage.
func (s Subjects) DecodeProgress(subject string, data []byte) (*Progress, error) {
	parts, err := s.Tokens("progress", subject)
	if err != nil {
		return nil, err
	}
	p := new(Progress)
	if err := decode(data, p); err != nil {
		return nil, err
	}
	return p, sameOrder(subject, len(parts) == 1 && parts[0] == p.ID.String())
}

// DecodePresence reads a worker's report that was found under a subject. The error wraps ErrMessage.
func (s Subjects) DecodePresence(subject string, data []byte) (*Presence, error) {
	p := new(Presence)
	if err := decode(data, p); err != nil {
		return nil, err
	}
	if subject != s.Presence(p.Name) {
		return nil, refuse("worker %q under subject %s", p.Name, subject)
	}
	return p, nil
}

// DecodeOtherPresence reads the presence of a worker of another version of the model, and names that version, as Version does; nil if
// the worker is of this version. The error wraps ErrMessage.
func (s Subjects) DecodeOtherPresence(subject string, data []byte) (version string, p *Presence, err error) {
	rest, _ := strings.CutPrefix(subject, s.start())
	version, _, _ = strings.Cut(rest, ".")
	if version == Version() {
		return version, nil, nil
	}
	p = new(Presence)
	if err := decode(data, p); err != nil {
		return version, nil, err
	}
	if subject != s.start()+version+".workers."+Token(p.Name) {
		return version, nil, refuse("worker %q under subject %s", p.Name, subject)
	}
	return version, p, nil
}

// DecodeCommand reads a command to a worker. The error wraps ErrMessage.
func DecodeCommand(data []byte) (*Command, error) {
	c := new(Command)
	if err := decode(data, c); err != nil {
		return nil, err
	}
	return c, nil
}

func sameOrder(subject string, same bool) error {
	if !same {
		return fmt.Errorf("decode message: it is of another task than its subject %s: %w", subject, ErrMessage)
	}
	return nil
}

func zero(id sweeps.ID) bool { return id == sweeps.ID{} }
