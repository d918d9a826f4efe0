"""The program eisweep: where it is, what it is given, what it says."""

import inspect
import os
import shutil
import subprocess
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

PathLike: TypeAlias = str | os.PathLike[str]
Value: TypeAlias = str | int | float | bool
Sweep: TypeAlias = PathLike | Sequence[PathLike]


class EisweepError(RuntimeError):
    """The program failed; the message is what it wrote to stderr.

    Attributes
    ----------
    code : int
        Its exit code (docs/exit-codes.md); negative if a signal killed it.
    """

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class ProgramNotFound(FileNotFoundError):
    """The program eisweep was not found."""


class EisweepWarning(UserWarning):
    """A note of the program, such as the number of suspect results, or files that were left out."""


LEFT_OUT = 4  # the exit code if results are missing or damaged, and the output has the others


def find_program(program: PathLike | None) -> str:
    """Find the program: the argument, else the environment variable EISWEEP, else PATH.

    Raises
    ------
    ProgramNotFound
        If there is no such executable file.
    """
    origin = "the argument program" if program else "the environment variable EISWEEP"
    wanted = os.path.expanduser(os.fspath(program) if program else os.environ.get("EISWEEP", ""))
    if not wanted:
        wanted, origin = "eisweep", "PATH"
    found = shutil.which(wanted)
    if found is None:
        where = "the program eisweep is not on PATH" if origin == "PATH" else f"{origin} is {wanted}, which is not an executable file"
        raise ProgramNotFound(f"{where}; install it, or set EISWEEP or the argument program to its path")
    return found


def sweep_arguments(sweep: Sweep) -> list[str]:
    """List the arguments that name a sweep. A path that looks like a name gets a slash."""
    given = [sweep] if isinstance(sweep, str | os.PathLike) else list(sweep)
    return [s if isinstance(s, str) else _path_argument(s) for s in given]


def _path_argument(path: os.PathLike[str]) -> str:
    text = os.fspath(path)
    return text if "/" in text else "./" + text


def is_path(argument: str) -> bool:
    """Whether the program takes an argument as a path, not as the name of a sweep."""
    return "/" in argument or argument.endswith(".h5") or argument in (".", "..")


def written(value: object) -> str:
    """Write the value of a parameter as the program reads it. NumPy's scalars count as their Python values."""
    value = value.item() if hasattr(value, "item") else value
    return str(value).lower() if isinstance(value, bool) else str(value)


def settings(option: str, values: Mapping[str, Value]) -> list[str]:
    """Write a repeatable option NAME=VALUE."""
    return [f"--{option}={name}={written(value)}" for name, value in values.items()]


def names(option: str, chosen: str | Iterable[str]) -> list[str]:
    """Write an option that takes names, or nothing if there are none."""
    text = chosen if isinstance(chosen, str) else ",".join(chosen)
    return [f"--{option}={text}"] if text else []


def root_options(root: PathLike | None) -> list[str]:
    """Write the option of the root directory."""
    return [] if root is None else [f"--path={os.fspath(root)}"]


def sweep_directory(name: str, root: PathLike | None) -> Path:
    """Find the directory of a sweep of the root by its name."""
    top = os.fspath(root) if root is not None else os.environ.get("EISWEEP_ROOT") or "~/experiments/ei-assemblies"
    return Path(top).expanduser().absolute() / name


def call(program: PathLike | None, arguments: Sequence[str]) -> str:
    """Run the program and return its stdout. Its notes become warnings.

    Raises
    ------
    EisweepError
        If it fails. If it only left out results that are missing or damaged, that is a warning.
    """
    done = subprocess.run([find_program(program), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8")
    notes = message_of(done.stderr)
    failed = any(line.startswith("eisweep: ") for line in done.stderr.splitlines())
    if failed or done.returncode not in (0, LEFT_OUT):
        raise EisweepError(notes or f"eisweep {arguments[0]} failed", done.returncode)
    if notes:
        warn(notes)
    return done.stdout


def warn(notes: str) -> None:
    """Warn of notes of the program, at the line that called this package."""
    level, frame = 1, inspect.currentframe()
    while frame and frame.f_code.co_filename.startswith(os.path.dirname(__file__)):
        level, frame = level + 1, frame.f_back
    warnings.warn(notes, EisweepWarning, stacklevel=level)


def message_of(stderr: str) -> str:
    """What the program wrote to stderr, without lines that only say where it reads and writes."""
    routine = ("root: ", "wrote ", "read ")
    return "\n".join(line.removeprefix("eisweep: ") for line in stderr.splitlines() if not line.startswith(routine))
