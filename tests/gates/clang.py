"""Gate: a second compiler reads api/. Compiles each file of a room with clang++, with the flags of the build.

  clang.py COMPILE_COMMANDS ROOM OUTPUT_FOLDER
  clang.py --self-test

Objects are made (and thrown away) rather than the syntax checked alone, because only those can ccache remember.
"""

import concurrent.futures
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

COMPILER = "clang++-14"
NOT_FOR_CLANG = {"-fpch-preprocess", "-Winvalid-pch", "-Wshadow"}


def command_for(entry, output):
    words = shlex.split(entry["command"])
    kept, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word in ("-o", "-include"):
            skip = True
        elif word.startswith(("-D", "-I", "-f", "-W", "-std=", "-pthread")) and word not in NOT_FOR_CLANG:
            kept.append(word)
        elif word == "-isystem":
            kept.append(word)
        elif kept and kept[-1] == "-isystem":
            kept.append(word)
    cache = ["ccache"] if shutil.which("ccache") else []
    # What is switched off for g++ need not be known to clang.
    return cache + [COMPILER, *kept, "-Wno-unknown-warning-option", "-O0", "-c", entry["file"], "-o", str(output)]


def gate(commands, room, folder):
    folder.mkdir(parents=True, exist_ok=True)
    entries = [e for e in json.loads(pathlib.Path(commands).read_text())
               if f" {room}/CMakeFiles/gongkai_{room}.dir/" in e["command"]
               and e["file"].endswith(".cpp") and "/embedded/" not in e["file"]]

    def compile_one(numbered):
        number, entry = numbered
        output = folder / f"{number}.o"
        done = subprocess.run(command_for(entry, output), cwd=entry["directory"], capture_output=True, text=True)
        output.unlink(missing_ok=True)
        return f"{entry['file']}\n{done.stderr}" if done.returncode else None

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        findings = [f for f in pool.map(compile_one, enumerate(entries)) if f]
    return len(entries), findings


def self_test():
    """A file that only g++ takes must be found, and a lawful one must not."""
    failed = 0
    for name, text, bad in (("lawful", "int f() { return 1; }\n", False),
                            ("for g++ alone", "int f();\nint h() { return __builtin_has_attribute(f, unused); }\n", True)):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "a.cpp").write_text(text)
            (root / "c.json").write_text(json.dumps([{
                "directory": folder, "file": str(root / "a.cpp"),
                "command": "g++ -std=c++20 -fpch-preprocess -o api/CMakeFiles/gongkai_api.dir/a.cpp.o -c a.cpp"}]))
            count, findings = gate(root / "c.json", "api", root / "out")
        good = count == 1 and bool(findings) == bad
        failed += not good
        print(f"{'ok  ' if good else 'FAIL'} {name}")
    return failed


if __name__ == "__main__":
    if sys.argv[1] == "--self-test":
        sys.exit(1 if self_test() else 0)
    files, found = gate(sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]))
    print("\n".join(found) or f"{COMPILER} takes all {files} files of {sys.argv[2]}/")
    sys.exit(1 if found else 0)
