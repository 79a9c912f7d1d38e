"""Which part of the program a sample belongs to: our own code by source file, libraries by what they do, the kernel
by what it was asked for. The tables are in order: the first row that fits counts."""

import collections
import os
import re
import subprocess
import typing

# (pattern of the library's file name, component)
LIBRARIES = (
    (r"^libsqlite3\.", "SQLite"),
    (r"^libmicrohttpd\.", "libmicrohttpd"),
    (r"^libbrotli", "compression"),
    (r"^libz(std)?\.", "compression"),
    (r"^(libarchive|liblzma|libbz2)", "archive"),
    (r"^libcsv\.", "CSV"),
    (r"^libjansson\.", "JSON library"),
    (r"^libmsgpack", "MessagePack library"),
    (r"^libxxhash\.", "hashing"),
    (r"^(libc|libpthread|libm|ld-linux-x86-64)[.-]", "libc"),
    (r"^\[vdso\]$", "clock"),
)
# (pattern of the symbol in libc, component)
LIBC = (
    (r"^_*(libc_)?(malloc|calloc|realloc|free|cfree|memalign|int_malloc|int_free|int_realloc|tcache.*|sysmalloc"
     r"|malloc_consolidate|unlink_chunk.*|systrim.*|mmap_chunk|munmap_chunk|malloc_usable_size)$", "allocation"),
    (r"^_*memset", "clearing bytes"),
    (r"(printf|_IO_|_itoa|fmt_|__mpn|strto|offtime|localtime|gmtime|strftime)", "formatting text"),
    (r"^_*(mem(cpy|move|set|cmp|chr)|str(n?len|n?(case)?cmp|chr|n?cpy))", "copying and comparing bytes"),
    (r"^_*(pthread_|lll_|clock_gettime|futex)", "locks and clock"),
    (r"sort", "sorting"),
)
# (pattern of the kernel's innermost symbol, component). What runs with interrupts off is seen where they are on again,
# which often is the end of a switch.
KERNEL_LEAF = (
    (r"^(finish_task_switch|__schedule|schedule|exit_to_user_mode_loop|irqentry_exit|__rseq_)",
     "kernel: task switches"),
)
# (pattern of any symbol on the kernel's part of the stack, component)
KERNEL = (
    (r"(page_fault|handle_mm_fault)", "kernel: page faults"),
    (r"(futex)", "kernel: lock waits"),
    (r"(epoll|eventfd|sys_poll|do_poll)", "kernel: waiting for events"),
    (r"(sock|tcp|inet|sendmsg|sendto|recvfrom|recvmsg|net_rx|softirq|shutdown)", "kernel: network"),
    (r"(ext4|xfs|btrfs|overlay|vfs_|ksys_(read|write)|pread|pwrite|fsync|fdatasync|blk_|submit_bio|ftruncate)",
     "kernel: files"),
    (r"(mmap|munmap|brk|madvise)", "kernel: memory maps"),
)
# Files that only hand a call on: what happens below them is done for their callers.
WRAPPERS = {"index/base/database.c"}
HEADER_LIBRARIES = ((r"/msgpack", "MessagePack library"), (r"/xxh", "hashing"))


class Place(typing.NamedTuple):
    """The component that a sample's processor time was spent in, and the source file of ours that asked for it (""
    where none of ours is on the stack)."""

    component: str
    caller: str


def first_match(rows, text, otherwise):
    return next((component for pattern, component in rows if re.search(pattern, text)), otherwise)


def library_component(frame):
    component = first_match(LIBRARIES, os.path.basename(frame.dso), f"library: {os.path.basename(frame.dso)}")
    if component == "libc":
        return first_match(LIBC, frame.symbol.partition("@")[0], "libc: other")
    return component


def kernel_component(stack):
    symbols = " ".join(frame.symbol for frame in stack if frame.is_kernel)
    return first_match(KERNEL_LEAF, stack[-1].symbol, first_match(KERNEL, symbols, "kernel: other"))


def source_component(source):
    """A file of ours, or the library whose header the code was inlined from, or None for neither."""
    if source is None or not source.startswith("/"):
        return source
    return first_match(HEADER_LIBRARIES, source, None)


def place(stack, sources):
    """`sources` maps (dso, address) of our programs' frames to source files."""
    leaf = stack[-1]
    caller = ""
    for frame in reversed(stack):
        source = sources.get((frame.dso, frame.address))
        if source is not None and not source.startswith("/"):
            caller = source
            if source not in WRAPPERS:
                break
    if leaf.is_kernel:
        return Place(kernel_component(stack), caller)
    if is_ours(leaf.dso):
        return Place(source_component(sources.get((leaf.dso, leaf.address))) or "linkage code", caller)
    return Place(library_component(leaf), caller)


def lock_holder(stack, sources):
    """Of a system call that waits for a lock or wakes who does: the place whose lock that is, which lies below the
    functions of libc that make the call."""
    inner = len(stack)
    while inner > 0 and (stack[inner - 1].is_kernel or is_libc(stack[inner - 1].dso)):
        inner -= 1
    return place(stack[:inner], sources) if inner > 0 else Place("unknown", "")


def is_libc(dso):
    return first_match(LIBRARIES, os.path.basename(dso), "") == "libc"


def shares(stacks, sources):
    """{Place: share of all samples}, largest first."""
    return shares_of(place(stack, sources) for stack in stacks)


def shares_of(places):
    counts = collections.Counter(places)
    return {where: count / counts.total() for where, count in counts.most_common()}


def by_component(placed):
    """{component: share}, largest first, whoever asked for it."""
    summed = collections.Counter()
    for where, share in placed.items():
        summed[where.component] += share
    return dict(summed.most_common())


def inclusive(stacks, sources):
    """{source file of ours: share of the samples that have it anywhere on the stack}, largest first."""
    counts = collections.Counter()
    for stack in stacks:
        files = {sources.get((frame.dso, frame.address)) for frame in stack}
        counts.update(file for file in files if file is not None and not file.startswith("/"))
    return {file: count / len(stacks) for file, count in counts.most_common()} if stacks else {}


def is_ours(dso):
    return os.path.basename(dso).startswith("cratedex-")


def find_sources(stacks, root):
    """{(dso, address): source file} of the frames that lie in our programs, by addr2line from their debug information:
    relative to `root` for our own files, absolute for headers of libraries. Of inlined code it is the header, unless
    that is the compiler's or libc's own; then the file that inlined it."""
    wanted = collections.defaultdict(set)
    for stack in stacks:
        for frame in stack:
            if is_ours(frame.dso):
                wanted[frame.dso].add(frame.address)
    found = {}
    for dso, addresses in wanted.items():
        ordered = sorted(addresses)
        printed = subprocess.run(["addr2line", "-a", "-i", "-e", dso], input="".join(f"{a:#x}\n" for a in ordered),
                                 check=True, stdout=subprocess.PIPE, text=True).stdout
        for address, files in parse_addr2line(printed, root).items():
            found[dso, address] = files
    return found


def parse_addr2line(printed, root):
    """{address: source} of what `addr2line -a -i` prints: an address, then places from the innermost inlined one on."""
    found, address = {}, None
    for line in printed.splitlines():
        if line.startswith("0x"):
            address = int(line, 16)
            continue
        path = line.rpartition(":")[0]
        if path.startswith("?"):
            continue
        path = os.path.normpath(os.path.join(root, path))
        if path.startswith(root + os.sep):
            found.setdefault(address, os.path.relpath(path, root))
        elif source_component(path):
            found.setdefault(address, path)
    return found
