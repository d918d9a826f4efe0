package dashboard

import "time"

// Limits on what clients use together.
const (
	maxConnections = 256 // simultaneous; more wait until one ends
	maxSilent      = 64  // connections that have sent nothing; then the oldest is closed
	maxStreams     = 32  // streams of events; more are refused
	maxRequests    = 16  // requests of the API that are answered at a time; more are refused
)

// Limits of one connection or request.
const (
	maxHeaderBytes = 8 << 10
	maxBodyBytes   = 64 << 10
	maxPathBytes   = 512
	headerTimeout  = 5 * time.Second  // for the first byte of a connection, and for a request's headers
	requestTimeout = 10 * time.Second // for a whole request
	answerTimeout  = 60 * time.Second // for an answer to be computed and sent
	idleTimeout    = 30 * time.Second // between two requests of a connection
	writeTimeout   = 10 * time.Second // for one message of a stream
	aliveInterval  = 15 * time.Second // between two signs of life of a stream without events
)

// Limits of links and sessions.
const (
	linkLifetime    = time.Hour
	sessionLifetime = 12 * time.Hour
	maxLinks        = 32 // the oldest is forgotten
	maxSessions     = 64 // the oldest ends
)
