"""scripts/check-rooms.py on trees that are made for it."""
import importlib.util
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SPEC = importlib.util.spec_from_file_location("check_rooms", ROOT / "scripts" / "check-rooms.py")
check_rooms = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(check_rooms)


def faults(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return check_rooms.check(Path(folder))


class Rooms(unittest.TestCase):
    def test_includes_that_point_down_are_fine(self):
        self.assertEqual(faults({
            "index/base/error.c": "#include <cratedex/error.h>\n",
            "include/cratedex/error.h": "",
            "index/trie/trie.h": "#include <cratedex/error.h>\n#include <stdint.h>\n",
            "server/cache/cache.c": '#include "index/trie/trie.h"\n#include "server/cache/cache.h"\n',
            "server/cache/cache.h": "",
        }), [])

    def test_one_that_points_up_is_named(self):
        found = faults({"index/base/error.c": '#include "index/trie/trie.h"\n', "index/trie/trie.h": ""})
        self.assertEqual(found, ["index/base/error.c: includes index/trie/trie.h of index/trie, which lies above index/base"])

    def test_a_public_header_belongs_to_the_room_of_its_source(self):
        found = faults({"index/search/search.c": "", "include/cratedex/search.h": "",
                        "index/segment/reader.h": "#include <cratedex/search.h>\n"})
        self.assertEqual(len(found), 1)
        self.assertIn("index/search, which lies above index/segment", found[0])

    def test_one_without_a_source_has_the_room_that_is_given(self):
        found = faults({"include/cratedex/search_query.h": "", "index/text/words.h": "#include <cratedex/search_query.h>\n"})
        self.assertIn("index/search/plan, which lies above index/text", found[0])

    def test_the_index_does_not_know_the_server(self):
        found = faults({"index/cli/main.c": '#include "server/options.h"\n', "server/options.h": ""})
        self.assertIn("which lies above index/cli", found[0])

    def test_a_circle_is_named_without_what_hangs_on_it(self):
        found = faults({"index/base/a.h": '#include "index/base/b.h"\n', "index/base/b.h": '#include "index/base/a.h"\n',
                        "index/base/c.c": '#include "index/base/a.h"\n', "index/base/d.h": ""})
        self.assertEqual(found, ["a circle: index/base/a, index/base/b"])

    def test_a_source_and_its_header_are_one(self):
        found = faults({"index/base/a.h": "", "index/base/a.c": '#include "index/base/a.h"\n#include "index/base/b.h"\n',
                        "index/base/b.h": '#include "index/base/a.h"\n', "index/base/b.c": '#include "index/base/b.h"\n'})
        self.assertEqual(found, ["a circle: index/base/a, index/base/b"])

    def test_a_public_header_is_one_with_its_source(self):
        found = faults({"include/cratedex/a.h": "", "index/base/a.c": '#include "index/base/b.h"\n',
                        "index/base/b.h": "#include <cratedex/a.h>\n"})
        self.assertEqual(found, ["a circle: index/base/a, index/base/b"])

    def test_a_file_that_includes_its_own_header_is_no_circle(self):
        self.assertEqual(faults({"index/base/a.h": "", "index/base/a.c": '#include "index/base/a.h"\n'}), [])

    def test_a_file_in_no_room_is_named(self):
        self.assertIn("no room is known", faults({"index/odd/x.c": ""})[0])

    def test_this_tree_is_clean(self):
        self.assertEqual(check_rooms.check(ROOT), [])


if __name__ == "__main__":
    unittest.main()
