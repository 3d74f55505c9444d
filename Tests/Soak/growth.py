"""growth.py SAMPLES: whether a service grows. Each line of SAMPLES: seconds, phase, service, resident kilobytes, open files.

Memory: a line is fitted to what was seen in the phase `steady`, in its second half, when what a process fills once is full; it may rise by LIMIT from
the one end of it to the other. The fit is Theil's and Sen's, the median of the slopes between any two samples, which a few outliers do not move.
Open files: at `end`, when nothing is asked for any more, no more than at `idle`, before anything was.
"""

import statistics
import sys

LIMIT = 512  # kilobytes: in an hour a service that is flat stays within half of it


def slope(points):
    """Kilobytes a second."""
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for place, a in enumerate(points) for b in points[place + 1:] if b[0] > a[0]]
    return statistics.median(slopes) if slopes else None


def judge(samples):
    """What is to be said of each service, and what is wrong."""
    lines, problems = [], []
    steady = [sample for sample in samples if sample[1] == "steady"]
    times = [sample[0] for sample in steady] or [0]
    middle = (min(times) + max(times)) / 2
    for service in sorted({sample[2] for sample in samples}):
        memory = [(seconds, kilobytes) for seconds, _, name, kilobytes, _ in steady if name == service and seconds >= middle]
        files = {phase: count for _, phase, name, _, count in samples if name == service and phase in ("idle", "end")}
        rate = slope(memory[:: len(memory) // 500 + 1])
        if rate is None or len(files) < 2:
            problems.append(f"{service} was not watched long enough")
            continue
        growth = rate * (memory[-1][0] - memory[0][0])
        lines.append(f"{service:16} {memory[-1][1] / 1024:6.1f} MB, {growth / 1024:+.2f} MB in the last {memory[-1][0] - memory[0][0]} s; "
                     f"open files {files['idle']}, at the end {files['end']}")
        if growth > LIMIT:
            problems.append(f"the memory of {service} grows")
        if files["end"] > files["idle"]:
            problems.append(f"{service} keeps files open")
    return lines, problems


def main():
    with open(sys.argv[1]) as file:
        samples = [(int(seconds), phase, name, int(kilobytes), int(count)) for seconds, phase, name, kilobytes, count in map(str.split, file)]
    lines, problems = judge(samples)
    print("\n".join(lines + problems))
    sys.exit(1 if problems or not lines else 0)


main()
