# SPDX-License-Identifier: Apache-2.0
"""What the scripts of both frameworks share: options and the measuring."""
import argparse
import json
import statistics
import time

WARM_UP = 3


def options(description, modes):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("what", choices=["iteration", "sampling"])
    parser.add_argument("mode", choices=modes)
    parser.add_argument("type", choices=["f32", "bf16"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--width", type=int, default=0,
                        help="of a dense pair; 0: the pair for images")
    parser.add_argument("--turns", type=int, default=10)
    return parser.parse_args()


def measure(chosen, turn, version):
    """Prints the times of `turn` after the first ones, which trace and
    compile."""
    for _ in range(WARM_UP):
        turn()
    seconds = []
    for _ in range(chosen.turns):
        start = time.perf_counter()
        turn()
        seconds.append(time.perf_counter() - start)
    print(json.dumps({
        "what": chosen.what, "mode": chosen.mode, "type": chosen.type,
        "threads": chosen.threads, "batch": chosen.batch,
        "width": chosen.width, "best_ms": min(seconds) * 1e3,
        "median_ms": statistics.median(seconds) * 1e3, "version": version}))
