"""Samples of `perf script` as stacks of frames, and stacks folded for flamegraph.pl.

A line `root;caller;leaf COUNT` is what flamegraph.pl reads. Frames of the kernel end in `_[k]`; frames whose library
has no symbols are named by the library, once for each run of them."""

import collections
import os
import re
import typing

KERNEL = "[kernel]"
KERNEL_MARK = "_[k]"
# "\t   13704 on_row (/usr/lib/libfoo.so.1)"; perf prints no address where it has none.
FRAME = re.compile(r"^\s+([0-9a-f]+) (.*) \((.*)\)$")


class Frame(typing.NamedTuple):
    """Where the processor was: a symbol ("[unknown]" where there is none) of an object, at an address of its own."""

    symbol: str
    dso: str
    address: int

    @property
    def is_kernel(self):
        return self.dso == KERNEL

    @property
    def name(self):
        if self.is_kernel:
            return self.symbol + KERNEL_MARK
        return f"[{os.path.basename(self.dso)}]" if self.symbol == "[unknown]" else self.symbol


def parse(text):
    """The stacks in what `perf script -F comm,tid,ip,sym,dso` prints, each from the root to the leaf. The frame that
    ends an unwinding without a name is left out; so are samples of which nothing else is known."""
    stacks, frames = [], []
    for line in text.splitlines() + [""]:
        found = FRAME.match(line)
        if found:
            address, symbol, dso = int(found[1], 16), found[2], found[3]
            if dso.startswith("[kernel") or dso.endswith((".ko", ".ko.xz")) or dso == "[guest.kernel.kallsyms]":
                dso = KERNEL
            if (symbol, dso) != ("[unknown]", "[unknown]"):
                frames.append(Frame(symbol, dso, address))
        elif not line.strip() and frames:
            stacks.append(tuple(reversed(frames)))
            frames = []
    return stacks


def fold(stacks):
    """How many samples each line of flamegraph.pl's input has: {"root;caller;leaf": count}."""
    folded = collections.Counter()
    for stack in stacks:
        names = []
        for frame in stack:
            name = frame.name.replace(";", ":")
            if frame.symbol != "[unknown]" or names[-1:] != [name]:
                names.append(name)
        folded[";".join(names)] += 1
    return folded


def lines_of(folded):
    """flamegraph.pl's input."""
    return "".join(f"{stack} {count}\n" for stack, count in sorted(folded.items()))
