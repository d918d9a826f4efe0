// Package views makes what the dashboard shows: the answers of its HTTP interface (types in package api) and its stream of updates.
//
// It guarantees that nothing is computed while nobody looks; that no stream, no request for the state and no end waits for storage or for
// the coordinator, whose last answers are shown meanwhile; that updates of everybody who looks are computed once, at most four times
// a second, and take at most about 2 % of a core; that a reader who does not keep up is cut off instead of buffered; and that whatever
// controls something is done by the coordinator, as for a command. Names, ids and offsets in requests are checked before they name a
// file. It does not decide who may see or do what: package internal/dashboard does.
//
// Start reading at Dashboard (dashboard.go), then hub.go.
package views
