"""What of JSON Schema and OpenAPI our own description uses: enough to hold every answer against it."""

import re
from datetime import datetime

TYPES = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}
KNOWN = {
    *("type", "description", "properties", "required", "additionalProperties", "items", "enum", "format"),
    *("minimum", "maximum", "pattern", "default", "$ref"),
}


def is_type(value, name):
    """In JSON true is no number."""
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def faults(document, schema, value, at="$"):
    """Where `value` is not what the schema says; an unknown keyword is a fault of the schema."""
    if "$ref" in schema:
        schema = resolve(document, schema["$ref"])
    found = [f"{at}: unknown keyword {name}" for name in schema.keys() - KNOWN]
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if not any(is_type(value, kind) for kind in kinds):
        return [*found, f"{at}: {value!r} is no {kinds}"]
    if value is None:
        return found
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: {value!r} is none of {schema['enum']}")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{at}: {value!r} does not match {schema['pattern']}")
    if "minimum" in schema and value < schema["minimum"]:
        found.append(f"{at}: {value!r} is below {schema['minimum']}")
    if schema.get("format") == "date-time" and datetime.fromisoformat(value).tzinfo is None:
        found.append(f"{at}: {value!r} has no offset")
    if isinstance(value, list):
        for index, item in enumerate(value):
            found += faults(document, schema["items"], item, f"{at}[{index}]")
    if isinstance(value, dict):
        found += object_faults(document, schema, value, at)
    return found


def object_faults(document, schema, value, at):
    properties = schema["properties"]
    found = [f"{at}: {name} is missing" for name in schema["required"] if name not in value]
    if schema["additionalProperties"] is False:
        found += [f"{at}: {name} is not described" for name in value.keys() - properties.keys()]
    for name in value.keys() & properties.keys():
        found += faults(document, properties[name], value[name], f"{at}.{name}")
    return found


def resolve(document, reference):
    """The part of the document that "#/components/schemas/Round" names."""
    part = document
    for name in reference.removeprefix("#/").split("/"):
        part = part[name]
    return part
