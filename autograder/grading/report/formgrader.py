"""Where nbgrader's formgrader is, so that a report can lead there."""

import os
from urllib.parse import quote

from jupyter_server.serverapp import list_running_servers

from ..course import Course

_USUAL = "http://localhost:8888/"


def address(course: Course) -> str:
    """The formgrader's address: of the Jupyter server that runs in or above the course folder; on a JupyterHub, of the
    user's own; where there is none, of the one that `make lab` would start."""
    if prefix := os.environ.get("JUPYTERHUB_SERVICE_PREFIX"):
        return f"{prefix.rstrip('/')}/formgrader"
    servers = {
        server["root_dir"]: server["url"]
        for server in list_running_servers()
        if course.folder.is_relative_to(server["root_dir"])
    }
    nearest = max(servers, key=len, default=None)
    return f"{servers.get(nearest, _USUAL).rstrip('/')}/formgrader"


def submission(formgrader: str, notebook: str) -> str:
    """The address of one student's notebook, by its id."""
    return f"{formgrader}/submissions/{quote(notebook, safe='')}/"


def submissions(formgrader: str, assignment: str, notebook: str) -> str:
    """The address of the list of all students' notebooks of an assignment."""
    return f"{formgrader}/gradebook/{quote(assignment, safe='')}/{quote(notebook, safe='')}"
