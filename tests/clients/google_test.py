"""Google's own client library against `kalends lab serve`. Run as: google_test.py PATH-OF-KALENDS"""

import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = None
WAIT_SECONDS = 120


class GoogleClient(unittest.TestCase):
    def setUp(self):
        self.lab = subprocess.Popen([PROGRAM, "lab", "serve", "--json"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end)
        self.places = json.loads(self.lab.stdout.readline())

    def end(self):
        if self.lab.poll() is None:
            self.lab.kill()
        self.lab.wait()
        self.lab.stdout.close()

    def test_the_scenario_goes_through_and_the_lab_ends_when_asked(self):
        google, control = self.places["google"], self.places["control"]
        with tempfile.TemporaryDirectory() as folder:
            record = pathlib.Path(folder) / "answers"
            done = subprocess.run(
                ["node", str(HERE / "google.mjs"), google["url"], google["token"], control["url"], str(record)],
                capture_output=True, text=True, timeout=WAIT_SECONDS, stdin=subprocess.DEVNULL)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertGreater(len(record.read_text(encoding="utf-8").splitlines()), 15)
        self.lab.send_signal(signal.SIGTERM)
        self.assertEqual(self.lab.wait(WAIT_SECONDS), 0)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    if not (HERE / "node_modules" / "@googleapis").is_dir():
        sys.exit("The client libraries are not installed; script/bootstrap installs them.")
    unittest.main()
