"""The paper's figures and others, drawn by eisweep, with the numbers behind them."""

import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas

from ._program import PathLike, Sweep, Value, call, names, root_options, settings, sweep_arguments
from ._table import Suspect


@dataclass(frozen=True, repr=False)
class Figure:
    """A figure that eisweep drew. Notebooks show it.

    Attributes
    ----------
    svg : str
        The picture.
    data : pandas.DataFrame
        All numbers that the picture shows, with the columns of docs/figures.md: ``panel``, ``layer``, ``series``, ``name``, ``x``,
        ``x_to``, ``y``, ``low``, ``high``, ``value``, in the units of the picture's axes.
    """

    svg: str
    data: pandas.DataFrame = field(compare=False)
    _arguments: tuple[str, ...] = field(compare=False)
    _program: PathLike | None = field(compare=False)

    def __repr__(self) -> str:
        return f"<Figure: eisweep {' '.join(self._arguments)}>"

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: PathLike) -> None:
        """Write the picture to a file whose name ends in .pdf, .svg or .png. The results are read again."""
        call(self._program, (*self._arguments[:1], f"--output={os.path.abspath(path)}", *self._arguments[1:]))


def plot(
    sweep: Sweep,
    figure: str = "",
    *,
    by: str | Iterable[str] = "",
    against: str | Iterable[str] = "",
    where: Mapping[str, Value] | None = None,
    suspect: Suspect = "keep",
    root: PathLike | None = None,
    program: PathLike | None = None,
) -> Figure:
    """Draw a figure of results: `eisweep plot`.

    Parameters
    ----------
    figure : str, optional
        A figure of docs/figures.md, such as ``"synapses"`` (1e of the paper), ``"angles"`` (1g) or ``"influence"`` (4); or a measure,
        which is plotted against a parameter. By default the figure that suits the sweep.
    by : str or list of str, optional
        The parameters that group the results; each group has a line. By default ``pl.is_plastic``, or the only parameter that varies.
    against : str or list of two str, optional
        For a measure: the parameter on the horizontal axis, or two for a map.
    sweep, where, suspect, root, program
        As in `load`.

    Returns
    -------
    Figure
        The picture and its numbers.

    Raises
    ------
    EisweepError
        If the figure applies to none of the results. Results that are left out are only a warning.
    """
    options = [*root_options(root), *settings("where", where or {}), f"--suspect={suspect}"]
    options += [*names("figure", figure), *names("by", by), *names("against", against)]
    arguments = ("plot", *options, "--", *sweep_arguments(sweep))
    with tempfile.TemporaryDirectory(prefix="eisweep-") as scratch:
        svg, csv = Path(scratch, "figure.svg"), Path(scratch, "figure.csv")
        call(program, ("plot", f"--output={svg}", f"--data={csv}", *arguments[1:]))
        words = dict.fromkeys(("panel", "layer", "series", "name"), str)
        data = pandas.read_csv(csv, float_precision="round_trip", dtype=words, keep_default_na=False, na_values={c: "" for c in _NUMBERS})
        return Figure(svg.read_text(encoding="utf-8"), data, arguments, program)


_NUMBERS = ("x", "x_to", "y", "low", "high", "value")
