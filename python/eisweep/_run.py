"""Runs a sweep, and shows its progress."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from ._program import (
    EisweepError,
    PathLike,
    Value,
    find_program,
    message_of,
    names,
    root_options,
    settings,
    sweep_arguments,
    warn,
)


def run(
    sweep: PathLike,
    *,
    set: Mapping[str, Value] | None = None,
    seeds: str | Iterable[int] = "",
    add_seeds: str | Iterable[int] = "",
    source: PathLike | None = None,
    name: str = "",
    workers: int | None = None,
    supersede: bool = False,
    drop: bool = False,
    progress: bool = True,
    root: PathLike | None = None,
    program: PathLike | None = None,
) -> dict[str, Any]:
    """Run a sweep on this machine, and wait until it is done: `eisweep run`. Tasks that have a result are not run again.

    An interrupt (Ctrl-C, or the stop button of a notebook) saves the running tasks; the same call continues from there. The same happens
    if Python is killed, where util-linux's setpriv is installed.

    Parameters
    ----------
    sweep : str or path
        A sweep file, or the name of a sweep of the root or of one that ships.
    set : dict, optional
        Parameters to set in every task.
    seeds, add_seeds : str or list of int, optional
        These seeds instead of, or in addition to, those of the sweep, such as ``"1-10,15"``.
    source : str or path, optional
        The trained networks for PERTURB.
    name : str, optional
        Another name for the sweep.
    workers : int, optional
        How many tasks run in parallel; by default as many as cores are available.
    supersede, drop : bool
        Whether files of other tasks may be moved aside, and whether finished tasks may leave the sweep.
    progress : bool
        Whether to show a progress bar on stderr: with tqdm if it is installed.
    root, program : path, optional
        As in `load`.

    Returns
    -------
    dict
        The event ``summary`` of docs/commands.md: ``sweep``, ``directory``, ``tasks``, ``done``, ``suspect``, ``ran``, …

    Raises
    ------
    EisweepError
        If the sweep is invalid, or tasks failed; `code` is the exit code (docs/exit-codes.md).
    ValueError
        If a list of seeds is empty.
    """
    arguments = ["run", "--json", *root_options(root), *settings("set", set or {})]
    arguments += [*names("seeds", _seeds(seeds)), *names("add-seeds", _seeds(add_seeds)), *names("as", name)]
    arguments += names("source", sweep_arguments(source) if source is not None else "")
    arguments += [f"--workers={workers}"] * (workers is not None) + ["--supersede"] * supersede + ["--drop"] * drop
    summary: dict[str, Any] = {}
    # A process group of its own, so that an interrupt at a terminal reaches the program once, from here: the second one would end it
    # before it has saved the running tasks. If Python is killed, as when a notebook is restarted, Linux ends the program. With SIGTERM,
    # because a shell starts scripts in the background with SIGINT ignored, and the program inherits that.
    on_death = ["setpriv", "--pdeathsig", "TERM", "--"] if shutil.which("setpriv") else []
    command = [*on_death, find_program(program), *arguments, "--", *sweep_arguments(sweep)]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as stderr, subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, text=True, encoding="utf-8", process_group=0
    ) as process:
        assert process.stdout is not None
        try:
            summary = _follow(process.stdout, progress)
        except BaseException:
            process.terminate()
            process.stdout.close()
            process.wait()
            raise
        code = process.wait()
        stderr.seek(0)
        notes = message_of(stderr.read())
    if code:
        raise EisweepError("\n".join([notes, *_failures(summary)]).strip() or "eisweep run failed", code)
    if notes:
        warn(notes)
    return summary


def _seeds(seeds: str | Iterable[int]) -> str:
    if isinstance(seeds, str):
        return seeds
    text = ",".join(map(str, seeds))
    if not text:
        raise ValueError("the list of seeds is empty; leave the argument out to keep the seeds of the sweep")
    return text


def _failures(summary: Mapping[str, Any]) -> list[str]:
    return [f"{task['file']}: {task['class']}: {task['error']}" for task in summary.get("failures", [])]


class _Bar(Protocol):
    """What shows the progress of a sweep."""

    def show(self, tasks: int, done: int, failed: int, left: float | None) -> None: ...
    def close(self) -> None: ...


def _follow(events: Iterable[str], progress: bool) -> dict[str, Any]:
    """Show events as a progress bar until the last one, the summary, and return that."""
    bar: _Bar | None = None
    summary: dict[str, Any] = {}
    try:
        for line in events:
            event = json.loads(line)
            kind = event.pop("event")
            if kind == "plan" and progress:
                bar = _bar(event["sweep"])
            elif kind == "progress" and bar:
                for state in event["sweeps"]:
                    bar.show(state["tasks"], state["done"], state["failed"], event["left"])
            elif kind == "summary":
                summary = event
                if bar:
                    bar.show(event["tasks"], event["done"], event["failed"], None)
    finally:
        if bar:
            bar.close()
    return summary


def _bar(sweep: str) -> _Bar:
    try:
        return _Tqdm(sweep)
    except ImportError:
        return _Text(sweep)


class _Tqdm:
    """A bar by tqdm, which estimates the time left itself."""

    def __init__(self, sweep: str) -> None:
        import tqdm

        self._bar = tqdm.tqdm(desc=sweep, unit="task")

    def show(self, tasks: int, done: int, failed: int, left: float | None) -> None:
        if failed:
            self._bar.set_postfix(failed=failed, refresh=False)
        self._bar.total = tasks
        self._bar.update(done + failed - self._bar.n)

    def close(self) -> None:
        self._bar.close()


class _Text:
    """A line of text: rewritten on a terminal, otherwise a new line for every tenth of the tasks."""

    def __init__(self, sweep: str) -> None:
        self._sweep, self._tenth, self._width = sweep, -1, 0

    def show(self, tasks: int, done: int, failed: int, left: float | None) -> None:
        text = f"{self._sweep}: {done} of {tasks} done"
        text += f", {failed} failed" * (failed > 0)
        text += f", {left:.0f} s left" if left else ""
        if sys.stderr.isatty():
            print("\r" + text.ljust(self._width), end="", file=sys.stderr, flush=True)
            self._width = len(text)
        elif (tenth := 10 * (done + failed) // max(tasks, 1)) > self._tenth:
            self._tenth = tenth
            print(text, file=sys.stderr, flush=True)

    def close(self) -> None:
        if self._width:
            print(file=sys.stderr)
