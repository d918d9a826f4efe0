package protocol

// Role is what a connection is for. It decides what the embedded server lets the connection do (grants.go) and
// under which subject its answers come.
type Role string

// The roles.
const (
	Coordinator Role = "coordinator" // everything
	Worker      Role = "worker"      // fetch and claim tasks, commit outcomes, report progress and presence
	Client      Role = "client"      // send requests to the coordinator, receive updates
)
