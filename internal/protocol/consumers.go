package protocol

import "strconv"

// OutcomeConsumer is the prefix of the names of the durable consumers of outcomes; a number
// from 1 to OutcomeConsumers follows. A coordinator takes the number after its
// predecessor's, so that a late acknowledgement of the predecessor does not concern its consumer.
const (
	OutcomeConsumer  = "coordinator_"
	OutcomeConsumers = 9
)

// OutcomeConsumerNames are all names of consumers of outcomes. Permissions list them.
func OutcomeConsumerNames() []string {
	names := make([]string, OutcomeConsumers)
	for i := range names {
		names[i] = OutcomeConsumer + strconv.Itoa(i+1)
	}
	return names
}
