#!/usr/bin/env python3
"""The Fréchet distance between sampled and real images, in the feature space of a small classifier.

    /tmp/peers/bin/python scripts/frechet.py TRAIN TEST SAMPLES...

TRAIN and TEST are tensor files with images and labels (idx2tensor --labels). SAMPLES are outputs of wgan-sample. The
classifier is trained on TRAIN for some minutes and saved in TRAIN.classifier. Its 128 features before the last layer
replace those of Inception (Heusel et al. 2017, equation 6). Distances are comparable only with the same classifier and
the same number of samples. The first distance, of TRAIN, is the best that a generator can reach. The second column is the
effective number of classes: exp of the entropy of the predicted labels, at most the number of classes.
"""

import pathlib
import sys

import numpy
import torch
from safetensors.numpy import load_file
from torch import nn


def images(path):
    tensors = load_file(path)
    numbers = torch.tensor(tensors["images"])
    scaled = numbers.float() / 127.5 - 1 if numbers.dtype == torch.uint8 else numbers
    return scaled, torch.tensor(tensors["labels"].astype(numpy.int64)) if "labels" in tensors else None


def classifier(path):
    torch.manual_seed(0)
    pixels, labels = images(path)
    network = nn.Sequential(
        nn.Conv2d(pixels.shape[1], 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 32, 3, padding=1, stride=2), nn.ReLU(),
        nn.BatchNorm2d(32), nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 64, 3, padding=1, stride=2), nn.ReLU(),
        nn.BatchNorm2d(64), nn.Flatten(), nn.LazyLinear(128), nn.ReLU(), nn.Dropout(0.3), nn.Linear(128, int(labels.max()) + 1))
    network(pixels[:2])
    saved = pathlib.Path(f"{path}.classifier")
    if saved.exists():
        network.load_state_dict(torch.load(saved, weights_only=True))
        return network.eval()
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    epochs, batch = 4, 128
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=epochs * (len(pixels) // batch))
    for _ in range(epochs):
        order = torch.randperm(len(pixels))
        for start in range(0, len(pixels) - batch + 1, batch):
            chosen = order[start:start + batch]
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(pixels[chosen]), labels[chosen]).backward()
            optimizer.step()
            schedule.step()
    torch.save(network.state_dict(), saved)
    return network.eval()


@torch.no_grad()
def features(network, pixels):
    found = torch.cat([network[:-2](part) for part in pixels.split(500)])
    return found.double(), network[-1](found).softmax(1).double()


def distance(a, b):
    """|μa − μb|² + tr(Σa + Σb − 2·(Σa·Σb)^½). The root uses the eigenvalues of Σa^½·Σb·Σa^½."""
    covariance_a, covariance_b = torch.cov(a.T), torch.cov(b.T)
    values, vectors = torch.linalg.eigh(covariance_a)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    mixed = torch.linalg.eigvalsh(root @ covariance_b @ root).clamp(min=0).sqrt().sum()
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + covariance_a.trace() + covariance_b.trace() - 2 * mixed


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__.split("\n\n")[1].strip())
    train, test, *samples = sys.argv[1:]
    network = classifier(train)
    test_pixels, labels = images(test)
    real, guesses = features(network, test_pixels)
    print(f"classifier: {(guesses.argmax(1) == labels).double().mean():.4f} accuracy on {test}")
    halves = images(train)[0][:len(test_pixels)]
    for path, pixels in [(train, halves)] + [(path, images(path)[0]) for path in samples]:
        found, labels = features(network, pixels)
        mean = labels.mean(0)
        print(f"{path}: distance {distance(found, real):.3f}, classes {(-(mean * mean.log()).sum()).exp():.2f}")


if __name__ == "__main__":
    main()
