"""Runs ministack on a free loopback port until standard input closes.

Usage: serve.py STATE_FOLDER. Prints one line of JSON when it is ready: {"endpoint": "http://127.0.0.1:PORT"}.
"""

import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request


def main() -> int:
    state = pathlib.Path(sys.argv[1])
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "AUTH": "true",  # without it ministack accepts wrong codes, forged tokens and every signature
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "STATE_DIR": str(state / "state"),
        "S3_DATA_DIR": str(state / "s3"),
        # These listen on every interface, whatever BIND_HOST says.
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }
    program = pathlib.Path(sys.executable).parent / "ministack"
    server = subprocess.Popen([program], env=environment, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    try:
        if not becomes_healthy(server, endpoint):
            return 1
        print(json.dumps({"endpoint": endpoint}), flush=True)
        sys.stdin.read()
        return 0
    finally:
        server.terminate()
        try:
            server.wait(timeout=5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def becomes_healthy(server: subprocess.Popen, endpoint: str) -> bool:
    for _ in range(300):
        if server.poll() is not None:
            print(f"ministack ended with {server.returncode}", file=sys.stderr)
            return False
        try:
            with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=5):
                return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    print("ministack did not become healthy in 30 seconds", file=sys.stderr)
    return False


if __name__ == "__main__":
    sys.exit(main())
