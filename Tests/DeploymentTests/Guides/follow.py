"""follow.py FOLDER GUIDE…: makes FOLDER a copy of this repository as it stands, and in it what the guides say, one after the other and word by word.

Every block of a guide is either a change (diff), which is applied, or a new file, whose path is the last one that the text before it names. What
FOLDER has besides and git ignores, as what was built there, stays; files that are as they should be are not touched.
"""

import os
import pathlib
import re
import subprocess
import sys

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PATH = re.compile(r"`((?:[\w.-]+/)+[\w-]+\.\w+)`")


def copy(source, folder):
    listed = ["git", "-C", source, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = {name for name in subprocess.check_output(listed, text=True).split("\0") if name and (source / name).is_file()}
    for path in [path for path in subtree(folder) if str(path.relative_to(folder)) not in names]:
        path.unlink()
    for name in names:
        write(folder / name, (source / name).read_bytes(), (source / name).stat().st_mode)


def subtree(folder):
    for path, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in (".build", ".local")]
        yield from (pathlib.Path(path) / name for name in files)


def write(path, content, mode=0o644):
    if not path.is_file() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    path.chmod(mode)


def follow(guide, folder):
    text, place = guide.read_text(), 0
    for block in BLOCK.finditer(text):
        before, place = text[place:block.start()], block.end()
        language, content = block.groups()
        if language == "diff":
            # Not as a part of the repository that the folder may lie in.
            environment = dict(os.environ, GIT_CEILING_DIRECTORIES=str(folder.parent))
            applied = subprocess.run(["git", "apply", "-"], input=content, cwd=folder, env=environment, text=True, capture_output=True)
            if applied.returncode:
                sys.exit(f"{guide.name}: a change cannot be made: {applied.stderr}{content}")
        else:
            names = [name for name in PATH.findall(before) if not (folder / name).exists()]
            if not names:
                sys.exit(f"{guide.name}: no new file is named before this block:\n{content}")
            write(folder / names[-1], content.encode())
    if place == 0:
        sys.exit(f"{guide.name} has no block")


def main():
    root, folder = pathlib.Path(__file__).resolve().parents[3], pathlib.Path(sys.argv[1]).resolve()
    copy(root, folder)
    for guide in sys.argv[2:]:
        follow(root / "deploy/guides" / f"{guide}.md", folder)


main()
