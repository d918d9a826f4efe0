// Package e2e tests the program on real hosts: its tests start the commands as operators do, on several machines, and
// compare the results with those of one undisturbed `run`.
//
// It contains only tests and their support code. A machine is a network namespace on a bridge (network_test.go), or a
// guest with a kernel of its own that has the shared directory over NFS (guest_test.go, nfs_test.go). Processes are real
// (process_test.go): the coordinator, workers and NATS servers (nats_test.go) are killed, and hosts cut off, while a
// sweep runs. Slurm is a controller and its nodes on such machines (slurm_test.go). Containers are podman's, from images
// built here (engine_test.go). The browser is a headless Chromium (browser_test.go). Everything runs in namespaces that
// the test binary enters first (world_test.go). The kernel removes them when the test binary ends, so nothing is left
// behind, whatever happens.
//
// Every test checks the same things (verdict_test.go): every task is done once, the digests are those of an undisturbed
// run, incoming/ is empty, and `verify` finds no problems. No test checks times; the measurements print them.
//
// Hosts need root, or user namespaces, and Slurm root; guests, Slurm and containers also the packages that tools/setup
// e2e installs. If one of them is missing, the test fails under CI=true; elsewhere it is skipped and says what is
// missing.
package e2e
