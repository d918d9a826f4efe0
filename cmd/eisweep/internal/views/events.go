package views

import (
	"slices"

	"eisweep/cmd/eisweep/internal/views/api"
	"eisweep/internal/events"
)

// How many events an answer has if the request does not say, and at most.
const (
	usualEvents = 200
	mostEvents  = 2000
)

// events answers a request for events about a subject before a number.
func (d *Dashboard) events(subject string, before uint64, limit int) (*api.Events, error) {
	isWanted := func(e events.Event) bool { return (before == 0 || e.Seq < before) && e.IsAbout(subject) }
	recent, _ := d.Coordinator.Events().After(0)
	list := selected(recent, isWanted)
	if len(list) <= limit { // earlier ones are in the file
		written, err := events.Read(d.Root, events.Query{About: subject, Before: before, Last: limit + 1})
		if err != nil {
			return nil, err
		}
		if len(written) > 0 {
			last := written[len(written)-1].Seq
			list = append(written, selected(list, func(e events.Event) bool { return e.Seq > last })...)
		}
	}
	more := len(list) > limit
	return &api.Events{Events: append([]events.Event{}, list[max(0, len(list)-limit):]...), More: more}, nil
}

func selected(list []events.Event, is func(events.Event) bool) []events.Event {
	return slices.DeleteFunc(slices.Clone(list), func(e events.Event) bool { return !is(e) })
}
