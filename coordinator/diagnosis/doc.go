// Package diagnosis lists what is wrong in a root, as far as its coordinator knows.
//
// Diagnoser owns what it has measured of disks and read about sweeps that the coordinator has not launched; everything else
// it reads from the coordinator's other parts. A report never waits for storage or for NATS: both may be what is wrong.
// It decides nothing and repairs nothing.
//
// Start reading at diagnoser.go; sweeps.go, tasks.go and workers.go each list one kind of problem, storage.go measures.
package diagnosis
