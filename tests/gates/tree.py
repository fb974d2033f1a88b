"""What the gates share: the files of the tree, C++ without its comments, and how a gate reports and is tested."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOT_OURS = {"build", ".git", ".tools", "var", "node_modules"}


def files(root, *suffixes):
    """Paths below root, relative and with /, of what git tracks or would track; of everything where git cannot say."""
    try:
        # The tree may belong to another user (a bind mount): git is told that it is safe for this one question.
        out = subprocess.run(
            ["git", "-c", f"safe.directory={root}", "-C", str(root), "ls-files", "-z", "-co", "--exclude-standard"],
            capture_output=True, check=True).stdout.decode()
        names = sorted(set(filter(None, out.split("\0"))))
    except (OSError, subprocess.CalledProcessError):
        names = []
        for folder, folders, found in os.walk(root):
            folders[:] = sorted(set(folders) - NOT_OURS)
            names += [(pathlib.Path(folder) / name).relative_to(root).as_posix() for name in sorted(found)]
    return [n for n in names if (not suffixes or n.endswith(suffixes)) and (root / n).is_file()]


def read(root, name):
    return (root / name).read_text(encoding="utf-8", errors="replace")


TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-zA-Z_])\'(?:\\.|[^\'\\\n])*\'',
    re.DOTALL)


def code_only(text, keep_strings=False):
    """Comments (and the insides of literals) blanked out; lines keep their numbers."""

    def blank(match):
        found = match.group(0)
        if found.startswith(("//", "/*")):
            return re.sub(r"[^\n]", " ", found)
        if keep_strings:
            return found
        return '""' + "\n" * found.count("\n") if not found.startswith("'") else "' '"

    return TOKEN.sub(blank, text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def planted(gate, *cases):
    """The self-test of a gate: gate(root) must find each planted breach, and nothing in its lawful twin.

    A case is (name, files, expected): files maps paths to contents, expected is a part of the finding or None.
    """
    failed = 0
    for name, contents, expected in cases:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for path, text in contents.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
            findings = gate(root)
        good = not findings if expected is None else any(expected in f for f in findings)
        print(f"{'ok  ' if good else 'FAIL'} {name}")
        if not good:
            failed += 1
            print(f"     expected {expected!r}, found {findings}")
    return failed


def main(gate, cases, ok):
    """Runs gate(ROOT), or its self-test with --self-test; exits 1 when something was found."""
    if "--self-test" in sys.argv:
        sys.exit(1 if planted(gate, *cases) else 0)
    findings = gate(ROOT)
    for finding in findings:
        print(finding)
    if findings:
        sys.exit(f"{len(findings)} breach(es)")
    print(ok)
