"""The OpenAPI document: committed as it is served, complete, and true to the guide for sellers."""

import json
import re
import shlex

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from storefront.api import api, documents
from storefront.lib import clock
from tests.api.conftest import NOW, sold

GUIDE = settings.BASE_DIR / "docs" / "api.md"
EXAMPLES = re.compile(r"```console\n(.*?)```", re.DOTALL)


def operations() -> list[dict]:
    paths = documents.made(api)["paths"]
    return [operation for methods in paths.values() for operation in methods.values()]


def test_document_is_served_to_everybody_and_committed_as_it_is(db):
    answer = Client().get("/api/v1/openapi.json")

    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    committed = (settings.BASE_DIR / "docs" / "openapi.json").read_text(encoding="utf-8")
    assert answer.content.decode() == committed, "run manage.py openapi"
    call_command("openapi", check=True)


def test_command_writes_the_file_and_tells_when_it_is_stale(settings, tmp_path, capsys, db):
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()

    with pytest.raises(CommandError, match="not what is served"):
        call_command("openapi", check=True)
    call_command("openapi")

    assert "docs/openapi.json" in capsys.readouterr().out
    assert json.loads((tmp_path / "docs" / "openapi.json").read_text())["openapi"] == "3.1.0"
    call_command("openapi", check=True)


def test_every_operation_tells_what_it_does_and_what_may_go_wrong():
    names = [operation["operationId"] for operation in operations()]
    assert len(set(names)) == len(names) >= 20
    for operation in operations():
        assert operation["summary"]
        assert operation["description"]
        assert operation["security"] == [{"Bearer": []}]
        assert {"401", "404", "422", "429", "503"} <= set(operation["responses"])
        is_write = "409" in operation["responses"]
        keys = [each for each in operation["parameters"] if "IdempotencyKey" in str(each)]
        assert len(keys) == is_write
    scheme = documents.made(api)["components"]["securitySchemes"]["Bearer"]
    assert scheme == {"type": "http", "scheme": "bearer"}


def test_limits_in_the_document_are_those_in_force():
    text = json.dumps(documents.made(api))
    assert "larger than 3 MB" in text
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE == 3 * 1024 * 1024
    assert "for three days" in text
    assert settings.API_REPLY_HOURS == 72


def test_examples_of_the_guide_work_in_their_order(erp):
    """Each example is sent as it is written; the answer has the status that stands below it."""
    text = GUIDE.read_text(encoding="utf-8")
    told = [block for block in EXAMPLES.findall(text) if block.startswith("$ curl")]
    assert len(told) >= 8
    with clock.simulated(NOW):
        handover = sold(erp.seller, article="ORDERED-1")
        for block in told:
            command, _sign, answer = block.rpartition("\nHTTP/1.1 ")
            made = run(command.replace("\\\n", " "), erp.secret, handover.pk)
            assert str(made.status_code) == answer.split()[0], (block, made.content.decode())
            for word in re.findall(r'^ *"(\w+)":', answer, re.MULTILINE):
                assert f'"{word}":' in made.content.decode(), (word, made.content.decode())


def run(command: str, secret: str, order: int):
    """What curl would send, by Django's client."""
    words = shlex.split(command.removeprefix("$ "))
    method, headers, body, url = "GET", {}, "", ""
    rest = iter(words[1:])
    for word in rest:
        if word in ("-X", "--request"):
            method = next(rest)
        elif word in ("-H", "--header"):
            name, _sign, value = next(rest).partition(": ")
            headers[name] = value.replace("$TOKEN", secret)
        elif word in ("-d", "--data"):
            body = next(rest)
            method = "POST" if method == "GET" else method
        elif not word.startswith("-"):
            url = word
    assert url.startswith("$SHOP/api/v1/"), url
    path = url.removeprefix("$SHOP").replace("$ORDER", str(order))
    kind = headers.pop("Content-Type", "")
    return Client().generic(method, path, body, kind, headers=headers)
