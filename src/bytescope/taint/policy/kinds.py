"""The kinds of findings: names of CodeQL's, with the CWE number, a title, and how bad one is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of findings.

    name: as policies call it; cwe: number of the weakness; title: what it is called; severity: from 0 to 10, as for
    GitHub; fix: what to do.
    """

    name: str
    cwe: int
    title: str
    severity: float
    fix: str

    @property
    def level(self) -> str:
        """The severity as a word: critical, high, medium or low."""
        steps = ((9.0, "critical"), (7.0, "high"), (4.0, "medium"))
        return next((name for least, name in steps if self.severity >= least), "low")


_ROWS = (
    Kind("sql-injection", 89, "SQL injection", 9.8,
         "Pass the value beside the statement, as a parameter: execute(\"... WHERE name = ?\", (name,))."),
    Kind("command-injection", 78, "Shell command injection", 9.8,
         "Pass a list of arguments without a shell, or quote each value with shlex.quote."),
    Kind("code-injection", 94, "Code injection", 9.8, "Do not evaluate input; ast.literal_eval reads values."),
    Kind("unsafe-deserialization", 502, "Deserialization of input", 9.8,
         "Read input with json, not with pickle or marshal."),
    Kind("template-injection", 1336, "Template injection", 9.3, "Pass the value to a fixed template as a variable."),
    Kind("path-injection", 22, "Path traversal", 7.5,
         "Resolve the path and check that it lies in the folder: path.resolve().is_relative_to(folder)."),
    Kind("html-injection", 79, "Cross-site scripting", 6.1, "Escape the value: html.escape, or a template that does."),
    Kind("request-forgery", 918, "Request to a host that the input chooses", 9.1, "Choose the host from a list."),
    Kind("url-redirection", 601, "Redirect to a host that the input chooses", 6.1,
         "Redirect to paths of your own only."),
    Kind("http-header-injection", 113, "HTTP header injection", 7.8, "Refuse values with line breaks."),
    Kind("log-injection", 117, "Log injection", 5.3, "Remove line breaks, or log repr(value)."),
    Kind("xpath-injection", 643, "XPath injection", 9.8, "Pass the value as a variable of the expression."),
    Kind("ldap-injection", 90, "LDAP injection", 9.8, "Escape the value: ldap3.utils.conv.escape_filter_chars."),
    Kind("xml-injection", 611, "XML with entities", 9.1, "Parse input with defusedxml."),
    Kind("regex-injection", 730, "Regular expression from input", 7.5, "Escape the value: re.escape."),
    Kind("nosql-injection", 943, "NoSQL injection", 8.8, "Convert the value to text before it goes into the query."),
    Kind("trust-boundary", 501, "Input stored in a session", 5.3, "Check the value before it is stored."),
    Kind("weak-hash", 327, "Weak hash", 7.5, "Use sha256, or say usedforsecurity=False."),
    Kind("weak-random", 330, "Weak random numbers for a secret", 7.5, "Use the module secrets."),
    Kind("insecure-cookie", 614, "Cookie without Secure or HttpOnly", 5.3, "Set secure=True and httponly=True."),
)  # fmt: skip

KINDS = {kind.name: kind for kind in _ROWS}
"""The kinds by name."""


def kind_of(name: str) -> Kind:
    """Return a kind; one that a policy has invented has no CWE number."""
    return KINDS.get(name) or Kind(name, 0, name.replace("-", " ").capitalize(), 5.0, "Keep the input away from here.")
