package main

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"eisweep/cmd/eisweep/internal/cli"
	"eisweep/sim"
)

// benchRounds is how often each kind of work runs; bench prints the median round.
const benchRounds = 5

// benchRow is the time of one kind of work on one core, per stimulus.
type benchRow struct {
	Case    sim.Work `json:"case"`
	Steps   float64  `json:"steps"`
	Settle  float64  `json:"settle_ms"`
	Learn   float64  `json:"learn_ms"`
	Total   float64  `json:"total_ms"`
	Step    float64  `json:"step_us"` // settling, per Euler step
	Kernels string   `json:"kernels"`
	Cores   int      `json:"cores"` // of this machine; one is used
}

func newBenchCommand(e *cli.Env) *cobra.Command {
	var asJSON bool
	stimuli := 200
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure the speed of the model on this machine",
		Long: `Measure the speed of the model at the published size on one core of this machine: the
time per stimulus for each kind of work, and the resulting time of a whole task.

Each kind of work runs the first stimuli of seed 1's first trial five times; bench
prints the median. It reads and writes no files. Compare only measurements that were
taken on the same machine within minutes of each other.`,
		Example: `  eisweep bench
  eisweep bench --stimuli 50 --json`,
		Args: cli.AtMost(0, "no argument"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if most := sim.MaxMetered(); stimuli < 1 || stimuli > most {
				return cli.Usagef("--stimuli %d: give a number from 1 to %d", stimuli, most)
			}
			rows, err := bench(cmd.Context(), stimuli)
			if err != nil {
				return cli.OrInterrupted(cmd.Context(), err)
			}
			if asJSON {
				return e.Encoder().Encode(rows)
			}
			return writeBench(e, rows)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "write one JSON array")
	cmd.Flags().IntVar(&stimuli, "stimuli", stimuli, "use `N` different stimuli for each kind of work")
	return cmd
}

func bench(ctx context.Context, stimuli int) ([]benchRow, error) {
	var rows []benchRow
	var shared sim.Cache
	for _, work := range sim.Works() {
		row, err := benchWork(ctx, work, stimuli, &shared)
		if err != nil {
			return nil, fmt.Errorf("time %s: %w", work, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// benchWork runs the rounds of one kind of work.
func benchWork(ctx context.Context, work sim.Work, stimuli int, shared *sim.Cache) (benchRow, error) {
	var rounds []benchRow
	for range benchRounds {
		m, err := sim.NewMeter(ctx, work, stimuli, shared)
		if err != nil {
			return benchRow{}, err
		}
		runtime.GC() // of what the making left, not within the round
		row, err := benchRound(ctx, m, work.Learns())
		if err != nil {
			return benchRow{}, err
		}
		rounds = append(rounds, row)
	}
	slices.SortFunc(rounds, func(a, b benchRow) int { return cmp.Compare(a.Total, b.Total) })
	row := rounds[benchRounds/2]
	row.Case, row.Kernels, row.Cores = work, sim.Kernels(), runtime.NumCPU()
	return row, nil
}

func benchRound(ctx context.Context, m *sim.Meter, learns bool) (benchRow, error) {
	var settle, learn time.Duration
	steps := 0
	for range m.Settlings() {
		begun := time.Now()
		taken, err := m.Settle(ctx)
		if err != nil {
			return benchRow{}, err
		}
		settled := time.Now()
		settle, steps = settle+settled.Sub(begun), steps+taken
		if !learns {
			continue
		}
		if err := m.Learn(ctx); err != nil {
			return benchRow{}, err
		}
		learn += time.Since(settled)
	}
	each := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 / float64(m.Settlings()) }
	return benchRow{
		Steps:  rounded(float64(steps)/float64(m.Settlings()), 1),
		Settle: rounded(each(settle), 4), Learn: rounded(each(learn), 4), Total: rounded(each(settle+learn), 4),
		Step: rounded(float64(settle.Nanoseconds())/1e3/float64(steps), 3),
	}, nil
}

func rounded(x float64, digits int) float64 {
	unit := math.Pow10(digits)
	return math.Round(x*unit) / unit
}

func writeBench(e *cli.Env, rows []benchRow) error {
	e.Linef("%s kernels, one of %s, published size\n", rows[0].Kernels, cli.Count(rows[0].Cores, "core"))
	t := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "per stimulus\tsteps\tsettle\tlearn\ttotal\tper step\t")
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%.1f\t%.3f ms\t%.3f ms\t%.3f ms\t%.3f µs\t\n", r.Case, r.Steps, r.Settle, r.Learn, r.Total, r.Step)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	e.Linef("\nEstimated time of a task with the published parameters:")
	t = tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	for _, task := range projections(rows) {
		fmt.Fprintf(t, "  %s\t%s\n", task.name, cli.Seconds(task.seconds))
	}
	return t.Flush()
}

// projection is the time of a whole task, except creating its weights, measuring and writing its file.
type projection struct {
	name    string
	seconds float64
}

// projections use the stimuli of the first trial; later ones take fewer steps.
func projections(rows []benchRow) []projection {
	ms := map[sim.Work]float64{}
	for _, r := range rows {
		ms[r.Case] = r.Total
	}
	training, pushing := sim.Defaults(sim.Approximate), sim.Defaults(sim.Perturb)
	stimuli := float64(training.NStimuli())
	trained := func(w sim.Work) float64 {
		return stimuli * (float64(training.Numint.NTrials)*ms[w] + 2*ms[sim.WorkResponses]) / 1e3
	}
	pushed := float64(pushing.NStimuli()) * float64(1+pushing.Perturb.NPerturbed) * ms[sim.WorkPerturb] / 1e3
	trials := cli.Count(training.Numint.NTrials, "trial")
	return []projection{
		{"APPROXIMATE, " + trials, trained(sim.WorkApproximate)},
		{"the same without angles", trained(sim.WorkNoAngles)},
		{"GRADIENT, " + trials, trained(sim.WorkGradient)},
		{fmt.Sprintf("PERTURB, %s", cli.Count(pushing.Perturb.NPerturbed, "neuron")), pushed},
	}
}
