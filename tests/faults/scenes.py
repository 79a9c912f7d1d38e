"""What is run with faults: builds, and questions of every command."""

import os
import shutil

from scene import Scene


class BuildScene(Scene):
    """A build that replaces a file: it stays as it was, or becomes what a build without faults makes, byte for byte."""

    outputs = ("out.cdx",)
    n_random_allocations = 2000

    def __init__(self, name, program, dump, old, *options):
        super().__init__(name, program, ["build", dump, "-o", "out.cdx", "--quiet", *options])
        self.old = old

    def renew(self, folder):
        path = os.path.join(folder, "out.cdx")
        if os.path.exists(path):
            os.unlink(path)
        shutil.copyfile(self.old, path)

    def complaints(self, outcome, normal, kind, call):
        yield from super().complaints(outcome, normal, kind, call)
        with open(self.old, "rb") as file:
            is_old = outcome.files["out.cdx"] == file.read()
        is_new = outcome.files["out.cdx"] == normal.files["out.cdx"]
        if not is_old and not is_new:
            yield "the file is neither the old one nor the new one"
        if outcome.status == 0 and not is_new:
            yield "exit status 0, and the file is not the new one"
        # Behind the new name only the folder is left to be written to the disk, and the report to be printed.
        later = ("fsync", "open", "strdup", "malloc", "strndup", "fclose")
        if outcome.status == 1 and not is_old and call not in later:
            yield "exit status 1, and the file was replaced"


class QuestionScene(Scene):
    """A command that reads an index and prints."""

    n_random_allocations = 200
