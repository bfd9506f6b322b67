#!/usr/bin/env python3
"""Eager PyTorch of the shape that `mneme bench` runs, printing the same JSON line.

Decoder-only pre-norm transformer: LayerNorm, bias-free projections, GELU feed-forward of 4 * dim, learned positions,
untied output, final LayerNorm; mean cross entropy over all tokens, full back-propagation over the segments, AdamW, median
step after the warm-up. --memory chooses what is added:

  none                          nothing
  memory-transformer            trainable rows before the tokens of every segment (variant mem-transformer)
  memformer                     slots of length 1, read by cross-attention between self-attention and feed-forward of every
                                block, written after the final norm by slot attention and biased memory normalisation
  recurrent-memory-transformer  memory rows before and behind the tokens; what the last block and the final norm make of
                                those behind is the memory of the next segment
  transformer-xl                --slots rows (128 unless said otherwise) that entered each block in earlier segments, seen with
                                relative positions; no gradient to them, output tied to the embedding, no final norm
"""
import argparse
import json
import resource
import statistics
import time

import torch
import torch.nn.functional as F
from torch import nn

MEMORIES = ["none", "memory-transformer", "memformer", "recurrent-memory-transformer", "transformer-xl"]
DEFAULT_SLOTS = {"none": 0, "transformer-xl": 128}
SLOT_TEMPERATURE = 0.25


def status(key):
    """A line of /proc/self/status in bytes; 0 where there is none."""
    try:
        with open("/proc/self/status") as lines:
            return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(key + ":"))
    except (OSError, StopIteration):
        return 0


def heads(x, count):
    """(batch, length, dim) to (batch, heads, length, dim / heads)."""
    return x.view(x.shape[0], x.shape[1], count, -1).transpose(1, 2)


def merge(x):
    """The other way round."""
    return x.transpose(1, 2).flatten(2)


def attend(q, k, v, mask=None, scale=1.0):
    """Attention with scores times scale / sqrt(head dim); mask is additive, as the older releases take it fastest."""
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q * scale if scale != 1.0 else q, k, v, attn_mask=mask)
    # A scale on the queries touches fewer numbers than one on the scores.
    scores = (q * (scale * q.shape[-1] ** -0.5)) @ k.transpose(-1, -2)
    return (scores if mask is None else scores + mask).softmax(-1) @ v


class Causal:
    """Causal self-attention; the mask is made once a length."""

    def __init__(self):
        self.mask = None

    def __call__(self, q, k, v):
        if hasattr(F, "scaled_dot_product_attention"):
            return F.scaled_dot_product_attention(q, k, v, is_causal=True)
        if self.mask is None or self.mask.shape[0] != q.shape[2]:
            self.mask = torch.full((q.shape[2], q.shape[2]), float("-inf")).triu(1)
        return attend(q, k, v, self.mask)


class Block(nn.Module):
    def __init__(self, dim, head_count, causal, reads):
        super().__init__()
        self.heads, self.causal = head_count, causal
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.out = nn.Linear(dim, dim, bias=False)
        self.up, self.down = nn.Linear(dim, 4 * dim), nn.Linear(4 * dim, dim)
        if reads:
            self.read_norm = nn.LayerNorm(dim)
            self.read_q = nn.Linear(dim, dim, bias=False)
            self.read_kv = nn.Linear(dim, 2 * dim, bias=False)
            self.read_out = nn.Linear(dim, dim, bias=False)

    def forward(self, x, slots=None):
        q, k, v = (heads(t, self.heads) for t in self.qkv(self.norm1(x)).chunk(3, dim=-1))
        x = x + self.out(merge(self.causal(q, k, v)))
        if slots is not None:
            k, v = (heads(t, self.heads) for t in self.read_kv(slots).chunk(2, dim=-1))
            q = heads(self.read_q(self.read_norm(x)), self.heads)
            x = x + self.read_out(merge(attend(q, k, v)))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class SlotWriter(nn.Module):
    """Slot attention of Memformer: a slot sees itself, with its raw content as value, and the tokens of the segment."""

    def __init__(self, dim, head_count, slot_count, length):
        super().__init__()
        self.heads = head_count
        self.q, self.k, self.v = (nn.Linear(dim, dim, bias=False) for _ in range(3))
        other_slots = torch.full((slot_count, slot_count), float("-inf")).fill_diagonal_(0)
        self.register_buffer("mask", torch.cat([other_slots, torch.zeros(slot_count, length)], dim=1))

    def forward(self, slots, tokens):
        q = heads(self.q(slots), self.heads)
        k = heads(self.k(torch.cat([slots, tokens], dim=1)), self.heads)
        v = heads(torch.cat([slots, self.v(tokens)], dim=1), self.heads)
        return merge(attend(q, k, v, self.mask, 1 / SLOT_TEMPERATURE))


class Decoder(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.memory = o.memory
        recurrent = o.memory == "recurrent-memory-transformer"
        self.tokens = nn.Embedding(o.vocab, o.dim)
        self.positions = nn.Embedding(o.segment + (2 * o.slots if recurrent else 0), o.dim)
        slot_std = o.dim**-0.5 if o.memory == "memformer" else 0.02
        self.slots = None if o.memory == "none" else nn.Parameter(torch.randn(o.slots, o.dim) * slot_std)
        causal = Causal()
        self.blocks = nn.ModuleList(Block(o.dim, o.heads, causal, o.memory == "memformer") for _ in range(o.layers))
        self.norm = nn.LayerNorm(o.dim)
        self.head = nn.Linear(o.dim, o.vocab, bias=False)
        if o.memory == "memformer":
            self.writer = SlotWriter(o.dim, o.heads, o.slots, o.segment)

    def initial(self, batch):
        """The state before the first segment."""
        if self.memory == "memformer":
            return F.normalize(self.slots, dim=-1).expand(batch, -1, -1)
        if self.memory == "recurrent-memory-transformer":
            return self.slots.expand(batch, -1, -1)
        return None

    def forward(self, ids, state):
        """Logits and the next state."""
        if self.memory == "memformer":
            x = self.tokens(ids) + self.positions.weight
            for block in self.blocks:
                x = block(x, state)
            x = self.norm(x)
            return self.head(x), F.normalize(self.writer(state, x) + self.slots, dim=-1)
        if self.memory == "recurrent-memory-transformer":
            rows = state.shape[1]
            x = self.run(torch.cat([state, self.tokens(ids), state], dim=1) + self.positions.weight)
            return self.head(x[:, rows:-rows]), x[:, -rows:]
        x = self.tokens(ids) + self.positions.weight
        if self.memory == "memory-transformer":
            x = self.run(torch.cat([self.slots.expand(ids.shape[0], -1, -1), x], dim=1))
            return self.head(x[:, self.slots.shape[0] :]), None
        return self.head(self.run(x)), None

    def run(self, x):
        for block in self.blocks:
            x = block(x)
        return self.norm(x)


class RelativeBlock(nn.Module):
    """A block of Transformer-XL; position scores are shifted by padding and viewing, as in the official code."""

    def __init__(self, dim, head_count):
        super().__init__()
        self.heads = head_count
        self.norm1, self.norm2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.position = nn.Linear(dim, dim, bias=False)
        self.out = nn.Linear(dim, dim, bias=False)
        self.up, self.down = nn.Linear(dim, 4 * dim), nn.Linear(4 * dim, dim)

    def forward(self, x, memory, sines, u, v, mask):
        dim = x.shape[-1]
        rows = self.norm1(torch.cat([memory, x], dim=1)) if memory is not None else self.norm1(x)
        q = heads(F.linear(rows[:, -x.shape[1] :], self.qkv.weight[:dim]), self.heads)
        k, values = (heads(t, self.heads) for t in F.linear(rows, self.qkv.weight[dim:]).chunk(2, dim=-1))
        r = self.position(sines).view(len(sines), self.heads, -1).transpose(0, 1)
        content = (q + u[:, None]) @ k.transpose(-1, -2)
        by_distance = (q + v[:, None]) @ r.transpose(-1, -2)
        batch, head_count, length, keys = by_distance.shape
        shifted = F.pad(by_distance, (1, 0)).view(batch, head_count, keys + 1, length)[:, :, 1:].view_as(by_distance)
        weights = ((content + shifted) * q.shape[-1] ** -0.5 + mask).softmax(-1)
        x = x + self.out(merge(weights @ values))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class TransformerXl(nn.Module):
    def __init__(self, o):
        super().__init__()
        self.length = o.slots
        self.tokens = nn.Embedding(o.vocab, o.dim)
        self.u, self.v = (nn.Parameter(torch.randn(o.heads, o.dim // o.heads) * 0.02) for _ in range(2))
        self.blocks = nn.ModuleList(RelativeBlock(o.dim, o.heads) for _ in range(o.layers))
        self.register_buffer("frequencies", 10000 ** -(torch.arange(0, o.dim, 2) / o.dim), persistent=False)

    def initial(self, batch):
        """The state before the first segment."""
        return [None] * len(self.blocks)

    def forward(self, ids, state):
        """Logits and the next state."""
        x = self.tokens(ids)
        past = 0 if state[0] is None else state[0].shape[1]
        keys = past + x.shape[1]
        angles = torch.arange(keys - 1, -1, -1.0, device=x.device)[:, None] * self.frequencies
        sines = torch.cat([angles.sin(), angles.cos()], dim=-1)
        mask = torch.full((x.shape[1], keys), float("-inf"), device=x.device).triu(past + 1)
        following = []
        for block, memory in zip(self.blocks, state):
            entered = x.detach()
            rows = entered if memory is None else torch.cat([memory, entered], dim=1)
            following.append(rows[:, -self.length :])
            x = block(x, memory, sines, self.u, self.v, mask)
        return F.linear(x, self.tokens.weight), following


def autocast(o):
    return torch.autocast(o.device, torch.bfloat16, enabled=o.dtype == "bf16")


def train(model, optimizer, data, labels, o):
    state, losses = model.initial(data.shape[1]), []
    with autocast(o):
        for x, y in zip(data, labels):
            x, y = x.to(o.device, non_blocking=True), y.to(o.device, non_blocking=True)
            logits, state = model(x, state)
            losses.append(F.cross_entropy(logits.flatten(0, 1), y.flatten()))
    loss = sum(losses) / len(losses)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    optimizer.step()
    loss.item()


def infer(model, data, o):
    with torch.inference_mode(), autocast(o):
        state = model.initial(data.shape[1])
        for x in data:
            _, state = model(x.to(o.device, non_blocking=True), state)
    if o.device == "cuda":
        torch.cuda.synchronize()


def options():
    p = argparse.ArgumentParser(description="Eager PyTorch beside `mneme bench`.")
    p.add_argument("--memory", choices=MEMORIES, help="default: none, or memory-transformer with --slots")
    for name, default in dict(
        batch=8, segment=128, segments=4, dim=256, layers=4, heads=4, vocab=256, slots=0, steps=10, warmup=3, threads=2
    ).items():
        p.add_argument("--" + name, type=int, default=default, help="default: %(default)s")
    p.add_argument("--mode", choices=["train", "infer"], default="train")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    p.add_argument("--dtype", choices=["f32", "tf32", "bf16"], default="f32", help="as `mneme bench --precision`")
    o = p.parse_args()
    if o.dtype == "tf32" and o.device == "cpu":
        p.error("--dtype tf32 needs --device cuda")
    o.memory = o.memory or ("memory-transformer" if o.slots else "none")
    o.slots = o.slots or DEFAULT_SLOTS.get(o.memory, 16)
    return o


def main():
    o = options()
    torch.set_num_threads(o.threads)
    torch.manual_seed(o.seed)
    if o.dtype == "tf32":
        torch.set_float32_matmul_precision("high")
    model = (TransformerXl(o) if o.memory == "transformer-xl" else Decoder(o)).to(o.device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=0.01, fused=o.device == "cuda")
    data = torch.randint(o.vocab, (o.segments, o.batch, o.segment))
    labels = torch.randint(o.vocab, (o.segments, o.batch, o.segment))
    if o.device == "cuda":
        data, labels = data.pin_memory(), labels.pin_memory()
    model_bytes = status("VmRSS")
    seconds = []
    for _ in range(o.warmup + o.steps):
        start = time.perf_counter()
        if o.mode == "train":
            train(model, optimizer, data, labels, o)
        else:
            infer(model, data, o)
        seconds.append(time.perf_counter() - start)
    median = statistics.median(seconds[o.warmup :])
    result = dict(
        tokens_per_second=o.batch * o.segment * o.segments / median,
        step_seconds=median,
        peak_rss_bytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        model_rss_bytes=model_bytes,
        parameters=sum(t.numel() for t in model.parameters()),
        mode=o.mode,
        precision=o.dtype,
        device=o.device,
    )
    if o.device == "cuda":
        result["device_peak_bytes"] = torch.cuda.max_memory_allocated()
        result["device_reserved_bytes"] = torch.cuda.max_memory_reserved()
        result["gpu"] = torch.cuda.get_device_name()
    if o.mode == "train":
        result["bptt"] = "full"
    result.update(memory=o.memory, engine="pytorch", threads=o.threads, torch=torch.__version__)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
