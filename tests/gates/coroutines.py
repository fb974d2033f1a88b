"""Gate: co_await stands only in the statement forms that g++ 12 compiles rightly.

Permitted, each a statement of its own:

    co_await x;    auto v = co_await x;    co_return co_await x;

where x is a call whose arguments are names or literals. A lambda, a brace-built temporary, a choice (?:), a nested call or
a second co_await inside x, and a co_await inside a condition, were seen to be destroyed twice or to crash.

  coroutines.py [--self-test]
"""

import re

import tree

FORM = re.compile(r"^(?:co_return\s+|(?:const\s+)?auto(?:&&|\s*const)?\s*\w+\s*=\s*)?co_await\b(?P<x>.*)$", re.DOTALL)
HEAD = re.compile(r"^\s*(?:else\b|(?:if(?:\s+constexpr)?|for|while)\s*(?=\())")
NAME = r"(?:::)?[A-Za-z_]\w*(?:(?:\.|->|::)[A-Za-z_]\w*)*(?:\[\w+\])?"
ARGUMENT = re.compile(rf"^(?:[*&]?{NAME}|std::move\(\s*{NAME}\s*\)|\d[\w.']*|\"\"|' '|)$")
CALLEE = re.compile(rf"^{NAME}(?:<[\w:,\s<>]*>)?(?:\(\)(?:\.|->)[A-Za-z_]\w*)*$")


def closing(text, start):
    depth = 0
    for i in range(start, len(text)):
        depth += text[i] in "([{"
        depth -= text[i] in ")]}"
        if depth == 0:
            return i
    return -1


def without_heads(statement):
    """Takes a leading `if (..)`, `for (..)`, `while (..)`, `else`, label or attribute off, where it holds no co_await."""
    while True:
        match = HEAD.match(statement)
        if not match:
            return re.sub(r"^\s*(?:case\b[^:;]*:|default\s*:)\s*", "", statement).strip()
        end = match.end()
        if not match.group(0).strip() == "else":
            end = closing(statement, match.end()) + 1
            if end == 0 or "co_await" in statement[:end]:
                return statement.strip()
        statement = statement[end:]


def statements(code):
    """(position, text) of every statement, at any depth; a block inside parentheses (a lambda) starts anew."""
    stack = [("{", 0)]
    for i, c in enumerate(code):
        if c in "([":
            stack.append((c, i))
        elif c == "{":
            stack.append(("{", i + 1))
        elif c in ")]" and stack[-1][0] in "([":
            stack.pop()
        elif c == "}" and len(stack) > 1:
            stack.pop()
            if stack[-1][0] == "{":
                # The end of a block ends a statement, but not where a brace-built value goes on (`T{..};`).
                rest = code[i + 1:i + 40].lstrip()
                if not rest.startswith((";", ",", ")", ".", "(")):
                    yield stack[-1][1], code[stack[-1][1]:i + 1]
                    stack[-1] = ("{", i + 1)
        elif c == ";" and stack[-1][0] == "{":
            yield stack[-1][1], code[stack[-1][1]:i]
            stack[-1] = ("{", i + 1)


def complaint(statement):
    match = FORM.match(statement)
    if not match:
        return "not one of the three permitted forms"
    x = match.group("x").strip()
    if "co_await" in x:
        return "two co_await in one statement"
    if re.fullmatch(NAME, x):
        return None
    opening = x.find("(", x.find("()") + 2 if "()." in x or "()->" in x else 0)
    if opening < 0 or closing(x, opening) != len(x) - 1 or not CALLEE.match(x[:opening].strip()):
        return "what is awaited must be a name or one call"
    for argument in arguments(x[opening + 1:-1]):
        if not ARGUMENT.match(argument):
            return f"name this argument in a variable first: {' '.join(argument.split())[:60]}"
    return None


def arguments(text):
    depth, start, found = 0, 0, []
    for i, c in enumerate(text):
        depth += c in "([{"
        depth -= c in ")]}"
        if c == "," and depth == 0:
            found.append(text[start:i].strip())
            start = i + 1
    return found + [text[start:].strip()]


def gate(root):
    findings = []
    for name in tree.files(root, ".cpp", ".hpp"):
        text = tree.read(root, name)
        if "co_await" not in text:
            continue
        # Preprocessor lines are no statements; their line ends stay.
        code = re.sub(r"^[ \t]*#.*(?:\\\n.*)*$", lambda m: "\n" * m.group(0).count("\n"),
                      tree.code_only(text), flags=re.MULTILINE)
        seen = 0
        for position, statement in statements(code):
            if "co_await" not in statement:
                continue
            # A lambda handed to a call holds statements of its own; they were looked at one by one.
            outer = blank_blocks(statement)
            if "co_await" not in outer:
                continue
            seen += outer.count("co_await")
            wrong = complaint(without_heads(outer))
            if wrong:
                at = tree.line_of(code, position + statement.index("co_await"))
                findings.append(f"{name}:{at}: {wrong}")
        if seen != len(re.findall(r"\bco_await\b", code)):
            findings.append(f"{name}: a co_await stands where no statement was recognised")
    return findings


def blank_blocks(statement):
    """The statement with the bodies of blocks that hold statements (`{ ..; }`) emptied."""
    out, i = [], 0
    while i < len(statement):
        if statement[i] == "{":
            end = closing(statement, i)
            if end > 0 and ";" in statement[i:end]:
                out.append("{;}")
                i = end + 1
                continue
        out.append(statement[i])
        i += 1
    return "".join(out)


def body(*lines):
    return {"api/a.cpp": "task f(stream& s) {\n    int x = 0;\n    " + "\n    ".join(lines) + "\n}\n"}


WRONG_FORM = "not one of the three"
NAME_IT = "name this argument"
CASES = [
    ("co_await x;", body("co_await g(x);"), None),
    ("auto v = co_await x;", body("auto v = co_await s.read(x, use_awaitable);"), None),
    ("co_return co_await x;", body("co_return co_await http::write(s, x);"), None),
    ("a name alone", body("co_await pending;"), None),
    ("under a condition that does not await", body("if (x > 0) co_await g(x);", "else co_await h(x);"), None),
    ("after a block", body("for (int i = 0; i < 3; ++i) {", "    co_await g(i);", "}", "co_await g(x);"), None),
    ("inside a lambda's own body", body("spawn([&]() -> task {", "    co_await g(x);", "});"), None),
    ("moved argument", body("co_await g(std::move(x));"), None),
    ("chained callee", body("auto v = co_await s.socket().wait(x, use_awaitable);"), None),
    ("in a comment or a string", body("// if (co_await g())", 'log("if (co_await g())");'), None),
    ("in a condition", body("if (co_await g(x)) return;"), WRONG_FORM),
    ("in a loop's condition", body("while (co_await g(x)) {", "}"), WRONG_FORM),
    ("in a switch", body("switch (co_await g(x)) {", "default: break;", "}"), WRONG_FORM),
    ("in a choice", body("auto v = x ? co_await g(x) : 0;"), WRONG_FORM),
    ("awaiting a choice", body("auto v = co_await (x ? a : b);"), "a name or one call"),
    ("lambda as argument", body("co_await g([x] { return x; });"), NAME_IT),
    ("aggregate as argument", body("co_await g(Request{x, 1});"), NAME_IT),
    ("designated aggregate", body("co_await g({.a = x});"), NAME_IT),
    ("nested call", body("co_await g(make(x));"), NAME_IT),
    ("member of the result", body("auto v = co_await g(x) + 1;"), "a name or one call"),
    ("built from the result", body("Agg o{co_await g(x)};"), WRONG_FORM),
    ("as an argument", body("use(co_await g(x));"), WRONG_FORM),
    ("in an assertion", body("REQUIRE(co_await g(x));"), WRONG_FORM),
    ("assigned", body("x = co_await g(x);"), WRONG_FORM),
    ("twice", body("co_await g(co_await h(x));"), "two co_await"),
    ("returned without its own statement", body("co_return 1 + co_await g(x);"), WRONG_FORM),
    ("inside a lambda, in a condition", body("spawn([&]() -> task {", "    if (co_await g(x)) co_return;", "});"), WRONG_FORM),
]

if __name__ == "__main__":
    tree.main(gate, CASES, "every co_await stands in a permitted form")
