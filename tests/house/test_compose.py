"""docker-compose.yml and the product agree: commands, queues, variables, health, secrets."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from storefront.management.programs import QUEUES

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
SECRETS = (
    "APP_PASSWORD",
    "OWNER_PASSWORD",
    "POSTGRES_PASSWORD",
    "VALKEY_PASSWORD",
    "SECRET_KEY",
    "CIPHER_KEY",
    "IDENTITY_KEYS",
    "SITE_URL",
)
FOREIGN = {"postgres", "valkey"}  # services that do not run our image


def block(name: str, text: str, indent: int) -> str:
    """The lines under one key, which the file keeps plain enough to be found by their indent."""
    found = re.search(rf"(?m)^ {{{indent}}}{name}:.*\n((?: {{{indent + 1},}}.*\n|\n)*)", text)
    assert found, f"{name} is not in docker-compose.yml"
    return found[1]


SERVICES = {
    name: block(name, block("services", COMPOSE, 0), 2)
    for name in re.findall(r"(?m)^  ([\w-]+):", block("services", COMPOSE, 0))
}


def command(service: str) -> list[str]:
    found = re.search(r"(?m)^    command: (\[.*\])$", SERVICES[service])
    assert found, f"{service} has no command"
    words: list[str] = json.loads(found[1])
    return words


OURS = sorted(set(SERVICES) - FOREIGN)
CELERY = [name for name in OURS if command(name)[0] == "celery"]


@pytest.mark.parametrize("service", OURS)
def test_command_exists(service: str) -> None:
    program, *words = command(service)

    if program == "python" and words[0] == "-m":
        assert importlib.util.find_spec(words[1])
    elif program == "python":
        assert words[0] == "manage.py"
        assert importlib.util.find_spec(f"storefront.management.commands.{words[1]}")
    else:
        assert importlib.util.find_spec(program)
        module = words[words.index("-A") + 1] if program == "celery" else words[0]
        assert importlib.util.find_spec(module)


def test_every_queue_has_a_worker_on_a_server_and_in_up() -> None:
    used = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    used.add(settings.CELERY_TASK_DEFAULT_QUEUE)
    served = {
        queue
        for name in CELERY
        if "-Q" in command(name)
        for queue in command(name)[command(name).index("-Q") + 1].split(",")
    }
    at_home = {queue for queues in QUEUES.values() for queue in queues.split(",")}

    assert used <= served
    assert served == at_home


@pytest.mark.parametrize("service", OURS)
def test_every_variable_is_read_by_somebody(service: str) -> None:
    reader = "sandbox/environment.py" if service == "sandbox" else "settings.py"
    source = (ROOT / "storefront" / reader).read_text()
    own = SERVICES[service]
    names = variables(block("environment", own, 4)) if "    environment:" in own else set()
    if service != "sandbox":
        names |= variables(block("environment", block("x-shop", COMPOSE, 0), 2))

    assert names
    for name in names:
        assert f'"{name}"' in source, f"{service} is given {name}, which nobody reads"


def variables(text: str) -> set[str]:
    return set(re.findall(r"(?m)^\s+([A-Z][A-Z_]+):", text))


@pytest.mark.parametrize("service", sorted(set(SERVICES) - {"prepare"}))
def test_every_lasting_service_has_a_health_check(service: str) -> None:
    assert re.search(r"(?m)^    healthcheck:", SERVICES[service])


def test_web_runs_twice() -> None:
    assert re.search(r"deploy:\n      replicas: 2\n", SERVICES["web"])


@pytest.mark.parametrize("missing", SECRETS)
def test_compose_accepts_the_file_only_with_every_secret(missing: str, tmp_path: Path) -> None:
    tool = shutil.which("docker-compose")
    if tool is None:
        assert not os.environ.get("CI"), "CI must have docker-compose"
        pytest.skip("docker-compose is not installed: docker-compose.yml was NOT checked by it")
    everything, less = tmp_path / "all", tmp_path / "less"
    everything.write_text("".join(f"{name}=x\n" for name in SECRETS))
    less.write_text("".join(f"{name}=x\n" for name in SECRETS if name != missing))

    assert config(tool, everything).returncode == 0
    refused = config(tool, less)
    assert refused.returncode != 0
    assert f"set {missing}" in refused.stderr


def config(tool: str, variables: Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in SECRETS}
    return subprocess.run(
        [tool, "--env-file", str(variables), "--profile", "demo", "config", "--quiet"],
        cwd=ROOT,
        env=kept,
        capture_output=True,
        text=True,
        check=False,
    )
