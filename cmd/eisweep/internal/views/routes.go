package views

import (
	"context"
	"net"
	"net/http"
	"strconv"

	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/internal/control"
	"eisweep/internal/dashboard"
	"eisweep/sweeps"
)

// Routes are the routes of the dashboard's API.
func (d *Dashboard) Routes() []dashboard.Route {
	return append(d.readRoutes(), d.controlRoutes()...)
}

// readRoutes are those that change nothing.
func (d *Dashboard) readRoutes() []dashboard.Route {
	return []dashboard.Route{
		{Pattern: "GET /api/state", Answer: func(r *http.Request) (any, error) { return d.hub.state(r.Context()) }},
		{Pattern: "GET /api/workers", Answer: func(*http.Request) (any, error) { return d.workers(), nil }},
		{Pattern: "GET /api/sweeps/{sweep}", Answer: func(r *http.Request) (any, error) {
			return d.detail(r.Context(), r.PathValue("sweep"))
		}},
		{Pattern: "GET /api/sweeps/{sweep}/tasks", Answer: func(r *http.Request) (any, error) {
			return d.tables.tasks(r.Context(), r.PathValue("sweep"), r.URL.Query().Get("since"))
		}},
		{Pattern: "GET /api/sweeps/{sweep}/failures", Answer: func(r *http.Request) (any, error) {
			return d.failures(r.Context(), r.PathValue("sweep"))
		}},
		{Pattern: "GET /api/sweeps/{sweep}/measures", Answer: func(r *http.Request) (any, error) {
			return d.measures(r.Context(), r.PathValue("sweep"), r.URL.Query().Get("names"))
		}},
		{Pattern: "GET /api/events", Answer: func(r *http.Request) (any, error) {
			before, err := numberOf(r, "before", 0)
			if err != nil {
				return nil, err
			}
			limit, err := numberOf(r, "limit", usualEvents)
			if err != nil {
				return nil, err
			}
			return d.events(r.URL.Query().Get("subject"), uint64(max(0, before)), int(min(max(limit, 1), mostEvents)))
		}},
		{Pattern: "GET /api/problems", Answer: func(r *http.Request) (any, error) { return d.problems(r.Context()), nil }},
		{Pattern: "GET /api/tasks/{id}/curves", Answer: func(r *http.Request) (any, error) {
			id, err := taskOf(r)
			if err != nil {
				return nil, err
			}
			return d.curves(r.Context(), id, r.URL.Query().Get("sweep"))
		}},
		{Pattern: "GET /api/tasks/{id}", Answer: func(r *http.Request) (any, error) {
			id, err := taskOf(r)
			if err != nil {
				return nil, err
			}
			return d.task(r.Context(), id, r.URL.Query().Get("sweep"))
		}},
		{Pattern: "GET /api/tasks/{id}/log", Answer: func(r *http.Request) (any, error) {
			id, err := taskOf(r)
			if err != nil {
				return nil, err
			}
			offset, err := numberOf(r, "offset", -mostLog)
			if err != nil {
				return nil, err
			}
			return d.log(id, r.URL.Query().Get("token"), offset)
		}},
		{Pattern: "GET /api/tasks/{id}/figures", Answer: func(r *http.Request) (any, error) {
			id, err := taskOf(r)
			if err != nil {
				return nil, err
			}
			return d.figures(r.Context(), id, r.URL.Query().Get("sweep"))
		}},
		{Pattern: "GET /api/tasks/{id}/figures/{name}", Serve: func(w http.ResponseWriter, r *http.Request) error {
			id, err := taskOf(r)
			if err != nil {
				return err
			}
			svg, err := d.figure(r.Context(), id, r.URL.Query().Get("sweep"), r.PathValue("name"))
			if err == nil {
				dashboard.WriteSVG(w, r, svg)
			}
			return err
		}},
	}
}

// controlRoutes are those that change something, unless the request asks for a preview.
func (d *Dashboard) controlRoutes() []dashboard.Route {
	var out []dashboard.Route
	for verb, to := range map[string]control.Status{"pause": control.Paused, "resume": control.Open, "cancel": control.Cancelled} {
		out = append(out, dashboard.Route{
			Pattern: "POST /api/sweeps/{sweep}/" + verb, Body: func() any { return new(api.Steer) },
			Answer: func(r *http.Request) (any, error) {
				return d.steer(by(r), r.PathValue("sweep"), to, dashboard.BodyOf[api.Steer](r).Preview)
			},
		})
	}
	return append(out,
		dashboard.Route{Pattern: "POST /api/sweeps/{sweep}/priority", Body: func() any { return new(api.Prioritize) },
			Answer: func(r *http.Request) (any, error) {
				return d.prioritize(by(r), r.PathValue("sweep"), dashboard.BodyOf[api.Prioritize](r))
			}},
		dashboard.Route{Pattern: "POST /api/sweeps/{sweep}/rerun", Body: func() any { return new(api.Rerun) },
			Answer: func(r *http.Request) (any, error) {
				return d.rerun(by(r), r.PathValue("sweep"), dashboard.BodyOf[api.Rerun](r))
			}},
		dashboard.Route{Pattern: "POST /api/workers/drain", Body: func() any { return new(api.Drain) },
			Answer: func(r *http.Request) (any, error) { return d.drain(by(r), dashboard.BodyOf[api.Drain](r)) }},
	)
}

// by is the context of a request, which says where it comes from.
func by(r *http.Request) context.Context {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	return control.WithRequester(r.Context(), control.Requester{User: "dashboard", Host: host})
}

// taskOf is the id in a request's path.
func taskOf(r *http.Request) (sweeps.ID, error) {
	id, err := sweeps.ParseID(r.PathValue("id"))
	if err != nil {
		return id, &dashboard.Refusal{Code: http.StatusBadRequest, Text: "the id of the task is not a whole id"}
	}
	return id, nil
}

// numberOf is a number in a request's query, or what it is without one.
func numberOf(r *http.Request, name string, otherwise int64) (int64, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, &dashboard.Refusal{Code: http.StatusBadRequest, Text: name + " is no whole number"}
	}
	return n, nil
}
