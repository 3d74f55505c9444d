"""Runs blocks of Python in one lasting namespace, as a notebook does: the value of a last expression is printed.

A block arrives on descriptor 98 and ends with a zero byte; when it begins an empty line goes out on 99, and its exit status when it has
ended. A block that begins with the character U+0001 wants values as they are: what would be printed of them goes out on 97 instead, one
JSON object a line, in every form that they have, and so do open matplotlib figures and the error that ended it.
"""

# What is seldom needed is imported when it is: start-up time is paid by every sandbox.
import _ast
import _signal
import os
import sys

DISPLAY, CODE, RESULT = 97, 98, 99
WANTS_VALUES = "\1"
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


FORMS = {
    "text/html": "html", "text/markdown": "markdown", "image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpeg",
    "application/pdf": "pdf", "text/latex": "latex", "application/json": "json", "application/javascript": "javascript",
}
METHODS = {
    "_repr_html_": "html", "_repr_markdown_": "markdown", "_repr_svg_": "svg", "_repr_png_": "png", "_repr_jpeg_": "jpeg",
    "_repr_pdf_": "pdf", "_repr_latex_": "latex", "_repr_json_": "json", "_repr_javascript_": "javascript",
}


def transportable(value):
    """Bytes as Base64; of a pair of data and metadata the data."""
    if isinstance(value, tuple) and value:
        value = value[0]
    if isinstance(value, (bytes, bytearray)):
        import base64

        return base64.b64encode(value).decode()
    return value


def forms_of(value):
    """Every form that a value has, its text always."""
    forms = {"text": repr(value)}
    if isinstance(value, type):
        return forms
    bundle = getattr(value, "_repr_mimebundle_", None)
    if bundle is not None:
        try:
            made = bundle()
            made = made[0] if isinstance(made, tuple) else made
            forms.update({FORMS[kind]: transportable(form) for kind, form in made.items() if kind in FORMS})
        except Exception:
            pass
    for method, name in METHODS.items():
        make = getattr(value, method, None)
        if make is None or name in forms:
            continue
        try:
            form = transportable(make())
        except Exception:
            continue
        if form is not None:
            forms[name] = form
    return forms


def send(message):
    import json

    try:
        line = json.dumps(message)
    except Exception:
        line = json.dumps({name: form for name, form in message.items() if isinstance(form, (str, bool))})
    data = line.encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode() + b"\n"
    while data:
        data = data[os.write(DISPLAY, data):]


def figures():
    """The figures that were drawn; they are closed, as a notebook does."""
    plot = sys.modules.get("matplotlib.pyplot")
    if plot is None:
        return
    import io

    for number in plot.get_fignums():
        figure = plot.figure(number)
        picture = io.BytesIO()
        figure.savefig(picture, format="png", bbox_inches="tight")
        yield {"text": repr(figure), "png": transportable(picture.getvalue())}
    plot.close("all")


class Interpreter:
    def __init__(self):
        self.main = type(sys)("__main__")
        self.main.__dict__["__builtins__"] = __builtins__
        sys.modules["__main__"] = self.main
        self.loop = None
        self.blocks = 0
        self.texts = {}
        self.wants_values = False
        self.main.__dict__["display"] = self.display

    def display(self, *values):
        """Shows values in the middle of a block."""
        for value in values:
            if self.wants_values:
                flush()
                send(forms_of(value))
            else:
                print(repr(value))

    def show(self, value):
        if value is None or not self.wants_values:
            return sys.displayhook(value)
        self.main.__dict__["_"] = value
        flush()
        send(forms_of(value) | {"is_main": True})

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
        self.wants_values = text.startswith(WANTS_VALUES)
        text = text.removeprefix(WANTS_VALUES)
        self.blocks += 1
        name = f"<block {self.blocks}>"
        self.texts[name] = text
        try:
            statements, last = compile_block(text, name)
            self.run_code(statements)
            if last is not None:
                self.show(self.run_code(last))
            if self.wants_values:
                for picture in figures():
                    send(picture)
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
            if not self.wants_values:
                return traceback.print_exception(type(error), error, trace)
            flush()
            lines = "".join(traceback.format_exception(type(error), error, trace))
            send({"error": {"name": type(error).__name__, "value": str(error), "traceback": lines}})
        except BaseException:
            os.write(2, b"an error that could not be printed\n")


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:
            pass


def ignore(number, frame):
    """An interruption while no block runs is too late for the last one."""


def prepare():
    """What every sandbox needs and none changes: a zygote does it once for all that are forked from it."""
    # Figures are shown by what is displayed, not by a window that cannot be.
    quiet = "ignore:FigureCanvasAgg is non-interactive:UserWarning"
    sys.warnoptions.append(quiet)
    if "warnings" in sys.modules:
        sys.modules["warnings"].filterwarnings("ignore", "FigureCanvasAgg is non-interactive", UserWarning)


def main():
    os.set_inheritable(DISPLAY, False)
    os.set_inheritable(CODE, False)
    os.set_inheritable(RESULT, False)
    sys.stdout.reconfigure(line_buffering=True, errors="backslashreplace")
    sys.path[0] = ""
    sys.argv = [""]
    interpreter = Interpreter()
    process = os.getpid()
    _signal.signal(_signal.SIGINT, ignore)
    for text in read_blocks():
        try:
            _signal.signal(_signal.SIGINT, _signal.default_int_handler)
            os.write(RESULT, b"\n")
            status = interpreter.run(text)
            _signal.signal(_signal.SIGINT, ignore)
        except KeyboardInterrupt:  # its code had just ended
            _signal.signal(_signal.SIGINT, ignore)
            status = 1
        flush()
        if os.getpid() != process:
            os._exit(status)  # a child that the block forked and that came back here
        os.write(RESULT, b"%d\n" % status)


if __name__ == "__main__":
    prepare()
    main()
