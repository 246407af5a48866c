"""The compose files: what they say fits the specification, our command line, and what each service may do."""

import ast
import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

import click
import pytest
import yaml

from analytics.cli import tokenecho
from analytics.launch.environment import TRUST_VARIABLES
from tests.docker.dockerfile import FOLDER, stages

type Service = dict[str, Any]

FILES = ("compose.yaml", "compose.sidecar.yaml")
UID = "10801:10801"
ROLES = ("authority", "proxy", "collector", "dashboard")
NOT_THE_PROXYS = ("collector", "dashboard", "app", "network")


def services(name: str) -> dict[str, Service]:
    found: dict[str, Service] = yaml.safe_load((FOLDER / name).read_text())["services"]
    return found


EVERY = [pytest.param(service, id=f"{file}-{name}") for file in FILES for name, service in services(file).items()]
OWN = [
    pytest.param(services(file)[name], id=f"{file}-{name}") for file in FILES for name in ROLES
]  # fmt: skip


def mounts(service: Service) -> dict[str, str]:
    """The volumes, as volume:target, with their mode."""
    parts = [entry.split(":") for entry in service.get("volumes", [])]
    return {f"{volume}:{target}": mode[0] if mode else "rw" for volume, target, *mode in parts}


@pytest.mark.skipif(
    find_spec("check_jsonschema") is None, reason="check-jsonschema, which ships the schema, is missing"
)
@pytest.mark.parametrize("name", FILES)
def test_a_file_fits_the_compose_specification(name: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FOLDER / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_both_files_have_the_roles_that_they_are_for() -> None:
    assert set(services("compose.yaml")) == set(ROLES)
    assert set(services("compose.sidecar.yaml")) == {*ROLES, "network", "app"}


def test_the_roles_that_do_not_differ_are_the_same_in_both() -> None:
    first, second = (services(name) for name in FILES)
    for role in ("authority", "collector", "dashboard"):
        assert first[role] == second[role]


@pytest.mark.parametrize("service", EVERY)
def test_ports_are_published_on_this_machine_only(service: Service) -> None:
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in service.get("ports", []))


@pytest.mark.parametrize("service", EVERY)
def test_nothing_of_the_host_is_handed_over(service: Service) -> None:
    assert not {"privileged", "pid", "ipc", "devices", "userns_mode"} & set(service)
    assert service.get("network_mode") in (None, "none", "service:network")
    named = yaml.safe_load((FOLDER / "compose.yaml").read_text())["volumes"]
    assert {mount.partition(":")[0] for mount in mounts(service)} <= set(named)


@pytest.mark.parametrize("service", OWN)
def test_our_roles_have_no_rights_but_to_their_volumes(service: Service) -> None:
    assert service["user"] == UID
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_only_the_redirect_is_root_and_all_it_may_do_is_set_up_the_network() -> None:
    network = services("compose.sidecar.yaml")["network"]
    assert (network["user"], network["cap_drop"], network["cap_add"]) == ("0:0", ["ALL"], ["NET_ADMIN"])
    assert network["read_only"] is True
    assert "volumes" not in network
    assert network["build"]["target"] == "redirect"


@pytest.mark.parametrize("name", FILES)
def test_the_private_key_is_where_only_the_proxy_and_its_maker_are(name: str) -> None:
    every = services(name)
    for role in ("authority", "proxy"):
        assert mounts(every[role])["ca:/data/ca"] == "rw"
    for role in NOT_THE_PROXYS:
        assert not any(mount.startswith("ca:") for mount in mounts(every.get(role, {})))


def test_an_app_sees_certificates_only_and_cannot_change_them() -> None:
    assert mounts(services("compose.sidecar.yaml")["app"]) == {"trust:/trust": "ro"}


def test_the_dashboard_cannot_write() -> None:
    assert mounts(services("compose.yaml")["dashboard"]) == {"data:/data": "ro"}


def test_an_app_has_no_proxy_setting_and_is_told_of_the_certificate_in_every_way_we_know() -> None:
    environment = services("compose.sidecar.yaml")["app"]["environment"]
    assert environment == dict.fromkeys(TRUST_VARIABLES, "/trust/bundle.pem")


def test_app_and_proxy_share_a_namespace_in_which_the_rules_come_first() -> None:
    every = services("compose.sidecar.yaml")
    for name in ("app", "proxy"):
        assert every[name]["network_mode"] == "service:network"
        assert "ports" not in every[name]  # the specification refuses both together
        assert every[name]["depends_on"]["network"]["condition"] == "service_healthy"
    assert every["app"]["depends_on"]["proxy"]["condition"] == "service_healthy"


def test_the_rules_spare_the_uid_and_name_the_port_of_the_proxy() -> None:
    every = services("compose.sidecar.yaml")
    environment = every["network"]["environment"]
    assert every["proxy"]["user"].partition(":")[0] == environment["TOKENECHO_PROXY_UID"]
    ports = {mode.rpartition(":")[2] for mode in every["proxy"]["command"] if mode.startswith("transparent")}
    assert ports == {environment["TOKENECHO_PORT"]}


@pytest.mark.parametrize("service", EVERY)
def test_what_keeps_running_is_watched(service: Service) -> None:
    if service.get("restart") == "unless-stopped":
        assert service["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", FILES)
def test_health_is_asked_of_a_role_that_the_script_knows(name: str) -> None:
    tree = ast.parse((FOLDER / "healthcheck.py").read_text())
    known = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    asked = {service["healthcheck"]["test"][-1] for role, service in services(name).items() if role in ROLES[1:]}
    assert asked == set(ROLES[1:])
    assert asked <= known


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("role", ROLES[1:])
def test_our_command_line_knows_what_a_service_runs(name: str, role: str) -> None:
    verb, *arguments = services(name)[role]["command"]
    command = tokenecho.get_command(click.Context(tokenecho), verb)
    assert command is not None, f"tokenecho has no command {verb}"
    assert command.make_context(verb, list(arguments)).params


@pytest.mark.parametrize("service", EVERY)
def test_a_service_is_built_from_a_stage_that_exists(service: Service) -> None:
    if build := service.get("build"):
        assert build["target"] in {stage.name for stage in stages()}
        assert (FOLDER / build["context"] / build["dockerfile"]).is_file()


def test_our_roles_run_under_the_uid_that_the_image_makes() -> None:
    image = stages()[-1]
    assert image.only("USER") == [UID]
    words = shlex.split(image.only("RUN")[0])
    assert words[words.index("--uid") + 1] == UID.partition(":")[0]
