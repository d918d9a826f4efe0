// Package until decides how many seeds a point of a sweep needs: seeds are added until the confidence interval of a measure's
// mean is narrow enough, or a limit is reached.
//
// A decision depends only on the states and values of the point's seeds, in the order of the seeds. It does not depend on the order in
// which they finish, on seeds beyond the last one that the point needs, or on the time. The package reads no files and knows no tasks.
//
// Start reading at Rule.Decide (rule.go).
package until
