package slurm

import (
	"slices"
	"strings"
	"testing"
)

func TestOptionsThatJobsAreCountedByAreNotFree(t *testing.T) {
	for _, options := range []string{
		"--array=1-5", "-a 5", "-a1-5", "--arr=1-5", "--job-name=x", "--job x", "-Jx", "--wrap=true", "--wait", "-W", "--clusters=other",
		"-Mother", "--comment=a\nb",
		"job.sh", "--partition=short job.sh", "-p short job.sh", "-- job.sh", "-p short -- job.sh", "- job.sh", "-",
		// Letters in one word, and words that sbatch takes for scripts.
		"-QJx", "-QJ x", "-vQa5", "-HMother", "-QW", "-kW", "-Z", "-Qé", "--exclusive user", "--exclusive=user job.sh", "--requeue job.sh",
		"-Q job.sh", "-pshort job.sh",
		"--part short", "--partition", "-p", "-p --partition job.sh", "--comment -J x", "--nice 5", "-H -- job.sh",
		"--help", "-h", "--usage", "-V", "-QV", "--comment=a\tb\x1b", "--comment a\rb", "-p a\nb",
	} {
		r := request()
		r.Options = strings.Split(options, " ")
		if err := r.Check(); err == nil {
			t.Errorf("%q is taken", options)
		}
	}
	if err := CheckOptions([]string{"--comment=" + strings.Repeat("x", 130_000)}); err == nil || len(err.Error()) > 200 {
		t.Errorf("a long option: %.300v", err)
	}
	for _, options := range []string{"", "-p short", "-pshort", "--partition short --account=abc", "--exclusive --nice=-5",
		"--exclusive=user", "--wait-all-nodes=1", "--wckey=x", "-A abc -p short",
		"-QHp short", "-Qpshort -v", "--part=short", "--constraint a&b --gres gpu:1", "-N 1", "-t0:30"} {
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

// TestNoPathEndsADirective has a root whose path would run a command in the script.
func TestNoPathEndsADirective(t *testing.T) {
	for _, control := range []string{"\n", "\r", "\x1b", "\u0085"} {
		for _, spoil := range []func(*Request, string){
			func(r *Request, text string) { r.Log += text },
			func(r *Request, text string) { r.Worker += text },
			func(r *Request, text string) { r.Name += text },
			func(r *Request, text string) { r.Options = append(r.Options, "--comment="+text) },
		} {
			r := request()
			spoil(r, "x"+control+"touch /here #")
			if err := r.Check(); err == nil {
				t.Errorf("submitted with %q:\n%s", control, r.Script())
			}
		}
	}
}
