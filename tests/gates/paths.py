"""Gate: the tree names no place on the machine where it was written (home folders, the checkout itself).

  paths.py [--self-test]
"""

import re

import tree

# After anything that makes it a part of something longer (a URL, another folder) it is no place of a machine.
HOMES = r"(?<![\w./~*$}%>-])/(?:home|Users)/(?!\.\.\.|<|\$|USER\b)[\w.-]+|(?<![\w./~*$}%>-])/(?:root|work|workspace|mnt)/[\w.-]+"
THE_RULES_THEMSELVES = {"tests/gates/paths.py"}


def gate(root):
    findings = []
    pattern = HOMES
    if len(root.parts) > 2:  # "/gongkai" is a word of the product before it is a place
        pattern += "|" + re.escape(str(root)) + r"(?![\w-])"
    places = re.compile(pattern)
    for name in tree.files(root):
        if name in THE_RULES_THEMSELVES or b"\0" in (root / name).read_bytes()[:8000]:
            continue
        for number, line in enumerate(tree.read(root, name).splitlines(), 1):
            match = places.search(line)
            if match:
                findings.append(f"{name}:{number}: {match.group(0)}")
    return findings


CASES = [
    ("relative and system paths pass", {"a.md": "see docs/x.md, /etc/gongkai, /usr/bin, http://h/home/x\n"}, None),
    ("a home folder is found", {"a.md": "as in /home/lee/gongkai\n"}, "a.md:1"),
    ("another system's home is found", {"x/a.json": '{"p": "/Users/lee"}\n'}, "x/a.json:1"),
    ("the administrator's home is found", {"a.sh": "cd /root/src\n"}, "a.sh:1"),
]

if __name__ == "__main__":
    tree.main(gate, CASES, "no place of this machine is named")
