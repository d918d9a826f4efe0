"""A data set of many results as NumPy arrays."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

import h5py
import numpy
from numpy.typing import NDArray

from ._program import PathLike, Sweep, Value, is_path, sweep_arguments, sweep_directory
from ._table import Suspect, load


def paths(
    sweep: Sweep,
    *,
    where: Mapping[str, Value] | None = None,
    suspect: Suspect = "keep",
    root: PathLike | None = None,
    program: PathLike | None = None,
) -> list[Path]:
    """List the result files of a sweep, in the order of the rows of `load`, without those that are missing or damaged.

    The arguments are those of `load`.
    """
    return [path for _, path in _results(sweep, where, suspect, root, program)]


@overload
def arrays(
    sweep: Sweep,
    node: str,
    by: None = None,
    *,
    where: Mapping[str, Value] | None = None,
    suspect: Suspect = "keep",
    root: PathLike | None = None,
    program: PathLike | None = None,
) -> NDArray[Any]: ...


@overload
def arrays(
    sweep: Sweep,
    node: str,
    by: str | Sequence[str],
    *,
    where: Mapping[str, Value] | None = None,
    suspect: Suspect = "keep",
    root: PathLike | None = None,
    program: PathLike | None = None,
) -> dict[Any, NDArray[Any]]: ...


def arrays(
    sweep: Sweep,
    node: str,
    by: str | Sequence[str] | None = None,
    *,
    where: Mapping[str, Value] | None = None,
    suspect: Suspect = "keep",
    root: PathLike | None = None,
    program: PathLike | None = None,
) -> NDArray[Any] | dict[Any, NDArray[Any]]:
    """Stack a data set over the results of a sweep.

    Parameters
    ----------
    node : str
        The path of the data set in the files, such as ``"computed/cc"`` (docs/result-files.md has shapes and units).
    by : str or list of str, optional
        Columns of `load`, such as ``"pl.is_plastic"`` or ``["pl.is_plastic", "seed"]``, that group the results.
    sweep, where, suspect, root, program
        As in `load`.

    Returns
    -------
    ndarray or dict
        Without `by`, an array of shape (results, …): along its first axis the results in the order of the rows of `load`, after it the
        shape of the data set. With `by`, a dict of such arrays: its keys are the values of the column, or tuples of values if `by` is a
        list, in the order in which they appear in the table.

    Raises
    ------
    KeyError
        If the table has no such column, or a file no such data set.
    ValueError
        If data sets that should be stacked have different shapes (add the parameter that makes them differ to `by`), or no task is done.
    """
    columns = [] if by is None else [by] if isinstance(by, str) else list(by)
    groups: dict[Any, list[NDArray[Any]]] = {}
    for row, path in _results(sweep, where, suspect, root, program):
        values = tuple(_value(row, column) for column in columns)
        groups.setdefault(values[0] if isinstance(by, str) else values, []).append(_read(path, node))
    if not groups:
        raise ValueError("no task has a result yet")
    stacked = {key: _stack(found, node, dict(zip(columns, [key] if isinstance(by, str) else key))) for key, found in groups.items()}
    return stacked[()] if by is None else stacked


def _results(
    sweep: Sweep, where: Mapping[str, Value] | None, suspect: Suspect, root: PathLike | None, program: PathLike | None
) -> Iterator[tuple[dict[str, Any], Path]]:
    directories = _directories(sweep, root)
    rows = load(sweep, where=where, measures="seconds", suspect=suspect, root=root, program=program)
    for row in rows[rows.state == "done"].to_dict("records"):
        yield row, directories[row["sweep"]] / row["file"] if isinstance(row["sweep"], str) else Path(row["file"])


def _directories(sweep: Sweep, root: PathLike | None) -> dict[str, Path]:
    """Map the names of sweeps, as in the table, to their directories."""
    directories: dict[str, Path] = {}
    for argument in sweep_arguments(sweep):
        directory = Path(os.path.abspath(argument)) if is_path(argument) else sweep_directory(argument, root)
        other = directories.setdefault(directory.name, directory)
        if directory.is_dir() and other.resolve() != directory.resolve():
            raise ValueError(f"{other} and {directory} have the same name; read one after the other")
    return directories


def _value(row: dict[str, Any], column: str) -> Any:
    if column not in row:
        raise KeyError(f"the table has no column {column}; it has {', '.join(row)}")
    return row[column]


def _read(path: Path, node: str) -> NDArray[Any]:
    with h5py.File(path, "r") as file:
        if not isinstance(file.get(node), h5py.Dataset):
            raise KeyError(f"{path} has no data set {node}")
        array: NDArray[Any] = file[node][...]
        return array


def _stack(found: list[NDArray[Any]], node: str, group: Mapping[str, Any]) -> NDArray[Any]:
    shapes = sorted({array.shape for array in found})
    if len(shapes) > 1:
        among = " with " + ", ".join(f"{name}={value}" for name, value in group.items()) if group else ""
        different = " and ".join(map(str, shapes))
        remedy = "add the parameter that makes them differ to by, or use where"
        raise ValueError(f"the results{among} have {node} of shapes {different}: {remedy}")
    return numpy.stack(found)
