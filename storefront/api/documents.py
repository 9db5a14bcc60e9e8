"""The OpenAPI document: what Ninja knows of the views, and what holds for all of them."""

import json
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.schema import NinjaGenerateJsonSchema

from .errors import MEDIA_TYPE, Problem

WRITES = frozenset({"post", "put"})
EVERYWHERE = (401, 404, 422, 429, 503)
OF_WRITES = (400, 409, 413, 415)
SAYS = {
    400: "The body is no JSON, or the Idempotency-Key is missing.",
    401: "No access token, or one that opens nothing (any more).",
    404: "There is nothing, or it is another seller's.",
    409: "The trade cannot do this now, or the first request with this key still runs "
    "(then with Retry-After).",
    413: "The body is larger than 3 MB.",
    415: "The body is not application/json.",
    422: "Values that cannot be taken, or a key that belongs to another request.",
    429: "Too many requests in this minute.",
    503: "The shop is busy; nothing was changed.",
}
WAITS = frozenset({409, 429, 503})
RETRY_AFTER = {
    "description": "Seconds to wait.",
    "schema": {"type": "integer", "minimum": 1},
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "A name of your own for this write, such as a UUID. The same key with the same "
    "request gets the same answer again, for three days; with another request it is refused.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[!-~]+$"},
    "example": "2b1f9a34-price-2026-11-23",
}
LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "description": "The language of messages and titles: zh-hans, ru or en (the default).",
    "schema": {"type": "string"},
    "example": "zh-hans",
}


@cache
def text(api: NinjaAPI) -> str:
    """The document as JSON."""
    return json.dumps(made(api), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


@cache
def queries(api: NinjaAPI) -> dict[tuple[str, str], frozenset[str]]:
    """Give what may stand behind the question mark, by method and path."""
    return {
        (method.upper(), path): frozenset(
            parameter["name"]
            for parameter in operation["parameters"]
            if parameter.get("in") == "query"
        )
        for path, methods in made(api)["paths"].items()
        for method, operation in methods.items()
    }


@cache
def made(api: NinjaAPI) -> dict[str, Any]:
    """The document as its parts."""
    document = dict(api.get_openapi_schema(path_prefix="/api/v1/"))
    for methods in document["paths"].values():
        for method, operation in methods.items():
            _finish(operation, is_write=method in WRITES)
    components = document["components"]
    components["schemas"]["Problem"] = _problem(components["schemas"])
    components["responses"] = {f"Problem{status}": _answer(status) for status in SAYS}
    components["parameters"] = {"IdempotencyKey": KEY, "AcceptLanguage": LANGUAGE}
    found = _plain(document)
    assert isinstance(found, dict)
    return found


def served(api: NinjaAPI) -> Any:
    """Give the view of the document; it is for everybody."""

    def openapi(request: HttpRequest) -> HttpResponse:
        """The document."""
        return HttpResponse(text(api), content_type="application/json")

    return openapi


def _finish(operation: dict[str, Any], *, is_write: bool) -> None:
    """Add what Ninja does not see: the header of writes, and every problem."""
    names = ["AcceptLanguage", *(["IdempotencyKey"] if is_write else [])]
    shared = [{"$ref": f"#/components/parameters/{name}"} for name in names]
    operation["parameters"] = [*map(_bare, operation["parameters"]), *shared]
    for status in (*EVERYWHERE, *(OF_WRITES if is_write else ())):
        operation["responses"][status] = {"$ref": f"#/components/responses/Problem{status}"}
    start = f"storefront_api_{operation['tags'][0]}_"
    operation["operationId"] = operation["operationId"].removeprefix(start)


def _bare(parameter: dict[str, Any]) -> dict[str, Any]:
    """In an address there is no null: what may be left out is not required, that is all."""
    schema = dict(parameter["schema"])
    kinds = [kind for kind in schema.pop("anyOf", []) if kind.get("type") != "null"]
    return parameter | {"schema": schema | (kinds[0] if kinds else {})}


def _answer(status: int) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": SAYS[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in WAITS:
        answer["headers"] = {"Retry-After": RETRY_AFTER}
    return answer


def _problem(schemas: dict[str, Any]) -> dict[str, Any]:
    schema = Problem.model_json_schema(
        ref_template="#/components/schemas/{model}", schema_generator=NinjaGenerateJsonSchema
    )
    schemas.update(schema.pop("$defs"))
    return schema


def _plain(value: Any) -> Any:
    """Sort keys are texts: statuses, too."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value
