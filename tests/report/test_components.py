"""Which component a sample belongs to."""

import unittest

import components
from components import Place
from stacks import KERNEL, Frame

PROGRAM = "/build/cratedex-server"
SOURCES = {(PROGRAM, 1): "server/exchange/responder.c", (PROGRAM, 2): "index/segment/index_reader.c", (PROGRAM, 3): "index/base/database.c",
           (PROGRAM, 4): "/usr/include/msgpack/pack_template.h"}
RESPONDER = Frame("answer", PROGRAM, 1)
READER = Frame("read_value", PROGRAM, 2)
DATABASE = Frame("database_step", PROGRAM, 3)


def library(name, symbol="[unknown]"):
    return Frame(symbol, f"/usr/lib/x86_64-linux-gnu/{name}", 7)


def kernel(symbol):
    return Frame(symbol, KERNEL, 9)


class Components(unittest.TestCase):
    def place(self, *stack):
        return components.place(stack, SOURCES)

    def test_our_code_is_its_source_file(self):
        self.assertEqual(self.place(RESPONDER, READER), Place("index/segment/index_reader.c", "index/segment/index_reader.c"))

    def test_a_library_has_who_asked_for_it(self):
        self.assertEqual(self.place(RESPONDER, READER, library("libsqlite3.so.0.8.6")),
                         Place("SQLite", "index/segment/index_reader.c"))

    def test_a_wrapper_is_passed_through(self):
        self.assertEqual(self.place(READER, DATABASE, library("libsqlite3.so.0.8.6")),
                         Place("SQLite", "index/segment/index_reader.c"))
        self.assertEqual(self.place(DATABASE, library("libsqlite3.so.0.8.6")), Place("SQLite", "index/base/database.c"))

    def test_inlined_library_code_is_the_library_s(self):
        inlined = Frame("encoder_text", PROGRAM, 4)
        self.assertEqual(self.place(RESPONDER, inlined), Place("MessagePack library", "server/exchange/responder.c"))

    def test_code_of_ours_without_a_source_is_the_linker_s(self):
        self.assertEqual(self.place(RESPONDER, Frame("free@plt", PROGRAM, 5)),
                         Place("linkage code", "server/exchange/responder.c"))

    def test_libraries_by_what_they_do(self):
        for name, component in (("libbrotlienc.so.1", "compression"), ("libz.so.1", "compression"),
                                ("libzstd.so.1", "compression"), ("libmicrohttpd.so.12", "libmicrohttpd"),
                                ("libcsv.so.3", "CSV"), ("libfoo.so.1", "library: libfoo.so.1")):
            self.assertEqual(self.place(RESPONDER, library(name)).component, component)

    def test_libc_by_function(self):
        for symbol, component in (("malloc", "allocation"), ("_int_free", "allocation"),
                                  ("cfree@GLIBC_2.2.5", "allocation"),
                                  ("__memset_avx2_unaligned_erms", "clearing bytes"),
                                  ("__memmove_avx_unaligned_erms", "copying and comparing bytes"),
                                  ("__strnlen_avx2", "copying and comparing bytes"),
                                  ("__vfprintf_internal", "formatting text"), ("msort_with_tmp.part.0", "sorting"),
                                  ("epoll_wait", "libc: other")):
            self.assertEqual(self.place(RESPONDER, library("libc.so.6", symbol)).component, component, symbol)

    def test_the_kernel_by_what_it_was_asked_for(self):
        for symbols, component in ((("do_syscall_64", "__sys_sendmsg", "_raw_spin_lock_bh"), "kernel: network"),
                                   (("do_epoll_wait", "ep_send_events"), "kernel: waiting for events"),
                                   (("do_epoll_wait", "finish_task_switch.isra.0"), "kernel: task switches"),
                                   (("asm_exc_page_fault", "clear_page"), "kernel: page faults"),
                                   (("do_futex", "futex_wait"), "kernel: lock waits"),
                                   (("ksys_write", "ext4_file_write_iter"), "kernel: files"),
                                   (("do_syscall_64",), "kernel: other")):
            place = self.place(RESPONDER, library("libc.so.6", "x"), *map(kernel, symbols))
            self.assertEqual(place, Place(component, "server/exchange/responder.c"))

    def test_a_lock_belongs_to_who_calls_libc(self):
        wait = (library("libc.so.6", "pthread_mutex_lock"), library("libc.so.6", "__GI___lll_lock_wait"))
        stack = (READER, DATABASE, library("libsqlite3.so.0.8.6", "sqlite3Malloc"), *wait, kernel("do_futex"))
        self.assertEqual(components.lock_holder(stack, SOURCES), Place("SQLite", "index/segment/index_reader.c"))
        self.assertEqual(components.lock_holder((RESPONDER, *wait), SOURCES),
                         Place("server/exchange/responder.c", "server/exchange/responder.c"))
        self.assertEqual(components.lock_holder(wait, SOURCES), Place("unknown", ""))

    def test_shares_add_up_to_one(self):
        stacks = [(RESPONDER,), (RESPONDER, READER), (kernel("do_syscall_64"),), (kernel("do_syscall_64"),)]
        shares = components.shares(stacks, SOURCES)
        self.assertEqual(sum(shares.values()), 1)
        self.assertEqual(list(shares.items())[0], (Place("kernel: other", ""), 0.5))

    def test_inclusive_counts_a_file_once_a_stack(self):
        found = components.inclusive([(RESPONDER, READER, READER), (RESPONDER,)], SOURCES)
        self.assertEqual(found, {"server/exchange/responder.c": 1, "index/segment/index_reader.c": 0.5})

    def test_addr2line_gives_the_innermost_place_that_says_something(self):
        printed = ("0x0000000000013704\n/usr/include/x86_64-linux-gnu/bits/string_fortified.h:29\nindex/a.c:12\n"
                   "0x0000000000000002\n??:?\n"
                   "0x0000000000000003\n/usr/include/msgpack/pack.h:5 (discriminator 2)\n/src/index/b.c:1\n"
                   "0x0000000000000004\n/src/./include/cratedex/c.h:7\n/src/index/b.c:1\n")
        self.assertEqual(components.parse_addr2line(printed, "/src"),
                         {0x13704: "index/a.c", 3: "/usr/include/msgpack/pack.h", 4: "include/cratedex/c.h"})


if __name__ == "__main__":
    unittest.main()
