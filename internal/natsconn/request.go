package natsconn

import (
	"context"
	"strconv"

	"github.com/nats-io/nats.go"
)

// partsLeft is the header of an answer's part that says how many follow.
const partsLeft = "Eisweep-Parts-Left"

// partHeadroom is what a part leaves of the server's limit for its header.
const partHeadroom = 1 << 10

// Request sends a request and returns its answer, of whatever size, which Respond sent.
func (c *Conn) Request(ctx context.Context, subject string, request []byte) (answer []byte, err error) {
	inbox := c.conn.NewInbox()
	sub, err := c.conn.SubscribeSync(inbox)
	if err != nil {
		return nil, err
	}
	defer func() { _ = sub.Unsubscribe() }()
	if err := c.conn.PublishRequest(subject, inbox, request); err != nil {
		return nil, err
	}
	for {
		part, err := sub.NextMsgWithContext(ctx)
		if err != nil {
			return nil, err
		}
		answer = append(answer, part.Data...)
		if left := part.Header.Get(partsLeft); left == "" || left == "0" {
			return answer, nil
		}
	}
}

// Respond sends an answer to the reply subject of a request, in as many parts as the server's limit of a
// message requires.
func (c *Conn) Respond(reply string, answer []byte) error {
	most := max(1, int(c.conn.MaxPayload())-partHeadroom)
	for left := (max(1, len(answer)) - 1) / most; left >= 0; left-- {
		part := nats.NewMsg(reply)
		part.Data = answer[:min(most, len(answer))]
		answer = answer[len(part.Data):]
		part.Header.Set(partsLeft, strconv.Itoa(left))
		if err := c.conn.PublishMsg(part); err != nil {
			return err
		}
	}
	return nil
}
