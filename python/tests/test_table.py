"""`load`, `summarize` and `compare` against the CSV of `eisweep table`."""

import os
import pathlib
import shutil
import unittest
import warnings

import pandas
from pandas.testing import assert_frame_equal

import eisweep

from . import directory, program, root

GOLDEN = pathlib.Path(__file__).parents[2] / "testdata" / "golden"


def csv(*arguments: str) -> pandas.DataFrame:
    """The table that the program writes as CSV; a word in it may be "nan", and a missing value is an empty field."""
    path = directory() / "table.csv"
    program("table", *arguments, "-o", path)
    return pandas.read_csv(path, float_precision="round_trip", dtype={"unit": str}, keep_default_na=False, na_values=[""])


def same(got: pandas.DataFrame, want: pandas.DataFrame) -> None:
    """Compare values exactly; CSV has no types, and None and NaN are both empty in it."""
    assert_frame_equal(got.where(got.notna(), None).astype(object), want.where(want.notna(), None).astype(object), check_exact=True)


def quiet(function, *arguments, **options):
    """Call a function, whose notes are expected."""
    return quiet_in(root(), function, *arguments, **options)


def quiet_in(top: pathlib.Path, function, *arguments, **options):
    """Call a function on another root."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", eisweep.EisweepWarning)
        return function(*arguments, root=top, **options)


class Load(unittest.TestCase):
    def test_has_the_rows_and_columns_of_the_table(self) -> None:
        for sweep in ("trained", "pushed"):
            rows = quiet(eisweep.load, sweep)
            self.assertEqual(len(rows), 24)
            same(rows, csv(sweep))

    def test_has_the_same_types_whatever_the_values(self) -> None:
        rows = quiet(eisweep.load, "trained", where={"pl.is_plastic": "NEITHER"})
        self.assertTrue((rows.wei_change == 0).all() and rows.steps_mean.isna().all())
        self.assertEqual({str(t) for t in rows.dtypes[rows.columns.get_loc("host") + 1 :]}, {"float64"})

    def test_selects(self) -> None:
        where = {"sy.e2e.w_total": 1.3, "seed": 2, "pl.bp_weights": False}
        rows = quiet(eisweep.load, "trained", where=where, measures=["cc_mean", "osi_e_mean"])
        options = [f"--where={word}" for word in ("sy.e2e.w_total=1.3", "seed=2", "pl.bp_weights=false")]
        want = csv("trained", *options)
        self.assertEqual(len(rows), 4)
        same(rows, want[[*want.columns[: want.columns.get_loc("host") + 1], "cc_mean", "osi_e_mean"]])

    def test_leaves_suspects_out_or_warns_of_them(self) -> None:
        with self.assertWarnsRegex(eisweep.EisweepWarning, "suspect results among 24 rows") as warned:
            rows = eisweep.load("pushed", root=root())
        self.assertEqual(warned.filename, __file__)
        with self.assertWarnsRegex(eisweep.EisweepWarning, "^12 suspect results left out$"):
            sound = eisweep.load("pushed", suspect="drop", root=root())
        self.assertEqual(len(sound), 12)
        self.assertEqual(list(sound.id), list(rows.id[rows.quality != "suspect"]))

    def test_takes_several_sweeps(self) -> None:
        same(quiet(eisweep.load, ["trained", "pushed"]), csv("trained", "pushed"))

    def test_takes_copies_and_files(self) -> None:
        copy = directory() / "renamed"
        shutil.copytree(root() / "trained", copy)
        rows = eisweep.load(copy)
        want = csv("trained")
        same(rows.drop(columns="sweep"), want.drop(columns="sweep"))
        self.assertEqual(set(rows.sweep), {"renamed"})
        file = copy / rows.file[3]
        same(eisweep.load(file).loc[:, "cc_median":], want.loc[[3], "cc_median":].reset_index(drop=True))
        before = os.getcwd()
        try:
            os.chdir(directory())
            same(eisweep.load(pathlib.Path("renamed")), rows)
        finally:
            os.chdir(before)

    def test_takes_files_of_the_published_program(self) -> None:
        rows = eisweep.load(GOLDEN / "approximate_both.h5")
        self.assertTrue(len(rows) == 1 and rows.state[0] == "done" and abs(rows.cc_median[0]) < 1)

    def test_warns_of_what_is_missing(self) -> None:
        copy = directory() / "damaged"
        shutil.copytree(root() / "trained", copy)
        rows = eisweep.load(copy)
        (copy / rows.file[5]).unlink()
        with self.assertWarnsRegex(eisweep.EisweepWarning, "left out: .*: the file is missing"):
            again = eisweep.load(copy)
        self.assertEqual(list(again.state), ["missing" if i == 5 else "done" for i in range(24)])

    def test_names_sweeps_that_there_are(self) -> None:
        with self.assertRaisesRegex(eisweep.EisweepError, 'no sweep "traind" .* did you mean trained') as raised:
            eisweep.load("traind", root=root())
        self.assertEqual(raised.exception.code, 2)
        with self.assertRaisesRegex(eisweep.EisweepError, "no such file or directory"):
            eisweep.load(directory() / "nothing")


class Statistics(unittest.TestCase):
    def test_summaries_are_those_of_the_program(self) -> None:
        got = quiet(eisweep.summarize, "trained", ["pl.is_plastic", "ng.exc.n_per_axis"])
        same(got, csv("trained", "--by", "pl.is_plastic,ng.exc.n_per_axis"))
        same(quiet(eisweep.summarize, "trained", "seed", measures="cc_mean"), csv("trained", "--by=seed", "--measures=cc_mean"))

    def test_comparisons_are_paired(self) -> None:
        got = quiet(eisweep.compare, "trained", {"pl.is_plastic": "NEITHER"}, measures=["osi_i_mean"])
        same(got, csv("trained", "--vs", "pl.is_plastic=NEITHER", "--measures", "osi_i_mean"))
        rows = quiet(eisweep.load, "trained")
        wide = rows.pivot(index=["ng.exc.n_per_axis", "sy.e2e.w_total", "seed"], columns="pl.is_plastic", values="osi_i_mean")
        want = (wide.BOTH - wide.NEITHER).groupby(level=[0, 1]).mean()
        for row in got.to_dict("records"):
            self.assertAlmostEqual(row["difference"], want[row["ng.exc.n_per_axis"], row["sy.e2e.w_total"]], places=12)
        self.assertEqual(len(got), 4)

    def test_groups_and_baselines_are_required(self) -> None:
        with self.assertRaisesRegex(ValueError, "by names no parameter; give one"):
            quiet(eisweep.summarize, "trained", by=[])
        with self.assertRaisesRegex(ValueError, "vs names no baseline; give a parameter"):
            quiet(eisweep.compare, "trained", {})

    def test_comparisons_can_be_grouped(self) -> None:
        got = quiet(eisweep.compare, "trained", {"pl.is_plastic": "NEITHER"}, by="sy.e2e.w_total", measures="cc_mean", suspect="drop")
        options = ["--vs=pl.is_plastic=NEITHER", "--by=sy.e2e.w_total", "--measures=cc_mean", "--suspect=drop"]
        same(got, csv("trained", *options))
