"""Workers of this machine: nothing is said of other clusters, and nobody is shown anything."""

import contextlib
import socket
import urllib.error
import urllib.request
import warnings

import pytest

from autograder.grading import cluster

pytestmark = pytest.mark.slow

PAGES = ("/info/main/workers.html", "/json/identity.json", "/metrics", "/health", "/status")


def test_there_is_no_dashboard_nor_a_word_about_its_port(tmp_path):
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):  # somebody has it already
            stack.enter_context(socket.create_server(("127.0.0.1", 8787)))
        said = stack.enter_context(warnings.catch_warnings(record=True))
        warnings.simplefilter("always")
        crew = stack.enter_context(cluster.here(1, tmp_path / "log", []))
        about = crew.client.scheduler_info(n_workers=-1)
        ports = [port for one in (about, *about["workers"].values()) for port in one["services"].values()]
        for address in [f"http://127.0.0.1:{port}{page}" for port in ports for page in PAGES]:
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(address, timeout=10)
    assert not [one for one in said if "8787" in str(one.message)]
