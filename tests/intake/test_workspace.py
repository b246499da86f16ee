"""What a run reads lies in a private folder that is wiped: at the end, or by the next run after a crash."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from marker.intake.workspace import Workspace


def test_the_folder_is_private_and_gone_afterwards(tmp_path: Path) -> None:
    with Workspace(tmp_path) as workspace:
        assert workspace.folder.stat().st_mode & 0o777 == 0o700
        workspace.fresh().write_bytes(b"secret")
    assert list(tmp_path.iterdir()) == []


def test_runs_that_start_at_once_never_wipe_each_other(tmp_path: Path) -> None:
    def one(_: int) -> bool:
        with Workspace(tmp_path) as workspace:
            path = workspace.fresh()
            path.write_bytes(b"secret")
            return path.read_bytes() == b"secret"

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(one, range(200)))
    assert list(tmp_path.iterdir()) == []


def test_fresh_paths_are_never_the_same(tmp_path: Path) -> None:
    with Workspace(tmp_path) as workspace:
        assert len({workspace.fresh() for _ in range(100)}) == 100


def test_what_a_killed_run_left_is_wiped_and_a_living_run_is_left_alone(tmp_path: Path) -> None:
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom marker.intake.workspace import Workspace\n"
        "with Workspace(Path(sys.argv[1])) as w:\n    w.fresh().write_bytes(b'secret')\n"
        "    print('ready', flush=True)\n    time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == b"ready\n"
        (theirs,) = tmp_path.iterdir()
        with Workspace(tmp_path):
            assert theirs.exists()
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
    assert theirs.exists()
    with Workspace(tmp_path):
        assert not theirs.exists()
