"""seccomp.py PROFILE: prints, in base 64, the filter that a container engine makes of a seccomp profile, for this machine.

The numbers of system calls are those of the C library's headers; a name that this machine does not have is passed over, as engines do.
"""

import base64
import json
import platform
import re
import struct
import subprocess
import sys

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERRNO, KILL = 0x7FFF0000, 0x00050000, 0x80000000

headers = subprocess.run(["gcc", "-E", "-dM", "-"], input="#include <sys/syscall.h>\n", capture_output=True, text=True, check=True).stdout
numbers = {name: int(number) for name, number in re.findall(r"#define __NR_(\w+) (\d+)\n", headers)}
profile = json.load(open(sys.argv[1]))


def result(rule, errno):
    return {"SCMP_ACT_ALLOW": ALLOW, "SCMP_ACT_ERRNO": ERRNO | errno}[rule]


program = [
    (LOAD, 0, 0, 4),  # the architecture
    (JUMP_IF_EQUAL, 1, 0, ARCHITECTURES[platform.machine()]),
    (RETURN, 0, 0, KILL),
    (LOAD, 0, 0, 0),  # the number of the call
]
for group in profile["syscalls"]:
    for name in group["names"]:
        if name in numbers:
            program.append((JUMP_IF_EQUAL, 0, 1, numbers[name]))
            program.append((RETURN, 0, 0, result(group["action"], group.get("errnoRet", 1))))
program.append((RETURN, 0, 0, result(profile["defaultAction"], profile["defaultErrnoRet"])))
print(base64.b64encode(b"".join(struct.pack("HBBI", *instruction) for instruction in program)).decode())
