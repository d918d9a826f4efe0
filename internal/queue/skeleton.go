package queue

import (
	"context"
	"log/slog"
	"time"

	"eisweep/sweeps"
)

type ServerOptions struct {
	StoreDir string
	Name     string
	Log      *slog.Logger
}
type Server struct{}

func StartServer(o ServerOptions) (*Server, error) { panic("to come") }
func (s *Server) Stop()                            { panic("to come") }

type Options struct {
	Server  *Server
	URL     string
	Name    string
	RootID  string
	Create  bool
	AckWait time.Duration
	Log     *slog.Logger
}
type Queue struct{}

func Open(ctx context.Context, o Options) (*Queue, error)                       { panic("to come") }
func (q *Queue) Close()                                                         { panic("to come") }
func (q *Queue) OpenSweep(ctx context.Context, sweep string) error              { panic("to come") }
func (q *Queue) CloseSweep(ctx context.Context, sweep string) error             { panic("to come") }
func (q *Queue) Publish(ctx context.Context, tasks []Task) ([]bool, error)      { panic("to come") }
func (q *Queue) Queued(ctx context.Context) (map[sweeps.ID]string, error)       { panic("to come") }
func (q *Queue) PurgeTasks(ctx context.Context) error                           { panic("to come") }
func (q *Queue) PurgeAttempts(ctx context.Context) error                        { panic("to come") }
func (q *Queue) PurgeSweep(ctx context.Context, sweep string) error             { panic("to come") }
func (q *Queue) Remove(ctx context.Context, sweep string, id sweeps.ID) error   { panic("to come") }
func (q *Queue) RemoveOutcome(ctx context.Context, id sweeps.ID, run int) error { panic("to come") }

type OutcomeDelivery struct{ Outcome }

func (d *OutcomeDelivery) Ack() error { panic("to come") }
func (d *OutcomeDelivery) Nak()       { panic("to come") }
func (q *Queue) Outcomes(ctx context.Context, handle func(OutcomeDelivery)) (stop func(), err error) {
	panic("to come")
}
func (q *Queue) Events(ctx context.Context, attempt func(AttemptEvent), progress func(Progress)) (stop func(), err error) {
	panic("to come")
}

type Delivery struct{}

func (q *Queue) Next(ctx context.Context, sweeps func() []string) (*Delivery, error) {
	panic("to come")
}
func (d *Delivery) Task() *Task                                                 { panic("to come") }
func (d *Delivery) Redelivered() bool                                           { panic("to come") }
func (d *Delivery) Settled(ctx context.Context) (bool, error)                   { panic("to come") }
func (d *Delivery) Start(ctx context.Context, worker, host string) (int, error) { panic("to come") }
func (d *Delivery) Heartbeat(ctx context.Context) error                         { panic("to come") }
func (d *Delivery) HandBack(ctx context.Context, delay time.Duration) error     { panic("to come") }
func (d *Delivery) Retry(ctx context.Context, delay time.Duration) error        { panic("to come") }
func (d *Delivery) Commit(ctx context.Context, o Outcome) (bool, error)         { panic("to come") }
func (d *Delivery) Done(ctx context.Context) error                              { panic("to come") }
func (d *Delivery) Terminate(ctx context.Context) error                         { panic("to come") }
func (q *Queue) PublishProgress(p Progress)                                     { panic("to come") }
