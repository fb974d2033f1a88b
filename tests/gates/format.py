"""Gate: every C++ file looks as clang-format 14 with the project's .clang-format would leave it.

  format.py             report
  format.py --fix       rewrite
  format.py --self-test
"""

import pathlib
import subprocess
import sys

import tree

STYLE = f"--style=file:{tree.ROOT / '.clang-format'}"


def run(root, *options):
    names = tree.files(root, ".cpp", ".hpp")
    if not names:
        return []
    done = subprocess.run(["clang-format-14", STYLE, *options, *names], cwd=root, capture_output=True, text=True)
    if done.returncode and not done.stderr:
        return [f"clang-format-14 exited {done.returncode}"]
    return [line for line in done.stderr.splitlines() if "error:" in line]


def gate(root):
    return run(root, "--dry-run", "-Werror")


CASES = [
    ("a well formatted file passes", {"engine/a.cpp": "int a() {\n    return 1;\n}\n"}, None),
    ("a badly indented file is found", {"engine/a.cpp": "int  a( ){return 1;}\n"}, "engine/a.cpp:1"),
    ("a header is looked at too", {"api/b.hpp": "int  b( );\n"}, "api/b.hpp:1"),
]

if __name__ == "__main__":
    if "--fix" in sys.argv:
        sys.exit("\n".join(run(tree.ROOT, "-i")) or 0)
    tree.main(gate, CASES, "every file is formatted (./dev format does it)")
