"""What a fork server would leave: the folder of its socket, which only an orderly end removes."""

import os
import shutil
import signal
import tempfile

from failure import Failure


def folder_make():
    """A temporary folder that goes with this process, however it ends: its child sees to it."""
    alive, held = os.pipe()
    told, tell = os.pipe()
    if os.fork() == 0:
        try:
            for interrupt in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(interrupt, signal.SIG_IGN)
            os.close(held)
            folder = tempfile.mkdtemp(prefix="breakeven-")
            os.write(tell, folder.encode())
            os.read(alive, 1)  # Its end: nobody writes.
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os._exit(0)
    os.close(alive)
    os.close(tell)
    folder = os.read(told, 4096).decode()
    os.close(told)
    if not folder:
        raise Failure("BE_EINTERNAL", "cannot make a temporary folder for the fork server")
    return folder
