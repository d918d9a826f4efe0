"""Tests of the package against the program's own output, and against files read with h5py.

They need the program in the environment variable EISWEEP or on PATH, and run small sweeps in a temporary root.
"""

import atexit
import functools
import os
import pathlib
import subprocess
import tempfile

import eisweep

TRAINED = """
name = "trained"
experiment = "APPROXIMATE"
seeds = [1, 2, 3]

[parameters]
numint.n_trials = 2
inp.n_stimuli = 3
pl.bp_weights = false

[axes]
pl.is_plastic = ["NEITHER", "BOTH"]
ng.exc.n_per_axis = [2, 3]
sy.e2e.w_total = [1, 1.3]
"""


@functools.cache
def directory() -> pathlib.Path:
    """A directory with the root of the tests, and space for files."""
    scratch = tempfile.TemporaryDirectory(prefix="eisweep-tests-")
    atexit.register(scratch.cleanup)
    return pathlib.Path(scratch.name).resolve()


@functools.cache
def root() -> pathlib.Path:
    """A root with the sweep trained, and pushed, which perturbs its networks."""
    top = directory() / "root"
    eisweep.run(write("trained.toml", TRAINED), root=top, progress=False)
    eisweep.run("perturb", name="pushed", source="trained", set={"perturb.n_perturbed": 2}, root=top, progress=False)
    return top


def write(name: str, text: str) -> pathlib.Path:
    """Write a file, such as a sweep file."""
    path = directory() / name
    path.write_text(text)
    return path


def program(*arguments: str | os.PathLike[str]) -> str:
    """Run the program in the tests' root and return its stdout."""
    command = [os.environ.get("EISWEEP", "eisweep"), *arguments, "-p", root()]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
