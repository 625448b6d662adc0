"""The simulated cloud as a command."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

_COMMAND = "import sys; from ionq_tui.simulator.serve import main; sys.exit(main(port=0, speed=60.0))"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_ends_when_told(number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", _COMMAND], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            lines = [process.stdout.readline().strip() for _ in range(2)]
            told = dict(line.split("=", 1) for line in lines)
            assert list(told) == ["IONQ_API_URL", "IONQ_API_KEY"]
            url = urlsplit(told["IONQ_API_URL"])
            line = http.client.HTTPConnection(str(url.hostname), url.port or 0, timeout=20)
            line.request("GET", url.path + "/whoami", headers={"Authorization": f"apiKey {told['IONQ_API_KEY']}"})
            assert line.getresponse().status == 200
            process.send_signal(number)
            assert process.wait(20) == 0
            line.close()
        finally:
            process.kill()
