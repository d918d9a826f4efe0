"""`plot` against the files of `eisweep plot`."""

import unittest

import eisweep
import pandas

from . import directory, program, root
from .test_table import quiet, same

FIGURES = {
    "synapses": ("trained", {"ng.exc.n_per_axis": 3, "seed": 1, "sy.e2e.w_total": 1}),
    "angles": ("trained", {"pl.is_plastic": "BOTH", "ng.exc.n_per_axis": 3}),
    "influence": ("pushed", {"ng.exc.n_per_axis": 3}),
    "cc_median": ("trained", {}),
}


class Plot(unittest.TestCase):
    def test_pictures_and_data_are_those_of_the_program(self) -> None:
        for name, (sweep, where) in FIGURES.items():
            svg, csv, pdf, saved = (directory() / f"figure.{end}" for end in ("svg", "csv", "pdf", "saved.pdf"))
            options = [f"--where={parameter}={value}" for parameter, value in where.items()]
            for picture in (svg, pdf):
                program("plot", sweep, "--figure", name, "--by=pl.is_plastic", *options, "-o", picture, "--data", csv)
            figure = quiet(eisweep.plot, sweep, name, by="pl.is_plastic", where=where)
            self.assertEqual(figure.svg, svg.read_text())
            self.assertEqual(figure._repr_svg_(), figure.svg)
            data = figure.data.where(figure.data != "", None)
            same(data, pandas.read_csv(csv, float_precision="round_trip"))
            self.assertGreater(len(data), 5)
            figure.save(saved)
            self.assertEqual(saved.read_bytes(), pdf.read_bytes())

    def test_measures_are_drawn_against_parameters(self) -> None:
        against = ["sy.e2e.w_total", "ng.exc.n_per_axis"]
        figure = quiet(eisweep.plot, "trained", "osi_e_mean", against=against, where={"pl.is_plastic": "BOTH"})
        self.assertEqual(set(figure.data.layer), {"cell"})

    def test_a_figure_that_does_not_apply_is_an_error(self) -> None:
        with self.assertRaisesRegex(eisweep.EisweepError, "the figure does not apply: .*shows results of PERTURB"):
            eisweep.plot("trained", "influence", root=root())
