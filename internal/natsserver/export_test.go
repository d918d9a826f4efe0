package natsserver

// For the tests that use a server by a queue: they cannot be in this package, which the queue imports.
const (
	StoreData     = storeData
	StoreAside    = storeAside
	GlobalAccount = globalAccount
	StateFile     = stateFile
	StateHeader   = stateHeader
	StateMagic    = stateMagic
	StatePosition = statePosition
)

var (
	DamageOf = damageOf
	Varint   = varint
	State    = state
)
