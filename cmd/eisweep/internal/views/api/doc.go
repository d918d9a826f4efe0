// Package api has the types of the answers and requests of the dashboard's HTTP interface, as JSON.
//
// Fields that the commands' --json also has carry the same names and mean the same; where possible the type is the same. Times are
// RFC 3339, durations and ages are seconds unless a field of package control says otherwise, sizes are bytes. Fields are only added,
// never changed. The package holds no behaviour but the encoding of numbers that may be NaN.
//
// Routes, with the types of their answers. Each needs a session; POST needs one with the permission to control.
//
//	GET    /api/session                         dashboard.Session
//	POST   /api/session                         {"token": TOKEN} → dashboard.Session and a cookie
//	DELETE /api/session                         204
//	GET    /api/state                           State
//	GET    /api/stream?sweep=&since=&task=      events, see below
//	GET    /api/sweeps/{sweep}                  SweepDetail
//	GET    /api/sweeps/{sweep}/tasks?since=     Tasks
//	GET    /api/sweeps/{sweep}/measures         Measures
//	GET    /api/sweeps/{sweep}/failures         Failures
//	GET    /api/tasks/{id}                      Task
//	GET    /api/tasks/{id}/log?token=&offset=   Log
//	GET    /api/tasks/{id}/curves               Curves
//	GET    /api/tasks/{id}/figures/{name}       SVG
//	GET    /api/workers                         Workers
//	GET    /api/events?subject=&before=&limit=  Events
//	GET    /api/problems                        Problems
//	POST   /api/sweeps/{sweep}/pause            Steer → Effect
//	POST   /api/sweeps/{sweep}/resume           Steer → Effect
//	POST   /api/sweeps/{sweep}/cancel           Steer → Effect
//	POST   /api/sweeps/{sweep}/priority         Prioritize → Effect
//	POST   /api/sweeps/{sweep}/rerun            Rerun → Effect
//	POST   /api/workers/drain                   Drain → Effect
//
// An answer that is not a success is an Error. 401: no session, the link has to be opened again. 403: no permission, or another
// origin. 404: no such sweep, task, figure or route. 409: the request contradicts the state. 429, 503: too much at a time, or the
// coordinator is starting or stopping; try again. POST and DELETE must be sent with Content-Type application/json.
//
// A tab opens one stream. Its events, each with a JSON object of the type as data:
//
//	state     State    the complete state first, then what changed, at most four times a second
//	workers   Workers  all of them: first, when one changed, and every 5 s
//	tasks     Tasks    with ?sweep=: the rows that changed after the revision ?since=
//	reset     Reset    with ?sweep=: that revision is not known any more; get the table again and open a new stream
//	running   Running  with ?sweep=: its running tasks with their progress, at most once a second
//	log       Log      with ?task=: lines that were added to the log of its last attempt; the first is its end
//	curves    Curves   with ?task=: when a trial ended
//	task      Task     with ?task=: first, and when its state changed
//	event     Event    new events of the event log
//	problems  Problems first, and when they changed
//
// Events have ids, so that a browser that reconnects misses no event of the event log; everything else begins again.
//
// docs/dashboard.md is for users. Start reading at State (state.go).
package api
