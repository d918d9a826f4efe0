package natsconn

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

var (
	// ErrUnreachable is wrapped when no NATS server answers.
	ErrUnreachable = errors.New("NATS is unreachable")
	// ErrRefused is wrapped when the server doesn't accept the credential.
	ErrRefused = errors.New("the server refuses this credential")
	// ErrPermission is wrapped when the server accepts the credential, but denies a permission.
	ErrPermission = errors.New("the NATS user lacks a permission; deploy/nats/accounts.conf lists what each role needs")
	// ErrNoJetStream is wrapped when JetStream is off on the server or for the account.
	ErrNoJetStream = errors.New("this NATS keeps no streams; ask its administrator to enable JetStream, also for the account, " +
		"or to have the account import what deploy/nats/accounts.conf lists")
	// ErrOldServer is wrapped when the NATS server is older than this program needs.
	ErrOldServer = errors.New("the NATS server is too old")
	// ErrLimit is wrapped when the account, or the server, has no room for more: waiting helps.
	ErrLimit = errors.New("a limit of the NATS account or server is reached; its administrator can raise it")
)

// codes of the server's API that the jetstream package doesn't name.
const (
	codeNoPeers        = 10005 // too few servers for so many replicas
	codeNoConsumer     = 10012 // a consumer that could not be created
	codeNoStreamsHere  = 10039 // JetStream is off for this account
	codeNoStore        = 10049 // a stream that could not be created
	codeNoSequence     = 10043 // no message has this sequence
	codeStoreGeneral   = 10051 // an operation on a stream failed
	codeWrongSequence  = 10071
	codeNoCluster      = 10074 // replicas without a cluster
	codeNoStreams      = 10076 // JetStream is off
	codeStoreFailed    = 10077 // a message could not be stored; also: its subject has one
	codeConsumerStore  = 10104 // the files of a consumer could not be created
	codeNotUnique      = 10100 // a consumer of a work queue that has one
	codePurgeFailed    = 10110
	codeWrongConstant  = 10164 // codeWrongSequence of a replicated stream
	codeTooMany        = 10167 // requests
	codeBatchGone      = 10176 // a part of a batch is missing: its leader changed, or dropped it
	codeTooManyBatches = 10210
)

// limitCodes say that an account or a server has no room for more.
var limitCodes = []int{
	10002, // resources of the account
	10023, // resources
	10026, // consumers
	10027, // streams
	10028, // memory
	10047, // storage
	10122, // bytes of a stream
}

// What the server says under codeStoreFailed: the subject has its one message already, or the
// stream or the account is full.
const textOccupied = "maximum messages per subject exceeded"

// What the server says under codeWrongSequence, before the sequence.
const textWrongSequence = "wrong last sequence: "

var textsFull = []string{"maximum bytes exceeded", "maximum messages exceeded", "resource limits exceeded"}

func apiError(err error) (code int, text string) {
	var api *jetstream.APIError
	if errors.As(err, &api) {
		return int(api.ErrorCode), api.Description
	}
	return 0, ""
}

// Occupied reports whether a message was refused because its subject has one already.
func Occupied(err error) bool {
	code, text := apiError(err)
	return code == codeStoreFailed && text == textOccupied
}

// Outdated reports whether a message was refused because the last one of its subject is not the
// expected one.
func Outdated(err error) bool {
	code, _ := apiError(err)
	return code == codeWrongSequence || code == codeWrongConstant
}

// LastSequence returns the sequence of the last message of a subject from an error that is Outdated: 0
// if there is none. A cluster does not say it while another message to the subject is in flight.
func LastSequence(err error) (seq uint64, ok bool) {
	_, text := apiError(err)
	rest, ok := strings.CutPrefix(text, textWrongSequence)
	if !ok {
		return 0, false
	}
	seq, wrong := strconv.ParseUint(rest, 10, 64)
	return seq, wrong == nil
}

// ConsumerNotUnique reports whether a consumer of a work queue could not be created because another one
// gets the same messages.
func ConsumerNotUnique(err error) bool {
	code, _ := apiError(err)
	return code == codeNotUnique
}

// ConsumerFilesFail reports whether a consumer could not be created for the files in the server's store. The
// server may still be removing those of an earlier consumer of its name, or its disk fails.
func ConsumerFilesFail(err error) bool {
	code, text := apiError(err)
	return code == codeNoConsumer && strings.HasPrefix(text, "error creating store for consumer")
}

// TooFewServers reports whether a stream was refused because there are fewer servers than its
// replicas.
func TooFewServers(err error) bool {
	code, _ := apiError(err)
	return code == codeNoPeers || code == codeNoCluster
}

// Absent reports whether the error of connecting is that no server answers: at the address, by the name,
// or as the leader of the streams. Waiting may help, unlike when a server refuses a credential, a
// certificate fails, or the server is too old.
func Absent(err error) bool {
	var network net.Error
	var alert tls.AlertError
	var file *fs.PathError
	switch {
	case !errors.Is(err, ErrUnreachable), errors.As(err, &alert), errors.As(err, &file):
		return false
	case errors.As(err, &network):
		return true
	}
	return Transient(err) || errors.Is(err, nats.ErrNoServers) || errors.Is(err, io.EOF) || errors.Is(err, nats.ErrConnectionClosed)
}

// ConsumerRefused reports whether a consumer could not be created because one of its name exists with other
// settings, not because of the server's disk or a limit.
func ConsumerRefused(err error) bool {
	code, _ := apiError(err)
	return code == codeNoConsumer && classified(err) == err
}

// MessageGone reports whether a message could not be deleted because it no longer exists.
func MessageGone(err error) bool {
	code, text := apiError(err)
	return errors.Is(err, jetstream.ErrMsgNotFound) || code == codeNoSequence || text == "no message found"
}

// ClassifyNoJetStream adds ErrNoJetStream to the error of a request for a stream where there is no
// JetStream, which no later try changes. A server without JetStream may belong to a cluster that has it,
// and finds the other servers later.
func (c *Conn) ClassifyNoJetStream(err error) error {
	code, _ := apiError(err)
	keeps, _ := c.conn.ConnectedServerJetStream()
	nobody := errors.Is(err, nats.ErrNoResponders) && !keeps && c.conn.ConnectedClusterName() == ""
	if nobody || code == codeNoStreams || code == codeNoStreamsHere {
		return fmt.Errorf("%w: %v", ErrNoJetStream, err)
	}
	return err
}
