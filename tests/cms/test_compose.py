"""docker-compose.yml says the same as the supervisor and the production settings."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from cms.settings.production_needs import NEEDED
from cms.supervisor.processes import on_many_machines
from deploy.bootstrap import PANGO_PACKAGES

ROOT = Path(settings.BASE_DIR)
OURS = ["web", "worker", "worker-reports", "beat", "flower", "migrate"]


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def explained():
    """Variables that .env.example names, whether switched on or as a comment."""
    return set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.M))


def variables(text):
    """Names that docker compose fills in from the environment."""
    return set(re.findall(r"(?<!\$)\$\{([A-Z0-9_]+)", text))


def test_the_services_are_those_of_the_design(compose):
    assert set(compose["services"]) == {"nginx", "postgres", "redis", *OURS}


@pytest.mark.parametrize("process", on_many_machines(), ids=lambda process: process.name)
def test_each_command_is_the_supervisors(compose, process):
    assert tuple(shlex.split(compose["services"][process.name]["command"])) == process.argv


@pytest.mark.parametrize("name", OURS)
def test_each_process_has_every_variable_that_production_needs(compose, name):
    environment = compose["services"][name]["environment"]
    assert environment["DJANGO_SETTINGS_MODULE"] == "cms.settings.production"
    assert set(NEEDED) - set(environment) == set()


def test_only_variables_that_the_settings_read_are_passed_on(compose):
    read = "".join(path.read_text() for path in (ROOT / "cms" / "settings").glob("*.py"))
    passed = set(compose["services"]["web"]["environment"]) - {"DJANGO_SETTINGS_MODULE"}
    assert {name for name in passed if f'"{name}"' not in read} == set()


def test_flower_stands_behind_a_password(compose):
    assert compose["services"]["flower"]["environment"]["FLOWER_BASIC_AUTH"].startswith("${FLOWER_BASIC_AUTH:?")
    assert "ports" not in compose["services"]["flower"]
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["nginx"]


def test_every_variable_is_explained(explained):
    asked = variables((ROOT / "docker-compose.yml").read_text())
    read = set()
    for path in (ROOT / "cms" / "settings").glob("*.py"):
        read |= set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z0-9_]+)"', path.read_text()))
    # DEBUG is for those who work on Lectern itself; the guide for contributors names it.
    assert (asked | read | set(NEEDED)) - explained - {"DEBUG"} == set()


def test_what_has_no_default_stops_the_start_with_a_word(compose):
    asked = re.findall(r"(?<!\$)\$\{([A-Z0-9_]+)(:[?-])?", (ROOT / "docker-compose.yml").read_text())
    assert {name for name, form in asked if not form} == set()


def test_the_image_brings_what_pdfs_need():
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert [package for package in PANGO_PACKAGES if package not in dockerfile] == []
    assert re.search(r"^USER lectern$", dockerfile, re.M)


def test_nginx_passes_to_the_services_that_exist(compose):
    conf = (ROOT / "deploy" / "nginx" / "lectern.conf").read_text()
    assert set(re.findall(r"proxy_pass http://([a-z]+):(\d+);", conf)) == {("web", "8000"), ("flower", "5555")}
    media = {volume.split(":")[1] for volume in compose["services"]["nginx"]["volumes"] if volume.startswith("media:")}
    assert media == {"/srv/data/media"}
    assert "alias /srv/data/media/;" in conf


def test_nginx_slows_every_address_people_sign_in_at():
    conf = (ROOT / "deploy" / "nginx" / "lectern.conf").read_text()
    (pattern,) = re.findall(r"location ~ (\S+) \{\s+limit_req ", conf)
    with translation.override("de"):
        german = reverse("account_login")
    assert german.startswith("/de/")
    for address in (reverse("account_login"), german, reverse("wagtailadmin_login")):
        assert re.match(pattern, address), address
    for address in ("/", "/admin/", "/catalog/accounts/", reverse("account_logout")):
        assert not re.match(pattern, address), address


def test_docker_compose_itself_takes_the_file(tmp_path):
    program = shutil.which("docker-compose")
    if program is None:
        pytest.skip("docker-compose is not installed, so only our own reading of the file was tested.")
    env_file = tmp_path / "env"
    asked = variables((ROOT / "docker-compose.yml").read_text())
    env_file.write_text("".join(f"{name}=./value\n" for name in asked))
    done = subprocess.run(
        [program, "--env-file", env_file, "config", "-q"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.services
def test_nginx_itself_takes_the_configuration(tmp_path):
    program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if program is None or shutil.which("openssl") is None:
        pytest.skip("nginx or openssl is not installed, so the configuration was only read by us.")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1",
         "-keyout", tmp_path / "privkey.pem", "-out", tmp_path / "fullchain.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    conf = (ROOT / "deploy" / "nginx" / "lectern.conf").read_text().replace("/etc/nginx/certificates", str(tmp_path))
    # `http2 on` is newer than Debian's nginx; names of the compose network are not known here.
    conf = conf.replace("    http2 on;\n", "").replace("//web:", "//127.0.0.1:").replace("//flower:", "//127.0.0.1:")
    main = tmp_path / "nginx.conf"
    main.write_text(f"pid {tmp_path}/pid; events {{}} http {{ access_log off; {conf} }}")
    done = subprocess.run([program, "-t", "-q", "-c", main], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
