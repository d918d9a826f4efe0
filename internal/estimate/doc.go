// Package estimate estimates what tasks will need: CPU time, time with so many slots, and bytes on disk, each as a range.
//
// The CPU time is a sum over the parts of a task (cost.go): Euler steps, learning, measures, files. The numbers of stimuli follow from
// the parameters. The steps of a stimulus, and the time of a step, come from a Pilot, which computes small parts of representative
// tasks on this machine; steps also from results of the same point, if there are any. Bytes follow from the shapes in
// docs/result-files.md.
//
// It guarantees that the same measurements give the same estimate, and that a Pilot stops soon after its time or when its context
// ends. It does not predict what other programs do, and it assumes that no task ends early. docs/estimates.md explains the ranges. It
// reads no files: its caller provides earlier results and the networks of sources.
//
// Start reading at Tally (tally.go), then Pilot (pilot.go) and Tally.Estimate (estimate.go).
package estimate
