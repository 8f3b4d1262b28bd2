"""Runs Drain3 with its defaults on every log of a folder: `NAME.txt`.

Writes `NAME.drain3`, the group of each line, and `drain3.tsv`, lines a second in the steady state.
"""

import logging
import pathlib
import statistics
import sys
import time

from drain3 import TemplateMiner
from drain3.template_miner_config import TemplateMinerConfig

logging.disable(logging.CRITICAL)


def fresh():
    return TemplateMiner(config=TemplateMinerConfig())


def speed(lines):
    """As the other miners are measured: one miner, the same lines again and again."""
    speeds = []
    for _ in range(3):
        miner, done, start = fresh(), 0, time.perf_counter()
        while time.perf_counter() - start < 0.4:
            for line in lines:
                miner.add_log_message(line)
            done += len(lines)
        speeds.append(done / (time.perf_counter() - start))
    return statistics.median(speeds)


def main():
    folder = pathlib.Path(sys.argv[1])
    speeds = []
    for path in sorted(folder.glob("*.txt")):
        lines = path.read_text(encoding="utf-8").split("\n")[:-1]
        miner = fresh()
        ids = [miner.add_log_message(line)["cluster_id"] for line in lines]
        # By what the templates are in the end: equal texts are one.
        numbers = {}
        final = {
            it.cluster_id: numbers.setdefault(it.get_template(), len(numbers) + 1)
            for it in miner.drain.clusters
        }
        groups = [final.get(it, len(numbers) + it) for it in ids]
        path.with_suffix(".drain3").write_text("".join(f"{it}\n" for it in groups))
        # Single streams are short and many; all of them interleaved are timed.
        if not path.stem.startswith("stream-"):
            speeds.append(f"{path.stem}\t{speed(lines):.0f}\n")
    (folder / "drain3.tsv").write_text("".join(speeds))


main()
