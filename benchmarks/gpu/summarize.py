#!/usr/bin/env python3
"""Makes a table of the results.txt that run.sh leaves.

  python3 benchmarks/gpu/summarize.py results.txt > results.md

Ratio: our tokens a second over the peer's; above 1, ours is faster. Share of peak: the arithmetic that the model cannot do
without, as `mneme bench` counts it, over the most that the GPU's data sheet gives for dense matrices at that precision.
"""
import json
import sys

# TFLOP/s, dense. TF32 and BF16 from the data sheets' figures with sparsity, halved.
PEAKS = {
    "H200": {"f32": 67, "tf32": 494.7, "bf16": 989.4},
    "H100 PCIe": {"f32": 51, "tf32": 378, "bf16": 756},
    "H100 NVL": {"f32": 60, "tf32": 417.5, "bf16": 835.5},
    "H100": {"f32": 67, "tf32": 494.7, "bf16": 989.4},
    "A100": {"f32": 19.5, "tf32": 156, "bf16": 312},
}


def read(path):
    """Results by (memory, precision, mode), and which sides they are of."""
    results = {}
    with open(path) as lines:
        for line in lines:
            name, _, text = line.partition(" ")
            side, memory, precision, mode = name.split(".")
            try:
                results.setdefault((memory, precision, mode), {})[side] = json.loads(text)
            except json.JSONDecodeError:
                print(f"{name}: no result: {text.strip()}", file=sys.stderr)
    return results


def peak(gpu, precision):
    """TFLOP/s of a GPU, or None for one that is not in the table."""
    return next((peaks.get(precision) for name, peaks in PEAKS.items() if name in gpu), None)


def row(key, sides):
    memory, precision, mode = key
    ours, peer = sides.get("bench"), sides.get("peer")

    def speed(result):
        return f"{result['tokens_per_second']:,.0f}" if result else "-"

    def bytes_of(result):
        return f"{result['device_peak_bytes'] / 2**30:.2f}" if result and "device_peak_bytes" in result else "-"

    ratio = f"{ours['tokens_per_second'] / peer['tokens_per_second']:.2f}" if ours and peer else "-"
    gpu = next((side["gpu"] for side in (ours, peer) if side and "gpu" in side), "")
    most = peak(gpu, precision)
    share = f"{100 * ours['operations_per_second'] / (most * 1e12):.1f} %" if ours and most else "-"
    return f"| {memory} | {precision} | {mode} | {speed(ours)} | {speed(peer)} | {ratio} | {bytes_of(ours)} | {bytes_of(peer)} | {share} |"


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(__doc__)
        sys.exit(0 if sys.argv[1:] in (["-h"], ["--help"]) else 2)
    print("| memory | precision | mode | ours, tokens/s | eager PyTorch, tokens/s | ratio | our peak, GiB | its peak, GiB | share of peak |")
    print("|---|---|---|---|---|---|---|---|---|")
    for key, sides in read(sys.argv[1]).items():
        print(row(key, sides))


if __name__ == "__main__":
    main()
