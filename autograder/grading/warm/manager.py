"""A kernel manager whose kernels come from the warm process, whatever the notebook's kernel specification says."""

from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

NAME = "autograder-warm"

LARGEST = 10_000_000  # bytes of a message; a kernel that sends a larger one is cut off
WAITING = 100  # messages that are kept until the grader gets to them
_QUEUED = 10  # messages that ZeroMQ keeps for each channel, however large they are


class WarmKernelManager(AsyncKernelManager):
    """For `kernel_manager_class`: nbgrader's Execute, nbclient and papermill need nothing else."""

    @property
    def kernel_spec(self) -> Any:
        return KernelSpec(
            display_name="Python 3 (warm, in a sandbox)",
            language="python",
            metadata={"kernel_provisioner": {"provisioner_name": NAME}},
        )

    def client(self, **arguments: Any) -> AsyncKernelClient:
        client = super().client(**arguments)
        client.context.maxmsgsize, client.context.rcvhwm = LARGEST, _QUEUED
        execute = client.execute

        def execute_counted(*arguments: Any, **named: Any) -> str:
            begin_cell = getattr(self.provisioner, "begin_cell", None)
            if begin_cell:
                begin_cell()
            silent = not named.get("store_history", True)  # the grader's own lines: nobody need be told of them
            return execute(*arguments, **named | ({"silent": True} if silent else {}))

        client.execute = execute_counted
        return client
