// Package workload estimates how much computation tasks need, relative to each other, and how much of a sweep's
// computation is done.
//
// It reads no files and no clock. Start reading at Cost (cost.go), then Work (work.go).
package workload
