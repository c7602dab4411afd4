"""Where a C source decides something: the places that tests/mutants/run.py changes.

sites(text) finds them, woven(text, sites, numbers) puts the macros of mutant.h around them. What is found, in functions only:

    if C, bit(C, ...), C ? x : y   C never holds (never); or always, where it chooses a value (always)
    A && B, A || B                 one of the operands does not count (without)
    a < b, <=, >, >=               equals are judged the other way (equals)
    bool f(...)                    says yes, whatever it is asked (true), or no (false)

Heads of loops stay as they are, and where memory grows; in comparisons for sorting equals are told apart elsewhere, and of a bound
(TW_MAX_) one more or less is as good."""
import re

CLOSE = {"(": ")", "[": "]", "{": "}"}
# Of two operands' tokens: what ends an operand to its left or right at depth 0, by the operator.
LOOSER = {"?": r"[;{},:?]|(?<![=!<>])=(?!=)|\breturn\b", "||": r"[;{},:?]|(?<![=!<>])=(?!=)|\breturn\b|\|\|",
          "&&": r"[;{},:?]|(?<![=!<>])=(?!=)|\breturn\b|\|\||&&",
          "<": r"[;{},:?]|(?<![=!<>])=(?!=)|\breturn\b|\|\||&&|[=!]=|(?<![&|])[&|^](?![&|])|(?<!-)[<>]=?"}
FUNCTION = re.compile(r"^(?!struct|enum|typedef|#)((?:\w[\w *]*?[ *]))(\w+)\([^;{}]*?\)\n\{\n(.*?)^\}", re.S | re.M)


def blank(text):
    """The same without comments, strings and directives, place by place."""
    def hide(m):
        return re.sub(r"[^\n]", " " if m.group()[0] in "/#" else "_", m.group())
    return re.sub(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", hide, text, flags=re.S | re.M)


def closing(text, at):
    """The place of the bracket that closes the one at `at`."""
    depth = 0
    for i in range(at, len(text)):
        depth += (text[i] in "([{") - (text[i] in ")]}")
        if not depth:
            return i
    raise ValueError("unbalanced")


def operand(text, at, ends, right, limit):
    """From an operator at `at` to the end of its operand, brackets in whole."""
    i, step = at, 1 if right else -1
    while limit[0] <= i < limit[1]:
        c = text[i]
        if c in ("([{" if right else ")]}"):
            depth = 0
            while True:
                depth += (text[i] in "([{") - (text[i] in ")]}")
                if not depth:
                    break
                i += step
            i += step
            continue
        if c in ("([{" if not right else ")]}"):
            return i
        m = next((m for m in re.finditer(ends, text[max(i - 6, 0):i + 6]) if m.start() + max(i - 6, 0) <= i < m.end() + max(i - 6, 0)), None)
        if m and not (c == ">" and text[i - 1] == "-") and not (c == "-" and text[i + 1] == ">"):
            return i
        i += step
    return i


def trim(text, a, b):
    while a < b and text[a].isspace():
        a += 1
    while b > a and text[b - 1].isspace():
        b -= 1
    return a, b


def words(text):
    return " ".join(text.split())


class Site:
    """A place: what is wrapped by the macro `before` (with %d for the numbers of its titles); cut: the operator of a relation, its
    place, itself and the other. whole: a check, not a part of one."""

    def __init__(self, text, start, end, titles, before, cut=None):
        self.start, self.end, self.titles, self.before, self.cut = start, end, titles, before, cut
        self.whole = not re.search(r": (always|without|equals): |: never: .* \?( #\d+)?$", titles[0])
        self.line = text.count("\n", 0, start) + 1


def sites(text):
    """Each once by its titles; the second of one title is #2."""
    seen = {}
    for s in places(text):
        if len(s.titles) == 1:
            n = seen[s.titles[0]] = seen.get(s.titles[0], 0) + 1
            if n > 1:
                s.titles = [f"{s.titles[0]} #{n}"]
        yield s


def places(text):
    bare = blank(text)
    for f in FUNCTION.finditer(bare):
        name, body, end = f.group(2), f.start(3), f.end(3)
        yield from conditions(text, bare, name, body, end)
        yield from operands(text, bare, name, body, end)
        yield from equals(text, bare, name, body, end)
        if re.fullmatch(r"(static )?bool ", f.group(1)):
            numbers = [f"{name}: true", f"{name}: false"]
            returns = [(body + m.start(1), body + m.end(1)) for m in re.finditer(r"\breturn ([^;]+);", bare[body:end])]
            if {text[a:b] for a, b in returns} in ({"true"}, {"false"}):
                continue  # only an interface asks for an answer
            for a, b in returns:
                yield Site(text, a, b, numbers, "TW_SAYS(%d, %d, ")


def loop(bare, at):
    """In the head of a loop?"""
    line = bare.rfind("\n", 0, at) + 1
    return re.search(r"\b(for|while) \(", bare[line:at]) is not None


def conditions(text, bare, name, body, end):
    for m in re.finditer(r"\bbit\(|\bif \(|\?", bare[body:end]):
        at = body + m.end() - 1
        if m.group() == "?":
            a, b = trim(bare, operand(bare, at - 1, LOOSER["?"], False, (body, end)) + 1, at)
            if bare[b:b + 1] == "?" and bare[a:a + 6] == "return":
                a += 6
            a, b = trim(bare, a, b)
            what = text[a:b] + " ?"
        else:
            a, b = at + 1, closing(bare, at)
            if m.group() == "bit(":
                b = operand(bare, a, ",", True, (body, end))
            what = m.group()[:-1].strip() + " (" + text[a:b] + ")"
        if re.search(r"\bcap\w*$", text[a:b]):  # there is room, or none yet
            continue
        for way in ("never", "always") if m.group() == "?" else ("never",):
            yield Site(text, a, b, [f"{name}: {way}: {words(what)}"], f"TW_{way.upper()}(%d, ")


def operands(text, bare, name, body, end):
    for m in re.finditer(r"&&|\|\|", bare[body:end]):
        at, op = body + m.start(), m.group()
        if loop(bare, at):
            continue
        l = trim(bare, operand(bare, at - 1, LOOSER[op], False, (body, end)) + 1, at)
        r = trim(bare, at + 2, operand(bare, at + 2, LOOSER[op], True, (body, end)))
        # the first operand once: further to the left stands the same operator
        first = bare[:l[0]].rstrip()[-2:] != op
        for a, b in ([l] if first else []) + [r]:
            if text[a:b].startswith("return "):
                a += 7
            yield Site(text, a, b, [f"{name}: without: {words(text[a:b])}" + (" ||" if op == "||" else "")],
                       "TW_ALWAYS(%d, " if op == "&&" else "TW_NEVER(%d, ")


def equals(text, bare, name, body, end):
    other = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
    for m in re.finditer(r"(?<= )[<>]=?(?= )", bare[body:end]):
        at, op = body + m.start(), m.group()
        l = trim(bare, operand(bare, at - 1, LOOSER["<"], False, (body, end)) + 1, at)
        r = trim(bare, at + len(op), operand(bare, at + len(op), LOOSER["<"], True, (body, end)))
        if text[l[0]:l[1]].startswith("return "):
            l = l[0] + 7, l[1]
        if loop(bare, at) or re.search(r"\+\+|--", bare[l[0]:r[1]]):
            continue
        if re.match(r"\s*\? -?1 :|\) - \(", bare[r[1]:]) or bare[:l[0]].endswith(") - (") or "TW_MAX_" in bare[l[0]:r[1]]:
            continue
        yield Site(text, l[0], r[1], [f"{name}: equals: {words(text[l[0]:r[1]])}"], "TW_EQUAL(%d, ", (l[1], r[0], op, other[op]))


def woven(text, found, number, header):
    """The text with the macros around the sites; number: title to its number."""
    at = {}
    for s in found:
        n = tuple(number[t] for t in s.titles)
        close, cut = ")", ()
        if s.before.startswith("TW_EQUAL"):
            cut = [(s.cut[0], s.cut[1], f", {s.cut[2]}, {s.cut[3]}, ")]
        at.setdefault(s.start, [[], []])[1].append((-s.end, s.before % n))
        at.setdefault(s.end, [[], []])[0].append((-s.start, close))
        for a, b, new in cut:
            at.setdefault(a, [[], []])[1].append((-b, (a, b, new)))
    out, pos = [f'#include "{header}"\n#line 1\n'], 0
    for p in sorted(at):
        out.append(text[pos:max(p, pos)])
        pos = max(p, pos)
        closes, opens = at[p]
        out += [c for _, c in sorted(closes)]
        for _, o in sorted(opens, key=lambda x: (x[0], x[1][:8] == "TW_EQUAL")):
            if isinstance(o, tuple):
                out.append(o[2])
                pos = o[1]
            else:
                out.append(o)
    return "".join(out + [text[pos:]])
