package protocol

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"eisweep/sim"
	"eisweep/sweeps"
)

// Format1 names the streams and subjects that a root had in the first format of messages. Of these, only
// outcomes are still read.
type Format1 struct{ root string }

// Format1Of returns the names of the root with this id.
func Format1Of(root string) Format1 { return Format1{root} }

// Stream is the name of the stream of a kind.
func (f Format1) Stream(kind string) string { return "eisweep_" + f.root + "_" + kind }

// prefix is the part of the subjects of this version of the model before the kind.
func (f Format1) prefix() string { return fmt.Sprintf("eisweep.%s.f1m%d.", f.root, sim.ModelVersion) }

// Outcomes matches the subjects of the outcomes of this version of the model.
func (f Format1) Outcomes() string { return f.prefix() + "outcomes.>" }

// Workers matches the subjects under which workers of this version of the model report their state.
func (f Format1) Workers() string { return f.prefix() + "workers.*" }

// Orders is the subject of commands to the worker that reports its state under a subject. These commands are
// verbs as text.
func (f Format1) Orders(presence string) string {
	return f.prefix() + "orders." + strings.TrimPrefix(presence, f.prefix()+"workers.")
}

// outcome1 is an Outcome in the first format.
type outcome1 struct {
	ID       sweeps.ID     `json:"id"`
	Run      int           `json:"run"`
	Attempt  int           `json:"attempt"`
	Class    Class         `json:"class,omitempty"`
	Error    string        `json:"error,omitempty"`
	SHA256   string        `json:"sha256,omitempty"`
	Digest   string        `json:"digest,omitempty"`
	Bytes    int64         `json:"bytes,omitempty"`
	Started  time.Time     `json:"started"`
	Finished time.Time     `json:"finished"`
	Spent    time.Duration `json:"spent,omitempty"`
	Host     string        `json:"host"`
	Worker   string        `json:"worker"`
	Version  string        `json:"version"`
}

// outcome converts an outcome to this format. The number of an attempt was part of its files' names, as its
// token is now.
func (o *outcome1) outcome() *Outcome {
	return &Outcome{
		ID: o.ID, Run: o.Run, Token: strconv.Itoa(o.Attempt), Attempt: o.Attempt, Class: o.Class, Error: o.Error,
		SHA256: o.SHA256, Digest: o.Digest, Bytes: o.Bytes, Started: o.Started, Finished: o.Finished, Spent: o.Spent,
		Host: o.Host, Worker: o.Worker, Version: o.Version,
	}
}

func (o *outcome1) check() error { return o.outcome().check() }

// DecodeOutcome reads an outcome that was found under a subject. The error wraps ErrMessage.
func (f Format1) DecodeOutcome(subject string, data []byte) (*Outcome, error) {
	o := new(outcome1)
	if err := decode(data, o); err != nil {
		return nil, err
	}
	return o.outcome(), sameOrder(subject, subject == f.prefix()+"outcomes."+o.ID.String()+"."+strconv.Itoa(o.Run))
}
