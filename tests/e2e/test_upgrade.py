#!/usr/bin/python3
"""A store that an earlier program made goes on with today's: nothing is read anew, doubled or lost, and its past can still
be taken back. stores/schema_N.sql is what a program with that schema left after two runs, with @FOLDER@ for the desk."""

import contextlib
import pathlib
import sqlite3
import unittest

from desk import Desk

STORES = pathlib.Path(__file__).resolve().parent / "stores"
APPLICATION = 0x4B414C45  # a dump does not have it


class Upgrade(unittest.TestCase):
    def setUp(self):
        self.desk = Desk().__enter__()
        self.addCleanup(self.desk.__exit__)

    def as_left(self, store):
        """The desk as the earlier program left it: the store, and the notes that it speaks of."""
        self.desk.configure({"work": {"provider": "obsidian", "path": "work"},
                             "home": {"provider": "obsidian", "path": "home"}}, [{"calendars": ["work", "home"]}])
        with contextlib.closing(sqlite3.connect(self.desk.folder / "kalends.db")) as database:
            database.executescript(store.read_text().replace("@FOLDER@", str(self.desk.folder)))
            database.execute(f"PRAGMA application_id = {APPLICATION}")
            database.commit()
        for vault in ("work", "home"):
            for path in (STORES / store.stem / vault).iterdir():
                (self.desk.folder / vault / path.name).write_bytes(path.read_bytes())

    def test_every_earlier_schema_goes_on(self):
        stores = sorted(STORES.glob("schema_*.sql"))
        self.assertTrue(stores)
        for store in stores:
            with self.subTest(store.stem):
                self.as_left(store)
                self.assertIn("Nothing to do", self.desk.run("sync").stdout)
                self.desk.run("verify")
                fields = self.desk.json("why", "Brunch")["lineages"][0]["fields"]
                self.assertEqual([one["run"] for one in fields if one["path"] == "title"], [2])
                self.desk.edit_note("Dentist", "title: Dentist", "title: Doctor", "work")
                self.desk.sync()
                self.desk.note("Doctor", "home")
                self.desk.run("undo", "2")
                for vault in ("work", "home"):
                    self.desk.note("Lunch", vault)
                    self.assertEqual(len(self.desk.notes(vault)), 2)
                self.desk.run("verify")


if __name__ == "__main__":
    unittest.main()
