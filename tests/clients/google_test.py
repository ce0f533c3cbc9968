"""Google's own client library against `kalends lab serve`, and its own types against every answer. Run as:
google_test.py PATH-OF-KALENDS"""

import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
TYPES = HERE / "node_modules" / "@googleapis" / "calendar" / "build" / "v3.js"
COMPILER = HERE / "node_modules" / "typescript" / "bin" / "tsc"
PROGRAM = None
WAIT_SECONDS = 300


def run(*words):
    return subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, timeout=WAIT_SECONDS, stdin=subprocess.DEVNULL)


def as_typescript(lines):
    """Each recorded answer as a literal of its type: a member that the type lacks, or of another type, is an error."""
    out = [f'import type {{ calendar_v3 }} from "{TYPES}";']
    for number, line in enumerate(lines):
        schema, answer = json.loads(line)
        out.append(f"export const a{number}: calendar_v3.Schema${schema} = {json.dumps(answer, indent=1)};")
    return "\n".join(out) + "\n"


class GoogleClient(unittest.TestCase):
    def setUp(self):
        self.lab = subprocess.Popen([PROGRAM, "lab", "serve", "--json"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end)
        self.places = json.loads(self.lab.stdout.readline())
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def end(self):
        if self.lab.poll() is None:
            self.lab.kill()
        self.lab.wait()
        self.lab.stdout.close()

    def judge(self, lines, expected):
        """What the compiler says of these answers; they are sound when it says nothing."""
        source = self.folder / "answers.ts"
        source.write_text(as_typescript(lines), encoding="utf-8")
        done = run("node", COMPILER, "--strict", "--noEmit", "--skipLibCheck", "--target", "es2022",
                   "--module", "nodenext", "--moduleResolution", "nodenext", source)
        self.assertEqual(done.returncode != 0, bool(expected), done.stdout)
        self.assertIn(expected, done.stdout)

    def test_the_scenario_goes_through_its_answers_have_the_right_types_and_the_lab_ends_when_asked(self):
        google, control = self.places["google"], self.places["control"]
        record = self.folder / "answers"
        done = run("node", HERE / "google.mjs", google["url"], google["token"], control["url"], record)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.lab.send_signal(signal.SIGTERM)
        self.assertEqual(self.lab.wait(WAIT_SECONDS), 0)

        lines = record.read_text(encoding="utf-8").splitlines()
        self.assertGreater(len(lines), 15)
        self.judge(lines, "")
        self.judge(['["Events", {"items": [{"unheard_of": "5"}]}]'], "unheard_of")  # the judge judges


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    if not COMPILER.is_file() or not TYPES.is_file():
        sys.exit("The client libraries are not installed; script/bootstrap installs them.")
    unittest.main()
