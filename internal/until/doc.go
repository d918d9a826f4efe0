// Package until decides how many seeds a point of a sweep needs: seeds are added until the confidence interval of a measure's
// mean is narrow enough, or a limit is reached.
//
// A decision depends only on what the point's seeds came to, in the order of the seeds. It does not depend on the order in which
// they finish, on what seeds beyond the decision came to, or on the time. The package reads no files and knows no tasks.
//
// Start reading at Rule.Decide (rule.go).
package until
