// Package e2e tests the program on real hosts: its tests start the commands as operators do, on several machines, and
// hold what comes out against what one undisturbed `run` gives.
//
// It has no code but tests and what they stand on. A machine is a network namespace on a bridge (network_test.go), or a
// guest with a kernel of its own that has the shared directory over NFS (guest_test.go, nfs_test.go). Processes are real
// (process_test.go): the coordinator, workers and NATS servers (nats_test.go) are killed, and hosts cut off, while a
// sweep runs. Slurm is a controller and its nodes on such machines (slurm_test.go). Containers are podman's, from images
// built here (engine_test.go). All of it lives in namespaces that the test binary enters before anything else
// (world_test.go) and that the kernel takes down with it, so that nothing is left behind whatever happens.
//
// What a test wants is the same everywhere (verdict_test.go): every task done once, the digests of an undisturbed run,
// nothing left in incoming/, and nothing that `verify` objects to. Times are never wanted; the measurements print them.
//
// Hosts need root, or user namespaces, and Slurm root; guests, Slurm and containers also the packages that tools/setup
// e2e installs. Under CI=true their absence fails; elsewhere it skips the test and says what is missing.
package e2e
