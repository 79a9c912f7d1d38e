"""The page of memory by which a program of tests/faults is told what goes wrong (fault_points.h has its layout)."""

import mmap
import struct

FAILS, FALLS_SHORT, IS_INTERRUPTED, NO_MEMORY = range(4)
KINDS = ("fails", "falls short", "is interrupted", "no memory")
SIZE = (2 * len(KINDS) + 4) * 8 + 64


class FaultControl:
    """A page in the file `path`, which CRATEDEX_FAULTS must name in the program's environment."""

    def __init__(self, path):
        self.path = path
        with open(path, "wb+") as file:
            file.truncate(SIZE)
            self.page = mmap.mmap(file.fileno(), SIZE)

    def close(self):
        self.page.close()

    def _put(self, place, number):
        struct.pack_into("<q", self.page, 8 * place, number)

    def reset(self, n_processors=0, notes_stacks=False):
        """Counts from 0 again; nothing goes wrong."""
        self.page[:] = bytes(SIZE)
        self._put(10, n_processors)
        self._put(11, notes_stacks)

    def arm(self, kind, at):
        """The `at`-th call of the kind from now on goes wrong, once."""
        self._put(len(KINDS) + kind, 0)
        self._put(kind, 0)
        self._put(2 * len(KINDS), 0)
        self._put(len(KINDS) + kind, at)

    def disarm(self):
        for kind in range(len(KINDS)):
            self._put(len(KINDS) + kind, 0)

    def set_clock_ahead(self, seconds):
        self._put(9, seconds)

    def n_calls(self):
        """By kind, since the reset or the arming."""
        return struct.unpack_from("<4Q", self.page)

    def n_faults(self):
        """How many calls went wrong since then, and the name of the last that did."""
        (number,) = struct.unpack_from("<Q", self.page, 64)
        return number, self.page[96:160].rstrip(b"\0").decode()
