#!/usr/bin/env python3
"""Renders chat templates with Python's jinja2, set up as transformers 5 sets it up: the judge of src/templates.

Reads one JSON object a line from stdin, { "template": ..., "variables": {...} }, and writes for each a JSON line
{ "text": ... } or { "error": ... }. Needs jinja2 3.1.6 or later (pip install jinja2).
"""

import json
import sys
from datetime import datetime

import jinja2
import jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment


class Generation(jinja2.ext.Extension):
    """{% generation %}: its body is the body of a call block."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    @jinja2.pass_eval_context
    def _body(self, context, caller):
        return caller()


class Namespace(jinja2.utils.Namespace):
    """No names that begin with an underscore."""

    def __init__(*args, **kwargs):
        values = dict(*args[1:], **kwargs)
        for name in values:
            check_name(name)
        jinja2.utils.Namespace.__init__(args[0], values)

    def __setitem__(self, name, value):
        check_name(name)
        jinja2.utils.Namespace.__setitem__(self, name, value)


def check_name(name):
    if isinstance(name, str) and name.startswith("_"):
        raise jinja2.exceptions.SecurityError(name)


class Dict:
    def __call__(self, *args, **kwargs):
        return dict(*args, **kwargs)


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def environment():
    made = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
    )
    made.filters["tojson"] = tojson
    made.globals.update(
        raise_exception=raise_exception,
        strftime_now=lambda format: datetime.now().strftime(format),
        dict=Dict(),
        namespace=Namespace,
    )
    return made


def main():
    judge = environment()
    for line in sys.stdin:
        case = json.loads(line)
        try:
            text = judge.from_string(case["template"]).render(**case["variables"])
            text.encode()
            print(json.dumps({"text": text}))
        except Exception as error:  # noqa: BLE001 - whatever Python raises is an error of the template
            print(json.dumps({"error": f"{type(error).__name__}: {error}"[:200]}))


if __name__ == "__main__":
    main()
