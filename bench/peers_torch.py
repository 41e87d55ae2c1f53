#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""PyTorch's side of compare.py: the pair, or a dense pair, by the published
recipe. One line of JSON, like bench_iteration's."""
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

import peers

MODES = ["eager", "channels_last", "compile", "compile_channels_last"]


def dense(width, outputs):
    return nn.Sequential(nn.Linear(width, width), nn.LeakyReLU(0.2),
                         nn.Linear(width, width), nn.LeakyReLU(0.2),
                         nn.Linear(width, outputs))


def batch_norm(channels):
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


def generator():
    return nn.Sequential(
        nn.Linear(100, 12544), nn.ReLU(), nn.Unflatten(1, (256, 7, 7)),
        batch_norm(256), nn.ConvTranspose2d(256, 128, 4, 2, 1), nn.ReLU(),
        batch_norm(128), nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.ReLU(),
        batch_norm(64), nn.ConvTranspose2d(64, 1, 7, 1, 3), nn.Tanh())


def discriminator():
    return nn.Sequential(
        nn.Conv2d(1, 64, 4, 2, 1), nn.LeakyReLU(0.2),
        nn.Conv2d(64, 128, 4, 2, 1), nn.LeakyReLU(0.2),
        nn.Flatten(), nn.Linear(6272, 1))


class Subject:
    def __init__(self, chosen):
        width = self.width = chosen.width
        self.batch = chosen.batch
        self.half = torch.autocast("cpu", torch.bfloat16,
                                   enabled=chosen.type == "bf16")
        self.g = dense(width, width) if width else generator()
        self.d = dense(width, 1) if width else discriminator()
        self.data = torch.rand(1024, *([width] if width else [1, 28, 28]))
        self.data = self.data * 2 - 1
        if "channels_last" in chosen.mode and not width:
            self.g.to(memory_format=torch.channels_last)
            self.d.to(memory_format=torch.channels_last)
            self.data = self.data.to(memory_format=torch.channels_last)
        self.g_optimizer, self.d_optimizer = (
            torch.optim.Adam(model.parameters(), 1e-3, eps=1e-7, fused=True)
            for model in (self.g, self.d))
        # The parts that a user would have compiled.
        compiled = torch.compile if chosen.mode.startswith("compile") \
            else lambda function: function
        self.d_loss = compiled(self.discriminator_loss)
        self.g_loss = compiled(self.generator_loss)
        self.generate = compiled(self.g)

    def noise(self):
        return torch.randn(self.batch, self.width or 100)

    def discriminator_loss(self, images, target):
        with self.half:
            logits = self.d(images).float()
        loss = binary_cross_entropy_with_logits(
            logits, torch.full_like(logits, target))
        return loss, ((logits > 0) == (target > 0)).float().mean()

    def generator_loss(self, noise):
        with self.half:
            logits = self.d(self.g(noise)).float()
        return binary_cross_entropy_with_logits(logits,
                                                torch.ones_like(logits))

    @torch.no_grad()
    def sampling(self):
        self.g.eval()
        with self.half:
            return self.generate(self.noise()).float()

    def learn(self, optimizer, loss):
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def iteration(self):
        real = self.data[torch.randint(1024, (self.batch,))]
        fake = self.sampling()
        self.d.requires_grad_(True)
        measures = []
        for images, target in ((real, 1.0), (fake, 0.0)):
            loss, accuracy = self.d_loss(images, target)
            self.learn(self.d_optimizer, loss)
            measures += [loss.item(), accuracy.item()]
        self.d.requires_grad_(False)
        self.g.train()
        loss = self.g_loss(self.noise())
        self.learn(self.g_optimizer, loss)
        return measures + [loss.item()]


def main():
    chosen = peers.options(__doc__, MODES)
    torch.manual_seed(1)
    torch.set_num_threads(chosen.threads)
    torch.set_flush_denormal(True)
    subject = Subject(chosen)
    peers.measure(chosen, getattr(subject, chosen.what), torch.__version__)


main()
