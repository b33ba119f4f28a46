"""On PYTHONPATH, keeps every Python process from connecting to anything but this machine."""

import ipaddress
import socket

_connect = socket.socket.connect


def _connect_here(self, address):
    if self.family in (socket.AF_INET, socket.AF_INET6) and not _local(address[0]):
        raise OSError(f"No network in tests: {address[0]}")
    return _connect(self, address)


def _local(host):
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


socket.socket.connect = socket.socket.connect_ex = _connect_here
