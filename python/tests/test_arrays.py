"""`arrays` and `paths` against the files, read with h5py."""

import shutil
import unittest

import h5py
import numpy

import eisweep

from . import directory, root
from .test_table import quiet

TUPLE = ["pl.is_plastic", "sy.e2e.w_total"]


def read(path, node):
    with h5py.File(path, "r") as file:
        return file[node][...]


class Arrays(unittest.TestCase):
    def setUp(self) -> None:
        self.rows = quiet(eisweep.load, "trained")

    def same(self, got, rows, node) -> None:
        want = [read(root() / "trained" / file, node) for file in rows.file]
        self.assertGreater(len(want), 0)
        self.assertEqual(got.dtype, want[0].dtype)
        numpy.testing.assert_array_equal(got, numpy.array(want))

    def test_are_stacked_in_the_order_of_the_table(self) -> None:
        small = self.rows[self.rows["ng.exc.n_per_axis"] == 2]
        got = quiet(eisweep.arrays, "trained", "sim_state/wei", where={"ng.exc.n_per_axis": 2})
        self.assertEqual(got.shape, (12, 8, 1))
        self.same(got, small, "sim_state/wei")

    def test_are_grouped_by_one_column(self) -> None:
        got = quiet(eisweep.arrays, "trained", "computed/cc", by="ng.exc.n_per_axis")
        self.assertEqual({key: value.shape for key, value in got.items()}, {2: (12, 8), 3: (12, 27)})
        for key, stacked in got.items():
            self.same(stacked, self.rows[self.rows["ng.exc.n_per_axis"] == key], "computed/cc")

    def test_are_grouped_by_several_columns(self) -> None:
        got = quiet(eisweep.arrays, "trained", "raw_data/angles_ei", by=TUPLE, where={"ng.exc.n_per_axis": 3, "pl.is_plastic": "BOTH"})
        self.assertEqual(list(got), [("BOTH", 1.0), ("BOTH", 1.3)])
        for (rule, total), stacked in got.items():
            rows = self.rows[(self.rows["pl.is_plastic"] == rule) & (self.rows["sy.e2e.w_total"] == total)]
            self.same(stacked, rows[rows["ng.exc.n_per_axis"] == 3], "raw_data/angles_ei")

    def test_take_copies_and_files(self) -> None:
        copy = directory() / "elsewhere"
        shutil.copytree(root() / "trained", copy)
        for sweep in (copy, [copy / file for file in self.rows.file], [copy, "trained"]):
            got = quiet(eisweep.arrays, sweep, "computed/cc", by="ng.exc.n_per_axis")
            self.assertEqual([value.shape for value in got.values()], [(12, 8), (12, 27)])
            self.same(got[3], self.rows[self.rows["ng.exc.n_per_axis"] == 3], "computed/cc")

    def test_take_several_sweeps(self) -> None:
        got = quiet(eisweep.arrays, ["trained", "pushed"], "sim_state/wee", by=["sweep", "ng.exc.n_per_axis"])
        shapes = {("trained", 2): (12, 8, 8), ("trained", 3): (12, 27, 27), ("pushed", 2): (12, 8, 8), ("pushed", 3): (12, 27, 27)}
        self.assertEqual({key: value.shape for key, value in got.items()}, shapes)
        self.same(got["trained", 3], self.rows[self.rows["ng.exc.n_per_axis"] == 3], "sim_state/wee")

    def test_two_copies_of_one_name_are_rejected(self) -> None:
        copy = directory() / "other" / "trained"
        shutil.copytree(root() / "trained", copy)
        with self.assertRaisesRegex(ValueError, "have the same name"):
            quiet(eisweep.arrays, [copy, "trained"], "computed/cc")

    def test_leave_out_what_is_not_there(self) -> None:
        copy = directory() / "partial"
        shutil.copytree(root() / "trained", copy)
        (copy / self.rows.file[0]).unlink()
        self.assertEqual(quiet(eisweep.paths, copy), [copy / file for file in self.rows.file[1:]])

    def test_errors_say_what_there_is(self) -> None:
        with self.assertRaisesRegex(ValueError, r"with pl.is_plastic=NEITHER have computed/cc of shapes \(8,\) and \(27,\)"):
            quiet(eisweep.arrays, "trained", "computed/cc", by="pl.is_plastic")
        with self.assertRaisesRegex(ValueError, r"the results have computed/cc of shapes"):
            quiet(eisweep.arrays, "trained", "computed/cc")
        with self.assertRaisesRegex(KeyError, "no column pl.eta_e; it has sweep, id, .* ng.exc.n_per_axis"):
            quiet(eisweep.arrays, "trained", "computed/cc", by="pl.eta_e")
        with self.assertRaisesRegex(KeyError, "has no data set computed"):
            quiet(eisweep.arrays, "trained", "computed")
