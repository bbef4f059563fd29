"""filters.py: R filter expressions as --where conditions. Read are comparisons and %in% joined by &, with a negation
in front of %in%; anything else gives None."""
import re

COMPARISON = re.compile(r"^\s*([A-Za-z_.][\w.]*)\s*(==|!=|<=|>=|<|>)\s*(.+?)\s*$")
MEMBER = re.compile(r"^\s*(!?)\s*\(?\s*([A-Za-z_.][\w.]*)\s*%in%\s*c\((.*?)\)\s*\)?\s*$")


def quoted(value):
    """A value as --where reads it: text keeps its quotes, numbers stand bare."""
    return value if value.startswith('"') else value


def split(expression):
    """At & outside quotes."""
    parts, part, inside = [], "", False
    for c in expression:
        if c == '"':
            inside = not inside
        if c == "&" and not inside:
            parts.append(part)
            part = ""
        else:
            part += c
    return parts + [part]


def conditions(expression):
    """A list of conditions, [] for no filter, None when it cannot be read."""
    if not expression:
        return []
    out = []
    for part in split(expression):
        member = MEMBER.match(part)
        if member:
            out.append(f"{member[2]} {'not-in' if member[1] else 'in'} {member[3]}")
            continue
        comparison = COMPARISON.match(part)
        if not comparison or "|" in re.sub(r'"[^"]*"', "", part):
            return None
        operator = "=" if comparison[2] == "==" else comparison[2]
        out.append(f"{comparison[1]} {operator} {quoted(comparison[3])}")
    return out
