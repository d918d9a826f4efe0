package queue

// Role is what a connection is for. It decides what the embedded server lets it do
// (grants.go) and under which subject its answers come.
type Role string

// The roles.
const (
	Coordinator Role = "coordinator" // everything
	Worker      Role = "worker"      // take tasks, announce attempts, commit outcomes, tell progress
	Client      Role = "client"      // ask the coordinator, read notes
)

// User is one who may connect to the embedded server.
type User struct {
	Role Role
	Key  string // public NKey
}

// Key proves who one is: a public NKey and what signs with its seed.
type Key struct {
	Public string
	Sign   func(nonce []byte) ([]byte, error)
}
