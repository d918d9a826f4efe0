package queue

import "strconv"

// coordinatorConsumer begins the names of the durable consumers of outcomes; a number
// from 1 to coordinatorNumbers follows. A session takes the number after its
// predecessor's, so that what that one acknowledges late means no consumer of today.
const (
	coordinatorConsumer = "coordinator_"
	coordinatorNumbers  = 9
)

// coordinatorConsumers are all the names that the consumers have. Permissions name
// them.
func coordinatorConsumers() []string {
	names := make([]string, coordinatorNumbers)
	for i := range names {
		names[i] = coordinatorConsumer + strconv.Itoa(i+1)
	}
	return names
}
