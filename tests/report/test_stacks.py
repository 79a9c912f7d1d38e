"""perf script's text to stacks, and stacks to flamegraph.pl's input."""

import unittest

import stacks
from stacks import Frame

PRINTED = """\
MHD-worker 10677 
\tffffffff82027924 tcp_write_xmit ([kernel.kallsyms])
\tffffffff821ecc51 do_syscall_64 ([kernel.kallsyms])
\t          10ac4d __libc_sendmsg (/usr/lib/x86_64-linux-gnu/libc.so.6)
\t           1580c [unknown] (/usr/lib/libmicrohttpd.so.12.60.0)
\t            6c83 [unknown] (/usr/lib/libmicrohttpd.so.12.60.0)
\t           891f4 start_thread (/usr/lib/x86_64-linux-gnu/libc.so.6)

cratedex-index  6697 
\t           13704 on_row (/build/cratedex-index)
\tffffffffffffffff [unknown] ([unknown])

MHD-worker 10677 
\tffffffffffffffff [unknown] ([unknown])

"""


class Stacks(unittest.TestCase):
    def test_samples_are_read_from_the_root_to_the_leaf(self):
        found = stacks.parse(PRINTED)
        self.assertEqual(len(found), 2)
        self.assertEqual([frame.symbol for frame in found[0]],
                         ["start_thread", "[unknown]", "[unknown]", "__libc_sendmsg", "do_syscall_64",
                          "tcp_write_xmit"])
        self.assertEqual(found[1], (Frame("on_row", "/build/cratedex-index", 0x13704),))

    def test_the_last_sample_needs_no_empty_line(self):
        self.assertEqual(len(stacks.parse("a 1 \n\t 12 main (/bin/a)")), 1)

    def test_symbols_with_spaces_and_brackets_stay_whole(self):
        found = stacks.parse("a 1 \n\t 12 std::f(int, (anonymous namespace)::g) (/bin/a)\n")
        self.assertEqual(found[0][0].symbol, "std::f(int, (anonymous namespace)::g)")

    def test_nothing_gives_nothing(self):
        self.assertEqual(stacks.parse(""), [])
        self.assertEqual(stacks.lines_of(stacks.fold([])), "")

    def test_kernel_frames_are_marked_and_nameless_ones_joined(self):
        folded = stacks.fold(stacks.parse(PRINTED))
        self.assertEqual(folded["start_thread;[libmicrohttpd.so.12.60.0];__libc_sendmsg;do_syscall_64_[k];"
                                "tcp_write_xmit_[k]"], 1)

    def test_equal_stacks_are_counted(self):
        stack = (Frame("main", "/bin/a", 1), Frame("work", "/bin/a", 2))
        self.assertEqual(stacks.lines_of(stacks.fold([stack, stack, stack[:1]])), "main 1\nmain;work 2\n")

    def test_a_name_cannot_end_a_frame(self):
        self.assertEqual(dict(stacks.fold([(Frame("a;b", "/bin/a", 1),)])), {"a:b": 1})

    def test_recursion_by_name_stays(self):
        frame = Frame("walk", "/bin/a", 1)
        self.assertEqual(dict(stacks.fold([(frame, frame)])), {"walk;walk": 1})


if __name__ == "__main__":
    unittest.main()
