"""Gate: no room looks up. Reads every include line of the product and refuses an arrow that points back.

  layers.py [--self-test]
"""

import re

import tree

# Who may include whom. api sees the engine's types because the headers of app speak in them.
MAY_SEE = {
    "engine": {"engine"},
    "language": {"engine", "language"},
    "storage": {"engine", "storage"},
    "app": {"engine", "language", "storage", "app"},
    "api": {"engine", "app", "api"},
    "cli": {"engine", "language", "storage", "app", "api", "cli"},
}
# What gongkai_embed generates: no room's own, but kept out of the pure ones.
EMBEDDED = {"app", "api", "cli"}

# A library stays in the room that wraps it.
LIBRARIES = [
    (re.compile(r"boost/(asio|beast)[./]"), "Boost.Asio and Beast", "api"),
    (re.compile(r"(SQLiteCpp/|sqlite3(ext)?\.h)"), "SQLite", "storage"),
    (re.compile(r"yaml-cpp/"), "yaml-cpp", "language"),
]
# Compile time and the coroutine traps of the compiler: both are kept to a few files of api/.
AT_MOST = 3
FORBIDDEN_FOLDERS = {"util", "utils", "common", "misc"}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)
CO_AWAIT = re.compile(r"\bco_(await|return|yield)\b")


def includes(text):
    code = tree.code_only(text, keep_strings=True)
    for match in INCLUDE.finditer(code):
        yield tree.line_of(code, match.start()), match.group(1) or match.group(2), match.group(1) is not None


def gate(root):
    findings = []
    beast, coroutines = [], []
    for name in tree.files(root):
        folders = name.split("/")[:-1]
        for folder in FORBIDDEN_FOLDERS.intersection(folders):
            findings.append(f"{name}: a folder called {folder} says nothing about what lies in it")
    for name in tree.files(root, ".cpp", ".hpp"):
        room = name.split("/")[0]
        if room not in MAY_SEE:
            continue  # tests/, bench/, examples/ compose what they need
        text = tree.read(root, name)
        for line, target, quoted in includes(text):
            where = f"{name}:{line}"
            first = target.split("/")[0]
            if quoted and first == "embedded":
                if room not in EMBEDDED:
                    findings.append(f"{where}: {room}/ must not read embedded files ({target})")
            elif quoted and first not in MAY_SEE:
                findings.append(f'{where}: "{target}" is not a full path from the root of the tree')
            elif quoted and first not in MAY_SEE[room]:
                findings.append(f"{where}: {room}/ must not look into {first}/ ({target})")
            for pattern, library, home in LIBRARIES:
                if not quoted and pattern.match(target) and room != home:
                    findings.append(f"{where}: {library} is wrapped in {home}/ and stays there ({target})")
            if not quoted and target.startswith("boost/beast") and name not in beast:
                beast.append(name)
        if CO_AWAIT.search(tree.code_only(text)):
            coroutines.append(name)
            if room != "api":
                findings.append(f"{name}: coroutines are for api/ only")
    for what, where in (("Boost.Beast", beast), ("coroutines", coroutines)):
        if len(where) > AT_MOST:
            findings.append(f"{what} in {len(where)} files, at most {AT_MOST} may: {', '.join(where)}")
    return findings


def one(path, line):
    return {path: line + "\n"}


CASES = [
    ("an arrow down passes", one("app/a.cpp", '#include "engine/decide.hpp"'), None),
    ("an arrow up is found", one("engine/a.cpp", '#include "storage/store.hpp"'), "engine/a.cpp:1"),
    ("an arrow up in a header is found", one("storage/x/a.hpp", '\n#include "app/a.hpp"'), "storage/x/a.hpp:2"),
    ("a sideways arrow is found", one("language/a.cpp", '#include "storage/store.hpp"'), "look into storage/"),
    ("api must not reach past app", one("api/a.cpp", '#include "storage/store.hpp"'), "look into storage/"),
    ("cli composes all", one("cli/a.cpp", '#include "storage/store.hpp"\n#include "api/server.hpp"'), None),
    ("a commented include is none", one("engine/a.cpp", '// #include "storage/store.hpp"'), None),
    ("a path relative to the file is found", one("api/http/a.cpp", '#include "router.hpp"'), "full path"),
    ("Asio outside api is found", one("app/a.cpp", "#include <boost/asio/io_context.hpp>"), "stays there"),
    ("SQLite outside storage is found", one("app/a.cpp", "#include <SQLiteCpp/SQLiteCpp.h>"), "stays there"),
    ("sqlite3.h outside storage is found", one("cli/a.cpp", "#include <sqlite3.h>"), "stays there"),
    ("yaml-cpp outside language is found", one("cli/a.cpp", "#include <yaml-cpp/yaml.h>"), "stays there"),
    ("tests may use a wrapped library", one("tests/storage/a.cpp", "#include <sqlite3.h>"), None),
    ("Beast in three files passes", {f"api/{i}.cpp": "#include <boost/beast/core.hpp>\n" for i in range(3)}, None),
    ("Beast in a fourth file is found", {f"api/{i}.cpp": "#include <boost/beast.hpp>\n" for i in range(4)}, "in 4 files"),
    ("a fourth coroutine file is found", {f"api/{i}.cpp": "task f() { co_await g(); }\n" for i in range(4)}, "coroutines"),
    ("a coroutine outside api is found", one("app/a.cpp", "task f() { co_return; }"), "api/ only"),
    ("co_await in a comment is none", one("app/a.cpp", "// no co_await here"), None),
    ("a folder called util is found", one("engine/util/a.txt", "x"), "util"),
    ("embedded files in the engine are found", one("engine/a.cpp", '#include "embedded/workflows.hpp"'), "embedded"),
    ("embedded files in cli pass", one("cli/a.cpp", '#include "embedded/workflows.hpp"'), None),
]

if __name__ == "__main__":
    tree.main(gate, CASES, "no arrow points up")
