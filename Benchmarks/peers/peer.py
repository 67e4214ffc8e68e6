"""The protocol between `bench` and a framework, which runs in its own process.

The process writes a line `first` after the first critic step. It writes a line of JSON when everything is compiled and
warmed up. Then it reads commands from standard input, one per line, and writes one line in response to each:

- `critic N`, `generator N`: makes N steps. The response is the elapsed time in seconds.
- `both N`: makes N generator steps, each after its critic steps. The response is the elapsed time in seconds.
- `check`: computes a few results of the untrained networks. The response is a JSON array of numbers, which must be the
  same for all frameworks.
"""

import argparse
import json
import os
import sys
import time


def parse_arguments(modes):
    """Parses the command line, and sets the number of threads before a framework is imported."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mode", choices=modes)
    parser.add_argument("checkpoint")
    parser.add_argument("networks", help="output of wgan-init --print-networks --json --from CHECKPOINT")
    parser.add_argument("images")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--batches", type=int, default=1 << 30, help="real batches per generator step")
    options = parser.parse_args()
    for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[variable] = str(options.threads)
    return options


def serve(version, make_trainer):
    """Runs the protocol. `make_trainer` returns an object with the attribute note, the methods critic, generator and
    both, which take the number of steps, the method check, and optionally the method tune.
    """
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # The output of a framework must not mix with the responses.
    try:
        trainer = make_trainer()
        trainer.critic(1)
        print("first", file=out)
        start = time.perf_counter()
        getattr(trainer, "tune", lambda: None)()
        for make_steps in (trainer.critic, trainer.generator, trainer.both):
            make_steps(1)
        warm = time.perf_counter() - start
        print(json.dumps({"version": version, "note": trainer.note, "warm_up": warm}), file=out)
        for line in sys.stdin:
            command, *count = line.split()
            if command == "check":
                print(json.dumps([float(number) for number in trainer.check()]), file=out)
                continue
            start = time.perf_counter()
            {"critic": trainer.critic, "generator": trainer.generator, "both": trainer.both}[command](int(*count))
            print(time.perf_counter() - start, file=out)
    except BrokenPipeError:
        pass
    except Exception as error:
        if not os.environ.get("PEER_TRACEBACK"):
            lines = str(error).strip().splitlines() or [""]
            sys.exit(f"{type(error).__name__}: {lines[0][:300]}")
        raise
