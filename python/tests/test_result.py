"""`open` against h5py and `eisweep show`."""

import json
import unittest

import h5py
import numpy

import eisweep

from . import program, root
from .test_table import GOLDEN, quiet


class Open(unittest.TestCase):
    def setUp(self) -> None:
        self.row = quiet(eisweep.load, "trained").iloc[-1]
        self.path = root() / "trained" / self.row.file

    def test_takes_ids_and_paths(self) -> None:
        for task in (self.row.id, self.row.id[:9], self.path, str(self.path)):
            with eisweep.open(task, root=root()) as result:
                self.assertEqual((result.path, result.task["id"]), (str(self.path), self.row.id))
            self.assertFalse(result.file)
        with self.assertRaisesRegex(eisweep.EisweepError, "tffffffff"):
            eisweep.open("tffffffff", root=root())

    def test_has_every_array(self) -> None:
        with eisweep.open(self.path) as result, h5py.File(self.path) as file:
            self.assertEqual(len(result), 28)
            self.assertEqual(set(result), {f"{group}/{name}" for group in ("raw_data", "computed", "sim_state") for name in file[group]})
            for node, array in result.items():
                numpy.testing.assert_array_equal(array, file[node][...])
            for missing in ("computed/nothing", "computed", "stdout"):
                with self.assertRaisesRegex(KeyError, f"has no array {missing}; it has computed/cc, "):
                    result[missing]

    def test_has_parameters_log_and_quality(self) -> None:
        shown = json.loads(program("show", "--json", self.row.id))
        with eisweep.open(self.path) as result:
            self.assertEqual(result.parameters, shown["parameters"])
            self.assertIs(result.parameters["pl.bp_weights"], False)
            self.assertEqual(result.log, shown["log"])
            self.assertEqual(result.quality, shown["quality"])
            self.assertEqual((result.task["experiment"], result.task["seed"]), ("APPROXIMATE", 3))

    def test_reads_files_of_the_published_program(self) -> None:
        with eisweep.open(GOLDEN / "approximate_both.h5") as result:
            self.assertEqual((result.parameters, result.task), ({}, {}))
            self.assertRegex(result.log[0], "connection probability")
            self.assertEqual(result["computed/cc"].ndim, 1)
            self.assertEqual(result.quality["unsettled_trial"], 0)
