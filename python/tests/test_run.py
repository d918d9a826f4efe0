"""`run`: what it returns, shows and raises, and how it is interrupted."""

import contextlib
import io
import os
import pathlib
import select
import signal
import subprocess
import sys
import unittest
from unittest import mock

import eisweep

from . import directory, root, write
from .test_table import quiet, quiet_in

LONG = """
name = "long"
experiment = "APPROXIMATE"
seeds = { first = 1, count = 2000 }

[parameters]
numint.n_trials = 4
ng.exc.n_per_axis = 2
inp.n_stimuli = 3
"""

FAILING = """
name = "failing"
experiment = "APPROXIMATE"
seeds = [1, 2]

[parameters]
numint.n_trials = 3
ng.exc.n_per_axis = 2
inp.n_stimuli = 3

[axes]
pl.eta_i = [1e-5, 1e38]
"""


class Run(unittest.TestCase):
    def run_shown(self, *arguments, **options) -> tuple[dict, str]:
        shown = io.StringIO()
        with contextlib.redirect_stderr(shown):
            summary = quiet(eisweep.run, *arguments, **options)
        return summary, shown.getvalue()

    def test_reuses_results_and_shows_progress_as_text(self) -> None:
        with mock.patch.dict(sys.modules, {"tqdm": None}):
            summary, shown = self.run_shown("trained")
        self.assertEqual((summary["sweep"], summary["done"], summary["ran"]), ("trained", 24, 0))
        self.assertEqual(summary["directory"], str(root() / "trained"))
        self.assertEqual(shown, "trained: 24 of 24 done\n")

    def test_shows_progress_with_tqdm(self) -> None:
        _, shown = self.run_shown("trained")
        self.assertRegex(shown, r"trained: 100%\|.*\| 24/24 \[")

    def test_runs_added_seeds_and_other_parameters(self) -> None:
        file = write("more.toml", LONG.replace("count = 2000", "count = 1").replace("long", "more"))
        quiet(eisweep.run, file, progress=False)
        summary, shown = self.run_shown("more", add_seeds=[2, 4], progress=False)
        self.assertEqual((summary["ran"], summary["reused"], shown), (2, 1, ""))
        self.assertEqual(list(quiet(eisweep.load, "more").seed), [1, 2, 4])
        quiet(eisweep.run, file, name="fewer", seeds="7", set={"pl.bp_weights": False}, progress=False)
        (path,) = quiet(eisweep.paths, "fewer")
        with eisweep.open(path) as result:
            self.assertEqual((result.task["seed"], result.parameters["pl.bp_weights"]), (7, False))

    def test_raises_if_tasks_fail(self) -> None:
        with self.assertRaisesRegex(eisweep.EisweepError, r"1e\+38~seed=1.h5: numeric: ") as failed:
            self.run_shown(write("failing.toml", FAILING))
        self.assertEqual(failed.exception.code, 3)
        self.assertEqual(list(quiet(eisweep.load, "failing").state), ["done", "failed", "done", "failed"])

    def test_raises_if_the_sweep_is_invalid(self) -> None:
        with self.assertRaisesRegex(eisweep.EisweepError, r"did you mean seeds\?") as failed:
            quiet(eisweep.run, write("invalid.toml", FAILING.replace("seeds", "seed")))
        self.assertEqual(failed.exception.code, 2)

    def test_an_empty_list_of_seeds_is_not_all_seeds(self) -> None:
        for option in ("seeds", "add_seeds"):
            with self.assertRaisesRegex(ValueError, "leave the argument out"):
                quiet(eisweep.run, "trained", **{option: []})

    @contextlib.contextmanager
    def long_run(self, top: pathlib.Path, before: str = ""):
        """A Python that runs a long sweep, and has shown progress."""
        file = write("long.toml", LONG)
        run = f"eisweep.run({str(file)!r}, root={str(top)!r}, workers=1)"
        code = f"{before}import sys; sys.modules['tqdm'] = None; import eisweep; {run}"
        with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) as process:
            self.assertRegex(process.stderr.readline(), r"^long: \d+ of 2000 done")
            yield process

    def check_stopped(self, top: pathlib.Path) -> None:
        """Some tasks are done, no file is half-written, and the root is free again."""
        states = quiet_in(top, eisweep.load, "long").state
        self.assertTrue(0 < (states == "done").sum() < 2000)
        self.assertFalse([name for name in os.listdir(top / "long") if "draft" in name])
        eisweep.run("quick", seeds="1", root=top, progress=False)

    def test_an_interrupt_saves_what_runs(self) -> None:
        top = directory() / "interrupted"
        with self.long_run(top) as process:
            process.send_signal(signal.SIGINT)
            rest = process.stderr.read()
        self.assertEqual(process.returncode, -signal.SIGINT, rest)
        self.assertRegex(rest, "KeyboardInterrupt")
        self.check_stopped(top)

    def test_a_run_ends_if_python_is_killed(self) -> None:
        self.check_killed(directory() / "killed")

    def test_a_run_in_the_background_of_a_script_ends_if_python_is_killed(self) -> None:
        self.check_killed(directory() / "background", "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); ")

    def check_killed(self, top: pathlib.Path, before: str = "") -> None:
        with self.long_run(top, before) as process:
            (program,) = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            descriptor = os.pidfd_open(int(program))
            process.kill()
            ended, _, _ = select.select([descriptor], [], [], 60)
            os.close(descriptor)
        self.assertTrue(ended)
        self.check_stopped(top)
