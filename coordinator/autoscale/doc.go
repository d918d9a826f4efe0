// Package autoscale submits batch jobs that run workers, as many as the queued tasks need.
//
// It guarantees that there are never more jobs than allowed, whatever fails. Before each submission it lists the existing
// jobs; without that list it submits nothing. If a submission was not answered, its jobs get time to be listed. After a
// few failures in a row it stops submitting and says why, until a user resumes it. It cancels pending jobs once all
// tasks have settled; running jobs end by themselves when their workers are idle. It does not guarantee that the batch
// system starts jobs, nor that tasks run in them: any connected worker takes tasks, wherever it runs.
//
// Start reading at decision.go, which decides without a clock or I/O; scaler.go is the loop around it.
package autoscale
