// Package dashboard is the HTTP server of the dashboard: it listens, decides who may do what, bounds what clients use, and serves the
// page, the routes of an API and a stream of server-sent events. It does not know what the API says: its caller gives the routes.
//
// It guarantees:
//   - Without a session, only the page's own files and what the caller declares open is served. Whoever has a one-time link gets a
//     session (links.go, sessions.go), with the permission to read or to control. Guard decides about every request in one place
//     (guard.go): any method but GET and HEAD needs the permission to control, unless it concerns the caller's own session.
//   - Requests of other origins, and requests for other hosts, as after DNS rebinding, are refused.
//   - Beyond loopback the page and the API are served with TLS only (listener.go).
//   - Headers, bodies, time, connections and streams are bounded (limits.go). A reader that is too slow is cut off.
//
// It does not protect against users of the same account, or against whoever can read the cookies of the browser.
//
// Start reading at server.go.
package dashboard
