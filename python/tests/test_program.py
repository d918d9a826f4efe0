"""How the program is found."""

import os
import shutil
import unittest
from unittest import mock

import eisweep

from . import directory, root

FOUND = shutil.which(os.environ.get("EISWEEP", "eisweep"))


class Program(unittest.TestCase):
    def load(self, path: str, **environment: str) -> None:
        with mock.patch.dict(os.environ, {"PATH": path} | environment):
            if not environment:
                os.environ.pop("EISWEEP", None)
            eisweep.load("trained", root=root())

    def test_the_argument_comes_before_the_environment_and_that_before_the_path(self) -> None:
        here = directory() / "bin"
        here.mkdir()
        (here / "eisweep").symlink_to(FOUND)
        self.load(str(here))
        self.load("", EISWEEP=FOUND)
        with mock.patch.dict(os.environ, {"EISWEEP": "wrong", "PATH": ""}):
            eisweep.load("trained", root=root(), program=FOUND)

    def test_a_missing_program_is_named(self) -> None:
        with self.assertRaisesRegex(eisweep.ProgramNotFound, "the program eisweep is not on PATH; install it, or set EISWEEP"):
            self.load("")
        with self.assertRaisesRegex(eisweep.ProgramNotFound, "the environment variable EISWEEP is /none, which is not an executable"):
            self.load(os.environ["PATH"], EISWEEP="/none")
        with self.assertRaisesRegex(eisweep.ProgramNotFound, "the argument program is /none"):
            eisweep.run("quick", root=root(), program="/none")

    def test_the_root_is_that_of_the_environment(self) -> None:
        with mock.patch.dict(os.environ, {"EISWEEP_ROOT": str(root())}):
            self.assertEqual(len(eisweep.load("trained")), 24)
            self.assertEqual(eisweep.paths("trained")[0].parent, root() / "trained")
        with mock.patch.dict(os.environ, {"HOME": str(directory() / "home")}):
            os.environ.pop("EISWEEP_ROOT", None)
            eisweep.run("quick", progress=False, seeds=[1], workers=1)
            (path, *_) = eisweep.paths("quick")
            self.assertEqual(path.parent, directory() / "home" / "experiments" / "ei-assemblies" / "quick")
            self.assertTrue(path.is_file())
