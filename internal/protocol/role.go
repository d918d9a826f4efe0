package protocol

// Role is what a connection is for. It decides what the embedded server lets it do
// (grants.go) and under which subject its answers come.
type Role string

// The roles.
const (
	Coordinator Role = "coordinator" // everything
	Worker      Role = "worker"      // take tasks, announce attempts, commit outcomes, report progress
	Client      Role = "client"      // send requests to the coordinator, receive updates
)
