"""A warm Python that sandboxes are forked from: imports what payloads are likely to want, then hands itself to the launcher's library.

    zygote.py LIBRARY DRIVER [MODULE...]
"""

import builtins
import ctypes
import gc
import io
import os
import signal
import sys

# The driver imports these when it first needs them; here that is once for all.
import json  # noqa: F401
import linecache  # noqa: F401
import traceback  # noqa: F401

# Where the driver lies in a sandbox: what tracebacks are told.
PLACE = "/run/drivers/python"


def load_driver(path):
    with open(path, "rb") as file:
        text = file.read()
    driver = type(sys)("driver")
    driver.__file__ = PLACE
    exec(compile(text, PLACE, "exec"), driver.__dict__)
    driver.prepare()
    return driver


def preload(names):
    """The modules that there are; a missing one is no fault."""
    found = []
    for name in names:
        try:
            __import__(name)
            found.append(name)
        except Exception:
            pass
    return found


def rehearse(driver):
    """Does what every sandbox does first, so that what Python makes and adapts on the way is there, and is not copied in each."""
    output, main_module = sys.stdout, sys.modules["__main__"]
    for _ in range(20):
        sys.stdout = io.StringIO()
        interpreter = driver.Interpreter()
        for block in ("1 + 1", "for i in range(2):\n    print(i)", "\1i = 0"):
            interpreter.run(block)
        driver.flush()
    sys.stdout, sys.modules["__main__"] = output, main_module
    del builtins._


def reseed():
    """Nothing random may be the same in two sandboxes. Python's own generator is seeded anew at every fork."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and "numpy.random" in sys.modules:
        numpy.random.seed(None)


def main():
    library_path, driver_path, *names = sys.argv[1:]
    driver = load_driver(driver_path)
    found = preload(names)
    library = ctypes.PyDLL(library_path)

    @ctypes.PYFUNCTYPE(None, ctypes.POINTER(ctypes.c_char_p))
    def run(variables):
        status = 1
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.signal(signal.SIGPIPE, signal.SIG_IGN)
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            given = dict(variable.partition(b"=")[::2] for variable in iter(iter(variables).__next__, None))
            # The C library has it already; to set it through os.environ would be to set it there again.
            os.environ._data.clear()
            os.environ._data.update(given)
            reseed()
            driver.main()
            status = 0
        except BaseException as error:
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
        os._exit(status)

    description = '{"warm":"python","preloaded":[%s]}' % ",".join(f'"{name}"' for name in found)
    rehearse(driver)
    gc.collect()
    gc.freeze()
    library.zygote_serve(b"python", description.encode(), run)


if __name__ == "__main__":
    main()
