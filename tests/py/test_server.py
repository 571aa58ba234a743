"""The project's own server: starts, comes back after a crash, and says plainly why it can't."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from twinbook import server as module
from twinbook.failure import Failure
from twinbook.server import Server, find_binaries


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    _let_in(tmp_path)
    server = Server(tmp_path / "data")
    yield server
    server.stop()


def _let_in(folder: Path) -> None:
    # pytest's own folders are closed to the user whom root hands the server to.
    if os.geteuid() == 0:
        for path in (folder, *folder.parents):
            if path.stat().st_uid == 0 and "pytest-of-" in str(path):
                path.chmod(0o755)


def _ask(url: str | None, query: str) -> str:
    with psycopg.connect(url or "", autocommit=True) as db:
        (value,) = db.execute(query.encode()).fetchone() or ("",)
        return str(value)


def test_starts_stops_and_keeps_its_data(server: Server) -> None:
    url = server.start()
    with psycopg.connect(url) as db:
        db.execute("create table kept (n integer); insert into kept values (7)")
    assert server.start() == url, "starting again finds it running"
    assert server.stop()
    assert not server.stop()
    assert server.url is None
    assert _ask(server.start(), "select n from kept") == "7"


def test_is_durable_unless_told_otherwise(server: Server) -> None:
    assert _ask(server.start(), "show fsync") == "on"
    server.stop()
    server.durable = False
    assert _ask(server.start(), "show fsync") == "off"


def test_comes_back_after_a_crash(server: Server) -> None:
    with psycopg.connect(server.start()) as db:
        db.execute("create table kept (n integer); insert into kept values (7)")
        db.commit()
        server.kill()
    assert server.pid is None
    assert _ask(server.start(), "select n from kept") == "7"


def test_a_stale_pid_file_with_a_living_number_is_seen_through(server: Server) -> None:
    server.start()
    server.kill()
    pid_file = server.data / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().split("\n")
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    assert server.pid is None
    assert _ask(server.start(), "select 1") == "1"


def test_two_starts_at_once_make_one_server(server: Server) -> None:
    urls: list[str] = []
    threads = [
        threading.Thread(target=lambda: urls.append(Server(server.data).start())) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(urls) == 3
    assert len(set(urls)) == 1


def test_a_deep_folder_gets_a_short_socket(tmp_path: Path) -> None:
    _let_in(tmp_path)
    deep = tmp_path / ("d" * 100)
    with Server(deep) as server:
        assert server.url
        assert str(deep) not in server.url
        assert _ask(server.url, "select 1") == "1"


def test_only_its_user_may_enter(server: Server) -> None:
    server.start()
    assert server.data.stat().st_mode & 0o077 == 0
    assert _ask(server.url, "show listen_addresses") == ""


def test_a_port_asks_for_a_password(tmp_path: Path) -> None:
    _let_in(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Failure, match=f"port {port} is taken"):
            Server(tmp_path / "data", port=port).start()
    with Server(tmp_path / "data", port=port) as server:
        with pytest.raises(Failure, match="already runs"):
            Server(tmp_path / "data", port=port + 1).start()
        assert _ask(server.url, "select 1") == "1"
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres")


def test_a_port_leaves_the_urls_as_they_are(tmp_path: Path) -> None:
    _let_in(tmp_path)
    data = tmp_path / "data"
    with Server(data) as server:
        url = server.url
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    without_port = make_conninfo(url or "", port="")
    with Server(data, port=port) as server:
        assert server.url == url
        assert _ask(url, "show port") == str(port)
        assert _ask(without_port, "select 1") == "1"
        server.kill()
        assert server.start() == url
        assert _ask(without_port, "select 1") == "1"
    with Server(data) as server:
        assert server.url == url
        assert _ask(without_port, "select 1") == "1"


def test_little_shared_memory_is_worked_around(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_shm_is_roomy", lambda: False)
    assert _ask(server.start(), "show dynamic_shared_memory_type") == "mmap"


def test_data_of_another_major_version_are_refused(server: Server) -> None:
    server.start()
    server.stop()
    (server.data / "postgres" / "PG_VERSION").write_text("14\n")
    with pytest.raises(Failure, match=r"belong to Postgres 14.*PG_BINDIR"):
        server.start()


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(Failure, match="holds other files"):
        Server(tmp_path).start()
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_in_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(Failure, match="--data"):
        Server(tmp_path / "data" / "deeper").start()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_not_writable_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(Failure, match="not writable"):
        Server(tmp_path / "data").start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")
def test_root_hands_it_to_another_user(server: Server) -> None:
    server.start()
    assert server.pid
    assert Path(f"/proc/{server.pid}").stat().st_uid != 0
    assert (server.data / "postgres").stat().st_uid != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the server to another user")
def test_a_folder_that_this_user_cannot_reach_is_said(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(Failure, match="can't reach"):
        Server(closed / "data").start()


def test_a_folder_without_postgres_is_said(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="no Postgres server in"):
        find_binaries(tmp_path)
