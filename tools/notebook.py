"""Executes a notebook in an empty directory with an empty home, by the interpreter that runs this script.

Usage: notebook.py [--check] NOTEBOOK

It stores the outputs in the notebook; with --check it compares them with those that are stored, and changes nothing. Outputs to stderr
(progress, warnings) are not stored, nor are execution counts and times, so the stored notebook depends only on its cells, on the numbers
and pictures of eisweep, and on how pandas prints tables. --check wants pictures where pictures are stored, but they may look different,
so that a change of a figure's layout does not require new outputs.
"""

import difflib
import json
import os
import pathlib
import sys
import tempfile

import nbclient
import nbformat


def main(notebook: pathlib.Path, check: bool) -> None:
    stored = notebook.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="notebook-") as home:
        executed = executed_in(pathlib.Path(home), nbformat.reads(stored, as_version=4))
    if not check:
        notebook.write_text(executed, encoding="utf-8")
        return
    want, got = without_pictures(stored), without_pictures(executed)
    if got != want:
        lines = difflib.unified_diff(want.splitlines(), got.splitlines(), "stored", "executed", n=1, lineterm="")
        sys.exit("\n".join(line[:200] for line, _ in zip(lines, range(60))))


def executed_in(home: pathlib.Path, notebook: nbformat.NotebookNode) -> str:
    """The text of a notebook with the outputs of its cells."""
    kernel = home / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    command = [sys.executable, "-B", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(json.dumps({"argv": command, "display_name": "Python 3", "language": "python"}))
    os.environ.update(HOME=str(home), JUPYTER_PATH=str(home / "jupyter"), IPYTHONDIR=str(home / "ipython"))
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # otherwise the kernel warns that it cannot be debugged
    (work := home / "work").mkdir()
    nbclient.NotebookClient(notebook, kernel_name="python3", timeout=300, resources={"metadata": {"path": str(work)}}).execute()
    for number, cell in enumerate(notebook.cells, 1):
        cell.id, cell.metadata = f"cell-{number}", {}
        if cell.cell_type == "code":
            cell.execution_count = None
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
            for output in cell.outputs:
                if "execution_count" in output:
                    output.execution_count = None
    notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook.nbformat_minor = 5
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT).rstrip("\n") + "\n"


def without_pictures(text: str) -> str:
    """The text of a notebook with empty pictures."""
    notebook = nbformat.reads(text, as_version=4)
    for output in (output for cell in notebook.cells for output in cell.get("outputs", [])):
        if "image/svg+xml" in output.get("data", {}):
            output.data["image/svg+xml"] = ""
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[-1]).resolve(), sys.argv[1] == "--check")
