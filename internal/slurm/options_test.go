package slurm

import (
	"slices"
	"strings"
	"testing"
)

func TestOptionsThatJobsAreCountedByAreNotFree(t *testing.T) {
	for _, options := range []string{
		"--array=1-5", "-a 5", "-a1-5", "--arr=1-5", "--job-name=x", "--job x", "-Jx", "--wrap=true", "--wait", "-W", "--clusters=other", "-Mother", "--comment=a\nb",
		"job.sh", "--partition=short job.sh", "-p short job.sh", "-- job.sh", "-p short -- job.sh",
	} {
		r := request()
		r.Options = strings.Split(options, " ")
		if err := r.Check(); err == nil {
			t.Errorf("%q is taken", options)
		}
	}
	for _, options := range []string{"", "-p short", "-pshort", "--partition short --account=abc", "--exclusive --nice=-5", "--wait-all-nodes=1", "--wckey=x", "-A abc -p short"} {
		r := request()
		r.Options = strings.Fields(options)
		if err := r.Check(); err != nil {
			t.Errorf("%q is refused: %v", options, err)
		}
	}
}

func TestAnOptionAndItsValueAreOneDirective(t *testing.T) {
	got := lines([]string{"-p", "short", "--requeue", "--comment", "it's #1", "--qos=low"})
	want := []string{"-p short", "--requeue", `--comment "it's #1"`, "--qos=low"}
	if !slices.Equal(got, want) {
		t.Errorf("directives %q, want %q", got, want)
	}
}
