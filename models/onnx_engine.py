"""The light engine: ONNX Runtime on the CPU, no torch. Its graph reads the weights from `model.safetensors`."""

import os
from pathlib import Path

import numpy as np

# ONNX Runtime's official builds send usage data to Microsoft and keep a device id unless this is set before they are loaded.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
import onnxruntime

from ..data.errors import ModelError
from .encoding import Batch
from .folder import GRAPH
from .prediction import Output


class OnnxEngine:
    """Runs a model folder's graph. `threads` is the number of CPU threads (default: every core this process may use)."""

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads or _cores()
        options.log_severity_level = 3
        try:
            self.session = onnxruntime.InferenceSession(str(folder / GRAPH), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's errors share no public base
            raise ModelError(f"ONNX Runtime cannot load {folder / GRAPH}: {' '.join(str(error).split())[:300]}") from error
        self._inputs = [node.name for node in self.session.get_inputs()]

    def __call__(self, batch: Batch) -> Output:
        """Run one batch of windows."""
        inputs = {name: getattr(batch, name) for name in self._inputs}
        categories, denied, tags = self.session.run(["categories", "denied", "tags"], inputs)
        return Output(np.asarray(categories), np.asarray(denied), np.asarray(tags))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
