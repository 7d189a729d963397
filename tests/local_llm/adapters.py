"""LoRA adapters made here: small deltas to a few of a model's matrices, as a GGUF file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

RANK = 4
CHANGED = ("blk.0.attn_output.weight", "blk.7.attn_output.weight")
"""Matrices of the model that an adapter adds to."""


def write_adapter(file: Path, weights: Path, *, scale: float) -> Path:
    """Write an adapter for the model in ``weights`` and return its file.

    What is added to a matrix is B times A; A is random and B is ``scale`` times random, so an
    adapter of scale 0 adds nothing.
    """
    import gguf  # of the extra, which is not there where these files are only looked at

    shapes = {
        tensor.name: tuple(int(size) for size in tensor.shape)
        for tensor in gguf.GGUFReader(weights).tensors
        if tensor.name in CHANGED
    }
    assert set(shapes) == set(CHANGED)
    rng = np.random.default_rng(7)
    writer = gguf.GGUFWriter(file, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", float(RANK))
    for name, (inwards, outwards) in shapes.items():
        down = rng.standard_normal((RANK, inwards))
        up = scale * rng.standard_normal((outwards, RANK))
        writer.add_tensor(f"{name}.lora_a", down.astype(np.float32))
        writer.add_tensor(f"{name}.lora_b", up.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file
