"""Tables of measures: one row for each task, or statistics over seeds."""

import json
from collections.abc import Iterable, Mapping
from typing import Literal

import pandas

from ._program import PathLike, Sweep, Value, call, names, root_options, settings, sweep_arguments

Suspect = Literal["keep", "drop"]


def load(
    sweep: Sweep,
    *,
    where: Mapping[str, Value] | None = None,
    measures: str | Iterable[str] = "",
    suspect: Suspect = "keep",
    root: PathLike | None = None,
    program: PathLike | None = None,
) -> pandas.DataFrame:
    """Load the measures of a sweep's results, as `eisweep table` lists them.

    Parameters
    ----------
    sweep : str or path, or list of them
        The name of a sweep, or the path of a sweep's directory or of a result file.
    where : dict, optional
        Only rows in which these parameters, or ``seed``, have these values.
    measures : str or list of str, optional
        Only these measures; by default all.
    suspect : {"keep", "drop"}
        What to do with suspect results.
    root, program : path, optional
        The root directory and the program, if not the default ones.

    Returns
    -------
    pandas.DataFrame
        One row for each task of the latest launch, with the columns of docs/tables.md: ``sweep``, ``id``, ``file``, the parameters that
        vary, ``seed``, ``state``, ``quality``, ``reasons``, ``seconds``, ``host``, and the measures as float64 in the units of
        docs/measures.md. Missing values are None or NaN.

    Raises
    ------
    EisweepError
        If there is no such sweep, or no row meets the conditions. Results that are missing or damaged are only a warning.
    """
    rows = _table(sweep, where, measures, suspect, root, program, [])
    return _measures_as_floats(rows, after="host")


def summarize(
    sweep: Sweep,
    by: str | Iterable[str],
    *,
    where: Mapping[str, Value] | None = None,
    measures: str | Iterable[str] = "",
    suspect: Suspect = "keep",
    root: PathLike | None = None,
    program: PathLike | None = None,
) -> pandas.DataFrame:
    """Summarize measures over the results that have equal values of the parameters `by`: `eisweep table --by`.

    Parameters
    ----------
    by : str or list of str
        The parameters that group the results.
    sweep, where, measures, suspect, root, program
        As in `load`.

    Returns
    -------
    pandas.DataFrame
        One row for each group and measure: the parameters `by`, ``measure``, ``unit``, ``n``, ``mean``, ``sd``, and 95 % confidence
        intervals of the mean by Student's t (``student_low``, ``student_high``) and by bootstrap (``bootstrap_low``,
        ``bootstrap_high``), in the measure's unit.

    Raises
    ------
    ValueError
        If `by` is empty.
    """
    groups = names("by", by)
    if not groups:
        raise ValueError('by names no parameter; give one, such as "pl.is_plastic"')
    rows = _table(sweep, where, measures, suspect, root, program, groups)
    return _measures_as_floats(rows, after="n")


def compare(
    sweep: Sweep,
    vs: Mapping[str, Value],
    *,
    by: str | Iterable[str] = "",
    where: Mapping[str, Value] | None = None,
    measures: str | Iterable[str] = "",
    suspect: Suspect = "keep",
    root: PathLike | None = None,
    program: PathLike | None = None,
) -> pandas.DataFrame:
    """Compare results with a baseline, paired by seed and all other parameters: `eisweep table --vs`.

    Parameters
    ----------
    vs : dict
        The baseline, such as ``{"pl.is_plastic": "NEITHER"}``.
    by : str or list of str, optional
        The parameters that group the differences; by default all that vary.
    sweep, where, measures, suspect, root, program
        As in `load`.

    Returns
    -------
    pandas.DataFrame
        One row for each group and measure, as in `summarize`. ``difference`` is the mean of result minus baseline, ``baseline_mean`` the
        mean of the paired baselines; ``sd`` and the intervals describe the differences.

    Raises
    ------
    ValueError
        If `vs` is empty.
    """
    if not vs:
        raise ValueError('vs names no baseline; give a parameter and its value, such as {"pl.is_plastic": "NEITHER"}')
    rows = _table(sweep, where, measures, suspect, root, program, [*settings("vs", vs), *names("by", by)])
    return _measures_as_floats(rows, after="n")


def _table(
    sweep: Sweep,
    where: Mapping[str, Value] | None,
    measures: str | Iterable[str],
    suspect: Suspect,
    root: PathLike | None,
    program: PathLike | None,
    options: list[str],
) -> pandas.DataFrame:
    options = [*root_options(root), *settings("where", where or {}), *names("measures", measures), f"--suspect={suspect}", *options]
    stdout = call(program, ["table", "--json", *options, "--", *sweep_arguments(sweep)])
    return pandas.DataFrame([json.loads(line) for line in stdout.splitlines()])


def _measures_as_floats(rows: pandas.DataFrame, after: str) -> pandas.DataFrame:
    """Make the measures float64, whether or not all of their values are whole or missing."""
    columns = list(rows.columns)
    return rows.astype({name: "float64" for name in columns[columns.index(after) + 1 :]} if columns else {})
