"""What training asks of the machine it runs on."""

import os

import torch


def attention() -> str:
    """Return transformers' name of the attention that trains unpadded blocks fastest: on CPUs the fused one's backward pass
    is slow, though with padding the plain one is slower still."""
    return "sdpa" if torch.cuda.is_available() else "eager"


def is_first_process() -> bool:
    """Say whether this process is the one that writes and prints, alone or under `torchrun`."""
    return os.environ.get("RANK", "0") == "0"
