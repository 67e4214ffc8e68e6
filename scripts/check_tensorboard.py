#!/usr/bin/env python3
"""Reads the output of metrics2tb with TensorBoard, and compares all numbers with the metrics.

Needs metrics2tb on the PATH, and TensorBoard (pip install tensorboard):
    scripts/check_tensorboard.py runs/quick/metrics.jsonl
"""
import json
import struct
import subprocess
import sys
import tempfile

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def single(number):
    return struct.unpack("f", struct.pack("f", number))[0]


def main(metrics, start=1.5e9):
    # tag -> [(wall time, step, value)]
    expected, time = {}, start
    for line in open(metrics):
        try:
            numbers = json.loads(line)
        except json.JSONDecodeError:
            break  # an incomplete last line
        step = numbers.pop("generator_step")
        time += numbers.pop("seconds")
        for name, value in numbers.items():
            if value is not None:
                expected.setdefault("wgan/" + name, []).append((time, step, single(value)))

    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/events.out.tfevents.1", "wb") as events:
            subprocess.run(
                ["metrics2tb", metrics, "--start", str(start)], stdout=events, check=True)
        read = EventAccumulator(folder, size_guidance={"scalars": 0})
        read.Reload()
        assert read.file_version == 2, read.file_version
        assert sorted(read.Tags()["scalars"]) == sorted(expected), read.Tags()
        for tag, events in expected.items():
            assert [(e.wall_time, e.step, e.value) for e in read.Scalars(tag)] == events, tag
    print(f"{sum(map(len, expected.values()))} scalars of {len(expected)} tags read back by TensorBoard")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
