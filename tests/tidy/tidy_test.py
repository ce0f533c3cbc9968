"""The tidy checks find what they are for and pass what is right."""

import unittest

from includes import includes_of
from tidy import check_includes, check_machine, check_size, check_vendors


class Includes(unittest.TestCase):
    def test_lines_are_found_with_their_numbers(self):
        self.assertEqual(includes_of('// "x"\n#include <a>\n#include "base/text.h"\n'), [(3, "base/text.h")])

    def test_down_is_allowed(self):
        self.assertEqual(check_includes("engine/act.cc", '#include "engine/act.h"\n#include "ports/store.h"\n'), [])

    def test_up_is_refused(self):
        self.assertIn("a higher floor", check_includes("sync/plan.cc", '#include "engine/views.h"\n')[0])

    def test_siblings_are_strangers(self):
        self.assertIn("a sibling", check_includes("provider/caldav/dav.cc", '#include "net/http.h"\n')[0])
        self.assertIn("a sibling", check_includes("ical/text.cc", '#include "merge/dot.h"\n')[0])

    def test_the_engine_knows_no_adapter(self):
        self.assertIn("never an adapter", check_includes("engine/act.cc", '#include "store/sqlite/store.h"\n')[0])
        self.assertEqual(check_includes("engine/act_test.cc", '#include "store/sqlite/store.h"\n'), [])

    def test_tests_may_use_the_real_thing(self):
        self.assertEqual(check_includes("provider/caldav/dav_test.cc", '#include "net/http.h"\n'), [])
        self.assertNotEqual(check_includes("engine/act_test.cc", '#include "app/config.h"\n'), [])

    def test_a_new_folder_needs_a_floor(self):
        self.assertIn("no floor", check_includes("extras/a.cc", "")[0])


class Words(unittest.TestCase):
    def test_vendors_stay_in_their_rooms(self):
        self.assertEqual(len(check_vendors("engine/act.cc", "int x;\nbool is_google = true;\n")), 1)
        self.assertEqual(check_vendors("engine/act.cc", "// as Google does it\nint x; /* CalDAV\n */\n"), [])
        self.assertEqual(check_vendors("provider/caldav/dav.cc", "int caldav;"), [])

    def test_a_string_is_code(self):
        self.assertEqual(len(check_vendors("sync/plan.cc", 'auto x = "caldav"; // y\n')), 1)

    def test_machine_paths(self):
        self.assertEqual(len(check_machine("README.md", "see /ho" + "me/ann/x\n")), 1)
        self.assertEqual(check_machine("README.md", "build/release/kalends, /usr/share/zoneinfo\n"), [])


class Sizes(unittest.TestCase):
    def test_five_hundred_lines_are_enough(self):
        self.assertEqual(check_size("a.cc", "x\n" * 500), [])
        self.assertEqual(len(check_size("a.cc", "x\n" * 501)), 1)


if __name__ == "__main__":
    unittest.main()
