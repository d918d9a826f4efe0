"""One result: its arrays, parameters, log and quality."""

import json
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

import h5py
import numpy
from numpy.typing import NDArray

from ._program import PathLike, call, is_path, root_options, sweep_arguments


class Result(Mapping[str, NDArray[Any]]):
    """An open result file: a mapping from the paths of its arrays, such as ``"computed/cc"``, to NumPy arrays.

    Shapes and units are in docs/result-files.md. The file is open for reading only; close it, or use a ``with`` block.

    Attributes
    ----------
    path : str
        The file.
    file : h5py.File
        The same file, to read parts of arrays.
    """

    def __init__(self, path: PathLike, program: PathLike | None = None) -> None:
        (self.path,) = sweep_arguments(path)
        self.file = h5py.File(self.path, "r")
        self._program = program

    def __getitem__(self, node: str) -> NDArray[Any]:
        """Read a whole array.

        Raises
        ------
        KeyError
            If the file has no such array.
        """
        found = self.file.get(node)
        if not isinstance(found, h5py.Dataset) or h5py.check_vlen_dtype(found.dtype):
            raise KeyError(f"{self.path} has no array {node}; it has {', '.join(self)}")
        array: NDArray[Any] = found[...]
        return array

    def __iter__(self) -> Iterator[str]:
        found: list[str] = []
        arrays = (h5py.Dataset,)
        self.file.visititems(lambda n, o: found.append(n) if isinstance(o, arrays) and not h5py.check_vlen_dtype(o.dtype) else None)
        return iter(found)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @property
    def task(self) -> dict[str, Any]:
        """What the file says about its task: ``id``, ``experiment``, ``seed``, …; empty for files of the published program."""
        return {name: value for name, value in self._attributes().items() if "." not in name}

    @property
    def parameters(self) -> dict[str, Any]:
        """All parameters of the task by published name, in the units of docs/parameters.md; empty for files of the published program."""
        return {name: value for name, value in self._attributes().items() if "." in name}

    def _attributes(self) -> dict[str, Any]:
        if "task" not in self.file:
            return {}
        attributes = self.file["task"].attrs
        of_pytables = ("CLASS", "TITLE", "VERSION")
        return {name: _plain(attributes[name]) for name in attributes if name not in of_pytables}

    @property
    def log(self) -> list[str]:
        """The lines of the task's log."""
        return ["".join(map(chr, line)) for line in self.file["stdout"][:]]

    @property
    def quality(self) -> dict[str, Any] | None:
        """Whether the result can be trusted: the numbers of docs/result-files.md, by `eisweep show`; None if they are unknown."""
        shown = json.loads(call(self._program, ["show", "--json", "--", self.path]))
        quality: dict[str, Any] | None = shown.get("quality")
        return quality

    def close(self) -> None:
        """Close the file. Arrays that were read stay valid."""
        self.file.close()

    def __enter__(self) -> "Result":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Result {self.path}>"


def _plain(value: Any) -> Any:
    """Turn an attribute into a Python value; eisweep stores bool as one byte."""
    if isinstance(value, h5py.Empty):
        return ""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, numpy.uint8 | numpy.bool_):
        return bool(value)
    return value.item() if isinstance(value, numpy.generic) else value


def open(task: PathLike, *, root: PathLike | None = None, program: PathLike | None = None) -> Result:
    """Open the result of a task.

    Parameters
    ----------
    task : str or path
        The path of a result file, also of the published program; or the id of a task, or a unique prefix of it.
    root, program : path, optional
        As in `load`.

    Returns
    -------
    Result
        The open file.

    Raises
    ------
    OSError
        If the file cannot be read.
    EisweepError
        If no task has this id, or it has no result.
    """
    (argument,) = sweep_arguments(task)
    if not is_path(argument):
        shown = json.loads(call(program, ["show", "--json", *root_options(root), "--", argument]))
        argument = shown["path"]
    return Result(argument, program)
