// Package workload estimates how much computing tasks take, relative to each other, and how much of a sweep's computing is
// done.
//
// It reads nothing and keeps no time. Start reading at Cost (cost.go), then Work (work.go).
package workload
