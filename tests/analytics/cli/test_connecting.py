"""`tokenecho env`: lines that a shell can take."""

import subprocess
from pathlib import Path

from tests.analytics.cli.terminal import called, environment


def test_a_shell_takes_the_lines(tmp_path: Path) -> None:
    home = tmp_path / "a home with 'quotes'"
    printed = called(home, "env", "--port", "9999", "--team", "blue", "--app", "shop").stdout
    script = printed + '\nprintf "%s\\n" "$HTTPS_PROXY" "$https_proxy" "$SSL_CERT_FILE" "$NODE_USE_ENV_PROXY"'
    shell = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True, env=environment(home))
    proxy, lower, bundle, node = shell.stdout.splitlines()
    assert proxy == lower == "http://blue+shop:x@127.0.0.1:9999"
    assert "BEGIN CERTIFICATE" in Path(bundle).read_text("utf-8")
    assert node == "1"


def test_every_shell_has_its_own_syntax(tmp_path: Path) -> None:
    assert "set -gx HTTPS_PROXY http://127.0.0.1:8080" in called(tmp_path, "env", "--shell", "fish").stdout
    assert "$env:HTTPS_PROXY = 'http://127.0.0.1:8080'" in called(tmp_path, "env", "--shell", "powershell").stdout


def test_the_bundle_holds_the_systems_roots_and_the_proxys_authority(tmp_path: Path) -> None:
    called(tmp_path, "env")
    bundle = (tmp_path / "ca" / "bundle.pem").read_text("utf-8")
    own = (tmp_path / "ca" / "mitmproxy-ca-cert.pem").read_text("utf-8")
    assert own.strip() in bundle
    assert bundle.count("BEGIN CERTIFICATE") > 50
    assert own.strip() not in (tmp_path / "ca" / "upstream-roots.pem").read_text("utf-8")
