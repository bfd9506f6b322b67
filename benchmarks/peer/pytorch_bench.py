#!/usr/bin/env python3
"""Eager PyTorch of the shape that `mneme bench` runs, printing the same JSON line.

Decoder-only pre-norm transformer: LayerNorm, bias-free projections, GELU feed-forward of 4 * dim, learned token and
position embeddings, untied output, final LayerNorm; mean cross entropy over all tokens, full back-propagation over the
segments, AdamW, median step after 3 warm-up steps. With --slots above 0, trainable memory rows are put before the
tokens of every segment (Memory Transformer, variant mem-transformer); 0 is the plain transformer.
"""
import argparse
import json
import resource
import statistics
import time

import torch
import torch.nn.functional as F
from torch import nn


class Block(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.out = nn.Linear(dim, dim, bias=False)
        self.up, self.down = nn.Linear(dim, 4 * dim), nn.Linear(4 * dim, dim)

    def forward(self, x):
        batch, length, dim = x.shape
        q, k, v = (
            t.view(batch, length, self.heads, dim // self.heads).transpose(1, 2)
            for t in self.qkv(self.norm1(x)).chunk(3, dim=-1)
        )
        if hasattr(F, "scaled_dot_product_attention"):
            a = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            scores = q @ k.transpose(-1, -2) * (q.shape[-1] ** -0.5)
            mask = torch.ones(length, length, dtype=torch.bool).triu(1)
            a = scores.masked_fill(mask, float("-inf")).softmax(-1) @ v
        x = x + self.out(a.transpose(1, 2).reshape(batch, length, dim))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Decoder(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.tokens = nn.Embedding(o.vocab, o.dim)
        self.positions = nn.Embedding(o.segment, o.dim)
        self.slots = nn.Parameter(torch.randn(o.slots, o.dim) * 0.02) if o.slots else None
        self.blocks = nn.ModuleList(Block(o.dim, o.heads) for _ in range(o.layers))
        self.norm = nn.LayerNorm(o.dim)
        self.head = nn.Linear(o.dim, o.vocab, bias=False)

    def forward(self, ids):
        x = self.tokens(ids) + self.positions.weight[: ids.shape[1]]
        if self.slots is not None:
            x = torch.cat([self.slots.expand(ids.shape[0], -1, -1), x], dim=1)
        for block in self.blocks:
            x = block(x)
        x = self.norm(x)
        if self.slots is not None:
            x = x[:, self.slots.shape[0] :]
        return self.head(x)


def main():
    p = argparse.ArgumentParser()
    for name, default in dict(
        batch=8, segment=128, segments=4, dim=256, layers=4, heads=4, vocab=256, slots=0, steps=10, threads=2
    ).items():
        p.add_argument("--" + name, type=int, default=default)
    p.add_argument("--mode", choices=["train", "infer"], default="train")
    p.add_argument("--seed", type=int, default=1)
    o = p.parse_args()
    torch.set_num_threads(o.threads)
    torch.manual_seed(o.seed)
    model = Decoder(o)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.01)
    data = torch.randint(o.vocab, (o.segments, o.batch, o.segment))
    labels = torch.randint(o.vocab, (o.segments, o.batch, o.segment))
    seconds = []
    for step in range(3 + o.steps):
        start = time.perf_counter()
        if o.mode == "train":
            losses = [F.cross_entropy(model(x).flatten(0, 1), y.flatten()) for x, y in zip(data, labels)]
            loss = sum(losses) / len(losses)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            loss.item()
        else:
            with torch.inference_mode():
                for x in data:
                    model(x)[0, 0, 0].item()
        seconds.append(time.perf_counter() - start)
    median = statistics.median(seconds[3:])
    print(
        json.dumps(
            dict(
                tokens_per_second=o.batch * o.segment * o.segments / median,
                step_seconds=median,
                peak_rss_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
                parameters=sum(t.numel() for t in model.parameters()),
                torch=torch.__version__,
            )
        )
    )


if __name__ == "__main__":
    main()
