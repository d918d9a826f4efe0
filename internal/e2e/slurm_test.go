package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// slurmSite is a Slurm: its controller on one host, and nodes of a processor each.
type slurmSite struct {
	t      testing.TB
	desk   *host   // of the controller
	nodes  []*host // n1, n2, …
	config string
	ctld   *process
}

// slurmConfig tells a node that doesn't answer from one that does within seconds, and starts what was put back into the
// queue as soon.
const slurmConfig = `ClusterName=trial
SlurmctldHost={desk}({address})
SlurmUser=root
SlurmdUser=root
SlurmctldPort=6817
AuthType=auth/munge
AuthInfo=socket={directory}/munge/socket,cred_expire=5
CryptoType=crypto/munge
StateSaveLocation={directory}/state
SlurmdSpoolDir={directory}/spool/%n
SlurmctldPidFile={directory}/slurmctld.pid
SlurmdPidFile={directory}/slurmd-%n.pid
SlurmctldLogFile={directory}/slurmctld.log
SlurmdLogFile={directory}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1
ReturnToService=2
KillWait=30
MinJobAge=300
SlurmdTimeout=6
InactiveLimit=0
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
JobRequeue=1
MailProg=/bin/true
{nodes}PartitionName=short Nodes=ALL Default=YES MaxTime=60 DefaultTime=10 State=UP PriorityTier=1 PreemptMode=REQUEUE
PartitionName=urgent Nodes=ALL MaxTime=60 State=UP PriorityTier=10 PreemptMode=OFF
`

// newSlurm starts a Slurm of so many nodes, with hosts of the network.
func newSlurm(t testing.TB, n *network, nodes int) *slurmSite {
	t.Helper()
	needsPrograms(
		t,
		map[string]string{"sbatch": "slurm-wlm", "scontrol": "slurm-wlm", "slurmctld": "slurm-wlm", "slurmd": "slurm-wlm", "munged": "munge"},
	)
	if userNamespace() {
		needs(t, errors.New("Slurm starts jobs as root only"))
	}
	directory := t.TempDir()
	s := &slurmSite{t: t, desk: n.host(), config: filepath.Join(directory, "slurm.conf")}
	for _, name := range []string{"state", "spool", "munge"} {
		if err := os.Mkdir(filepath.Join(directory, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	var lines strings.Builder
	for k := range nodes {
		h := n.host()
		s.nodes = append(s.nodes, h)
		fmt.Fprintf(&lines, "NodeName=n%d NodeHostname=%s NodeAddr=%s Port=6818 CPUs=1 RealMemory=1000 State=UNKNOWN\n", k+1, h.hostname, h.ip)
	}
	write(t, s.config, slurmConfig, "{desk}", s.desk.hostname, "{address}", s.desk.ip, "{directory}", directory, "{nodes}", lines.String())
	t.Cleanup(func() { s.end(directory) })
	munge := filepath.Join(directory, "munge")
	if err := os.WriteFile(filepath.Join(munge, "key"), []byte(strings.Repeat("key of a trial ", 8)), 0o400); err != nil {
		t.Fatal(err)
	}
	start(t, s.desk, s.env(), "munged", "--foreground", "--force", "--socket="+munge+"/socket", "--key-file="+munge+"/key",
		"--log-file="+munge+"/log", "--pid-file="+munge+"/pid", "--seed-file="+munge+"/seed")
	await(t, "the socket of munged", func() bool { return contents(munge+"/pid") != "" })
	s.ctld = start(t, s.desk, s.env(), "slurmctld", "-D", "-i")
	for k, h := range s.nodes {
		start(t, h, s.env(), "slurmd", "-D", "-N", fmt.Sprintf("n%d", k+1))
	}
	await(t, "idle nodes", func() bool {
		out, err := s.say("sinfo", "-h", "-p", "short", "-t", "idle", "-o", "%D")
		return err == nil && out == strconv.Itoa(nodes)
	})
	return s
}

func (s *slurmSite) env() []string { return []string{"SLURM_CONF=" + s.config} }

// end ends what its daemons left behind: jobs outlive them. The processes are those of this test's Slurm, and this
// namespace's alone.
func (s *slurmSite) end(directory string) {
	if s.t.Failed() {
		for _, name := range files(s.t, directory) {
			if strings.HasSuffix(name, ".log") {
				s.t.Logf("%s:\n%s", name, contents(filepath.Join(directory, name)))
			}
		}
	}
	names, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		s.t.Error(err)
	}
	for _, name := range names {
		environ, _ := os.ReadFile(name)
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if err == nil && pid != os.Getpid() && strings.Contains("\x00"+string(environ), "\x00SLURM_CONF="+s.config+"\x00") {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// does runs one of Slurm's commands and returns what it says.
func (s *slurmSite) does(argv ...string) string {
	s.t.Helper()
	out, err := s.say(argv...)
	if err != nil {
		s.t.Fatalf("%v: %v\n%s", argv, err, out)
	}
	return out
}

func (s *slurmSite) say(argv ...string) (string, error) {
	argv = append(s.desk.prefix[:len(s.desk.prefix):len(s.desk.prefix)], argv...)
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), s.env()...)
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// jobs are the ids of those of a name that wait or run.
func (s *slurmSite) jobs(name string) (ids []string) {
	s.t.Helper()
	return strings.Fields(s.does("squeue", "-h", "-r", "-n", name, "-o", "%i"))
}

// node is the name that Slurm has for a host.
func (s *slurmSite) node(at place) string {
	s.t.Helper()
	for k, h := range s.nodes {
		if h.hostname == at.name() {
			return fmt.Sprintf("n%d", k+1)
		}
	}
	s.t.Fatalf("%s is no node", at.name())
	return ""
}

// cluster is the program with this Slurm's commands.
func (s *slurmSite) cluster(failpoints ...string) *cluster {
	c := newCluster(s.t, failpoints...)
	c.env = append(c.env, s.env()...)
	return c
}
