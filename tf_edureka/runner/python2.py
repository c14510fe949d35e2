"""Recognises errors that are caused by Python 2 code."""

import collections.abc
import re
import types

# Python 3's error message, or the source line of the error -> the Python 2 construct.
_MESSAGES = {
    r"Missing parentheses in call to '(\w+)'": "{} without parentheses",
    r"multiple exception types must be parenthesized": "except E, e",
    r"leading zeros in decimal integer literals": "0777 instead of 0o777",
    r"parameters cannot be parenthesized": "a tuple as parameter",
    r"inconsistent use of tabs and spaces": "tabs mixed with spaces",
    r"unsupported operand type\(s\) for >>: 'builtin_function_or_method' and": "print >>file",
    r"'(dict_\w+|filter|map|zip)' object is not subscriptable": "{} used as a list",
    r"object of type '(filter|map|zip)' has no len": "{} used as a list",
    r"'(dict_\w+)' object has no attribute 'sort'": "{} used as a list",
}
_LINES = {
    r"`.+`": "`x` instead of repr(x)",
    r"<>": "<> instead of !=",
    r"^\s*raise\s+[\w.]+\s*,": 'raise E, "x"',
    r"\b[uU][rR]['\"]": 'ur"x"',
    r"\b(0[xX][\da-fA-F]+|\d+)[lL]\b": "10L instead of 10",
    r"^\s*def\s+\w+\s*\(([^()=]*,)?\s*\(|\blambda\s*\(": "a tuple as parameter",
}
_BUILTINS = {
    "basestring": "str",
    "cmp": "(a > b) - (a < b)",
    "execfile": "exec(open(file).read())",
    "long": "int",
    "raw_input": "input",
    "reduce": "functools.reduce",
    "reload": "importlib.reload",
    "unichr": "chr",
    "unicode": "str",
    "xrange": "range",
}
_MODULES = {
    "BaseHTTPServer": "http.server",
    "ConfigParser": "configparser",
    "HTMLParser": "html.parser",
    "Queue": "queue",
    "SimpleHTTPServer": "http.server",
    "SocketServer": "socketserver",
    "StringIO": "io",
    "Tkinter": "tkinter",
    "__builtin__": "builtins",
    "cPickle": "pickle",
    "cStringIO": "io",
    "commands": "subprocess",
    "cookielib": "http.cookiejar",
    "copy_reg": "copyreg",
    "httplib": "http.client",
    "thread": "_thread",
    "tkFileDialog": "tkinter.filedialog",
    "tkMessageBox": "tkinter.messagebox",
    "urllib2": "urllib.request",
    "urlparse": "urllib.parse",
    "xmlrpclib": "xmlrpc.client",
}
_IN_MODULES = {
    "itertools": {"ifilter", "imap", "izip", "izip_longest"},
    "os": {"getcwdu"},
    "string": {"join", "letters", "lowercase", "maketrans", "uppercase"},
    "sys": {"maxint", "setdefaultencoding"},
    "types": {"ListType", "StringType", "UnicodeType"},
    "urllib": {"quote", "quote_plus", "unquote", "urlencode", "urlopen", "urlretrieve"},
}

_OF_MAPPINGS = {"has_key", "iteritems", "iterkeys", "itervalues", "viewitems", "viewkeys"}


def explanation(error: BaseException, *, in_cell: bool = False) -> str | None:
    """Explains an `error` of a script, or a cell, that is caused by Python 2 code; else None."""
    found = _found(error)
    if found is None:
        return None
    todo = (
        "to convert it: pip install fissix, then python -m fissix -w FILE; check divisions by "
        "hand, since 3 / 2 was 1"
    )
    if isinstance(error, TabError):
        todo = "convert the tabs to spaces, for instance with the command expand"
    if in_cell:
        todo = "this kernel runs Python 3"
    return f"this is Python 2 ({found}); {todo}"


def location(error: BaseException) -> str | None:
    """Returns the place of a syntax `error` as "FILE, line N"; None for other errors."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}, line {error.lineno}"
    return None


def _found(error: BaseException) -> str | None:
    is_pythons = isinstance(error, SyntaxError | TypeError | AttributeError)
    for message, meaning in _MESSAGES.items() if is_pythons else ():
        found = re.search(message, str(error))
        if found:
            return meaning.format(*found.groups())
    if isinstance(error, SyntaxError):
        line = re.sub(r"'[^']*'|\"[^\"]*\"", "''", error.text or "").partition("#")[0]
        is_plain = re.match(r"invalid (syntax|decimal|hexadecimal)", error.msg)
        found_in_line = (
            m for pattern, m in _LINES.items() if is_plain and re.search(pattern, line)
        )
        return next(found_in_line, None)
    if isinstance(error, NameError):
        modern = _BUILTINS.get(error.name or "")
        return modern and f"{error.name} instead of {modern}"
    if isinstance(error, AttributeError):
        return _attribute(error.obj, error.name or "")
    if isinstance(error, ModuleNotFoundError):
        modern = _MODULES.get(error.name or "")
        return modern and f"{error.name} instead of {modern}"
    if isinstance(error, ImportError):
        missing = re.match(r"cannot import name '(\w+)' from", str(error))
        return missing and _in_module(error.name or "", missing[1])
    return None


def _attribute(owner: object, name: str) -> str | None:
    if isinstance(owner, types.ModuleType):
        return _in_module(owner.__name__, name)
    is_old = (
        (isinstance(owner, collections.abc.Mapping) and name in _OF_MAPPINGS)
        or (isinstance(owner, collections.abc.Iterator) and name == "next")
        or (isinstance(owner, str) and name == "decode")
    )
    return f".{name}()" if is_old else None


def _in_module(module: str, name: str) -> str | None:
    return f"{module}.{name}" if name in _IN_MODULES.get(module, ()) else None
