"""Run parameter sweeps with eisweep, and read their results.

A *sweep* is given as the name of a sweep of the root, the path of a sweep's directory (such as a copy), the path of a result file, or
a list of these. Paths contain a slash, end in ``.h5``, or are `pathlib.Path` objects. The root is the argument `root`, else the
environment variable ``EISWEEP_ROOT``, else ``~/experiments/ei-assemblies``.

``load`` gives a table of measures, ``arrays`` stacks a data set over results, ``open`` opens one result, ``plot`` draws the paper's
figures, ``summarize`` and ``compare`` give statistics over seeds, and ``run`` runs a sweep.

The package calls the program eisweep, which computes the measures, statistics and figures. It is the argument `program`, else the
environment variable ``EISWEEP``, else the ``eisweep`` on ``PATH``. ``open`` calls it only for the quality of a result.
"""

from importlib import metadata as _metadata

from ._arrays import arrays, paths
from ._figure import Figure, plot
from ._program import EisweepError, EisweepWarning, ProgramNotFound
from ._result import Result, open
from ._run import run
from ._table import compare, load, summarize

__all__ = [
    "EisweepError",
    "EisweepWarning",
    "Figure",
    "ProgramNotFound",
    "Result",
    "arrays",
    "compare",
    "load",
    "open",
    "paths",
    "plot",
    "run",
    "summarize",
]

try:
    __version__ = _metadata.version("eisweep")
except _metadata.PackageNotFoundError:  # used from a checkout without an installation
    __version__ = "0+unknown"
