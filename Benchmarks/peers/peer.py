"""One peer as a process that obeys lines: `critic N`, `generator N` or `both N` makes exactly so many steps (of both:
so many generator steps, each after its critic steps) and answers with the seconds they took; `check` answers with
numbers that are the same for every framework. Between two lines it waits for the next one.

A line `first` says that the first critic step is done, and a line of JSON that all is compiled and warm.
"""

import argparse
import json
import os
import sys
import time


def arguments(modes):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mode", choices=modes)
    parser.add_argument("checkpoint")
    parser.add_argument("networks", help="what wgan-init --print-networks --json --from CHECKPOINT prints")
    parser.add_argument("images")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--batches", type=int, default=1 << 30, help="real batches that a generator step uses up")
    options = parser.parse_args()
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = str(options.threads)
    return options


def serve(version, build):
    """`build` makes an object with the methods critic, generator, both (n steps each), check and perhaps tune."""
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a framework prints is no answer
    try:
        trainer = build()
        trainer.critic(1)
        print("first", file=out)
        began = time.perf_counter()
        getattr(trainer, "tune", lambda: None)()
        for verb in (trainer.critic, trainer.generator, trainer.both):
            verb(1)
        warm = time.perf_counter() - began
        print(json.dumps({"version": version, "note": trainer.note, "warm_up": warm}), file=out)
        for line in sys.stdin:
            verb, *count = line.split()
            if verb == "check":
                print(json.dumps([float(number) for number in trainer.check()]), file=out)
                continue
            began = time.perf_counter()
            {"critic": trainer.critic, "generator": trainer.generator, "both": trainer.both}[verb](int(*count))
            print(time.perf_counter() - began, file=out)
    except BrokenPipeError:
        pass
    except Exception as error:
        if not os.environ.get("PEER_TRACEBACK"):
            lines = str(error).strip().splitlines() or [""]
            sys.exit(f"{type(error).__name__}: {lines[0][:300]}")
        raise
