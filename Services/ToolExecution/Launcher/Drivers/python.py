"""Runs blocks of Python in one lasting namespace, as a notebook does: the value of a last expression is printed.

A block arrives on descriptor 98 and ends with a zero byte; its exit status goes out on 99 as a line.
"""

# What is seldom needed is imported when it is: start-up time is paid by every sandbox.
import _ast
import os
import sys

CODE, RESULT = 98, 99
CO_COROUTINE = 0x80  # a code object with `await` at its top level


def read_blocks():
    pending = b""
    while True:
        block, zero, rest = pending.partition(b"\0")
        if zero:
            pending = rest
            yield block.decode("utf-8", "replace")
            continue
        received = os.read(CODE, 65536)
        if not received:
            return
        pending += received


def compile_block(text, name):
    """The statements of a block and, when it ends with an expression, that expression."""
    tree = compile(text, name, "exec", flags=_ast.PyCF_ONLY_AST)
    last = None
    if tree.body and isinstance(tree.body[-1], _ast.Expr):
        last = _ast.Expression(tree.body.pop().value)
    flags = _ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    statements = compile(tree, name, "exec", flags=flags)
    return statements, last and compile(last, name, "eval", flags=flags)


class Interpreter:
    def __init__(self):
        self.main = type(sys)("__main__")
        self.main.__dict__["__builtins__"] = __builtins__
        sys.modules["__main__"] = self.main
        self.loop = None
        self.blocks = 0
        self.texts = {}

    def run_code(self, code):
        if not code.co_flags & CO_COROUTINE:
            return eval(code, self.main.__dict__)
        import asyncio

        if self.loop is None:
            self.loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self.loop)
        return self.loop.run_until_complete(eval(code, self.main.__dict__))

    def run(self, text):
        """Returns the exit status."""
        self.blocks += 1
        name = f"<block {self.blocks}>"
        self.texts[name] = text
        try:
            statements, last = compile_block(text, name)
            self.run_code(statements)
            if last is not None:
                sys.displayhook(self.run_code(last))
            return 0
        except SystemExit as stop:
            if stop.code is None or isinstance(stop.code, int):
                return (stop.code or 0) & 255
            print(stop.code, file=sys.stderr)
            return 1
        except BaseException as error:
            self.print_error(error)
            return 1

    def print_error(self, error):
        try:
            import linecache
            import traceback

            # So that the traceback shows the lines.
            for name, text in self.texts.items():
                linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
            trace = error.__traceback__
            while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
                trace = trace.tb_next
            # The compiler's own frames say nothing about the block.
            if isinstance(error, SyntaxError) and error.filename and error.filename.startswith("<block"):
                trace = None
            traceback.print_exception(type(error), error, trace)
        except BaseException:
            os.write(2, b"an error that could not be printed\n")


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            pass


def main():
    os.set_inheritable(CODE, False)
    os.set_inheritable(RESULT, False)
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")
    sys.path[0] = ""
    sys.argv = [""]
    interpreter = Interpreter()
    process = os.getpid()
    for text in read_blocks():
        status = interpreter.run(text)
        flush()
        if os.getpid() != process:
            os._exit(status)  # a child that the block forked and that came back here
        try:
            os.write(RESULT, b"%d\n" % status)
        except KeyboardInterrupt:
            os.write(RESULT, b"%d\n" % status)


if __name__ == "__main__":
    main()
