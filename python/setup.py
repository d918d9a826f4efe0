"""The version of the package: that of the program, from EISWEEP_VERSION or from git, in the form that Python demands (PEP 440)."""

import os
import pathlib
import re
import subprocess

from setuptools import setup


def described() -> str:
    """The version of the checkout as the Makefile has it, or "unknown" outside a checkout."""
    git = ["git", "-C", str(pathlib.Path(__file__).resolve().parent), "describe", "--tags", "--always", "--dirty"]
    try:
        return subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def python_version(version: str) -> str:
    """Translate v1.2.0-rc.1 into 1.2.0rc1, v1.2.0-3-gabc1234 into 1.2.0+3.gabc1234, and a commit without a tag into 0+gabc1234."""
    parts = re.fullmatch(r"v?(\d+(?:\.\d+)+)(?:-(alpha|beta|rc)\.?(\d+))?(?:-(.+))?", version)
    if not parts:
        commit = re.fullmatch(r"[0-9a-f]{7,40}(-dirty)?", version)
        return "0+" + ("g" if commit else "") + re.sub(r"[^A-Za-z0-9]+", ".", version)
    release, kind, number, local = parts.groups()
    stage = {"alpha": "a", "beta": "b", "rc": "rc"}[kind] + number if kind else ""
    return release + stage + ("+" + re.sub(r"[^A-Za-z0-9]+", ".", local) if local else "")


setup(version=python_version(os.environ.get("EISWEEP_VERSION") or described()))
