"""Gate: the engine asks nothing of the world. Reads what its archive leaves undefined.

  purity.py ARCHIVE
  purity.py --self-test COMPILER

A C function may be there only when it is listed as harmless; the C++ library may be there except for what reads a clock,
a file, a socket, chance or the environment, or starts threads.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

HARMLESS_C = re.compile(r"""^(
      mem(cmp|cpy|move|set|chr|rchr) | __mem\w+_chk | str(len|cmp|ncmp|ncpy|chr|rchr|str|to\w+) | strerror_r | __isoc99_\w+scanf | bcmp
    | v?snprintf | __v?snprintf_chk
    | malloc | calloc | realloc | free | abort | __assert_fail | __stack_chk_fail
    | (ceil|floor|round|trunc|fmod|pow|log|log2|log10|exp|sqrt|l?lround|nearbyint)[fl]?
    | _Unwind_\w+ | __cxa_\w+ | __gxx_personality_v0 | __dso_handle | _GLOBAL_OFFSET_TABLE_ | __dynamic_cast
    | __(asan|ubsan|tsan|lsan|sanitizer|gcov|llvm|sancov)_?\w* | __tls_get_addr | __libc_single_threaded
    | _ITM_\w+ | __gmon_start__ | __popcountdi2 | __(u?div|u?mod|mul)ti\d
    )$""", re.VERBOSE)

IMPURE_CXX = re.compile(r"""
      chrono::(_V2::)?\w*_clock::now | filesystem:: | \bstd::(basic_)?(i|o)?fstream | basic_filebuf
    | std::(__cxx11::)?random_device | ios_base::Init | \bstd::(w?c(in|out|err|log))\b
    | std::thread\b | std::jthread | std::this_thread | condition_variable | std::mutex | __future_base | call_once
    | sqlite | SQLite:: | boost::asio | boost::beast | boost::filesystem | boost::thread | std::locale::global
    | SSL | EVP_ | curl_
    """, re.VERBOSE | re.IGNORECASE)

CXX_NAME = re.compile(r"^(typeinfo|vtable|VTT|guard variable|operator |non-virtual thunk|construction vtable)|::|\(")


def undefined(archive):
    out = subprocess.run(["nm", "-C", "-u", archive], capture_output=True, text=True, check=True).stdout
    where = ""
    for line in out.splitlines():
        if line.endswith(":"):
            where = line[:-1]
        match = re.match(r"^\s+[UwWvV]\s+(.*)$", line)
        if match:
            yield where, match.group(1).split("@")[0]


def gate(archive):
    findings = set()
    for where, symbol in undefined(archive):
        if CXX_NAME.search(symbol):
            if IMPURE_CXX.search(symbol) and not symbol.startswith(("gongkai::", "typeinfo", "vtable")):
                findings.add(f"{where}: {symbol}")
        elif not HARMLESS_C.match(symbol):
            findings.add(f"{where}: {symbol}")
    return sorted(findings)


CASES = [
    ("a sorted vector", "#include <algorithm>\n#include <vector>\n"
     "void f(std::vector<int>& v) { std::sort(v.begin(), v.end()); }", None),
    ("strings, maps and exceptions", "#include <map>\n#include <string>\n#include <stdexcept>\n"
     "std::map<std::string, int> m;\nint f(const std::string& s) { return m.at(s + \"x\"); }", None),
    ("a shared pointer", "#include <memory>\nstd::shared_ptr<int> f() { return std::make_shared<int>(1); }", None),
    ("the clock of the library", "#include <chrono>\n"
     "long f() { return std::chrono::system_clock::now().time_since_epoch().count(); }", "_clock::now"),
    ("the clock of C", "#include <ctime>\nlong f() { return std::time(nullptr); }", "time"),
    ("a stream on a file", "#include <fstream>\nvoid f() { std::ofstream(\"x\") << 1; }", "fstream"),
    ("a file of C", "#include <cstdio>\nvoid f() { std::fopen(\"x\", \"r\"); }", "fopen"),
    ("a path that is asked for", "#include <filesystem>\nbool f() { return std::filesystem::exists(\"x\"); }", "filesystem"),
    ("a socket", "#include <sys/socket.h>\nint f() { return socket(1, 2, 3); }", "socket"),
    ("a thread", "#include <thread>\nvoid f() { std::thread([] {}).join(); }", "thread"),
    ("a mutex", "#include <mutex>\nstd::mutex m;\nvoid f() { m.lock(); }", "mutex"),
    ("chance", "#include <random>\nunsigned f() { return std::random_device()(); }", "random_device"),
    ("chance of C", "#include <cstdlib>\nint f() { return std::rand(); }", "rand"),
    ("the environment", "#include <cstdlib>\nconst char* f() { return std::getenv(\"x\"); }", "getenv"),
    ("the console", "#include <iostream>\nvoid f() { std::cout << 1; }", "cout"),
    ("a database", "extern \"C\" int sqlite3_open(const char*, void**);\nint f(void** p) { return sqlite3_open(\"x\", p); }",
     "sqlite3_open"),
]


def self_test(compiler):
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        source, archive = pathlib.Path(folder) / "a.cpp", pathlib.Path(folder) / "a.o"
        for name, text, expected in CASES:
            source.write_text(text + "\n", encoding="utf-8")
            subprocess.run([compiler, "-std=c++20", "-O0", "-w", "-c", source, "-o", archive], check=True)
            findings = gate(archive)
            good = not findings if expected is None else any(expected in f for f in findings)
            failed += not good
            print(f"{'ok  ' if good else 'FAIL'} {name}" + ("" if good else f": expected {expected!r}, found {findings}"))
    return failed


if __name__ == "__main__":
    if sys.argv[1] == "--self-test":
        sys.exit(1 if self_test(sys.argv[2]) else 0)
    found = gate(sys.argv[1])
    print("\n".join(found) or "the engine asks nothing of the world")
    sys.exit(1 if found else 0)
