"""What training asks of the machine it runs on."""

import os
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.masking_utils import sdpa_mask

_PLAIN = "plain"


def attention() -> str:
    """Return transformers' name of the attention that trains fastest here: the fused one, on CPUs `plain_attention`."""
    return "sdpa" if torch.cuda.is_available() else _PLAIN


def plain_attention(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    dropout: float = 0.0,
    **unused: Any,
) -> tuple[Tensor, None]:
    """Attend in the queries' own dtype; (rows, heads, tokens, width) become (rows, tokens, heads, width).

    `attention_mask` is true where a key may be seen, (rows, 1, tokens, keys). On CPUs the fused attention's backward pass is
    slow, and autocast would take this softmax to float32: in bfloat16 throughout, a step is about a quarter shorter.
    """
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    with torch.autocast(query.device.type, enabled=False):
        scores = (query * scale) @ key.transpose(-1, -2)
        if attention_mask is not None:
            hidden = ~attention_mask
            scores += torch.zeros_like(hidden, dtype=scores.dtype).masked_fill(hidden, torch.finfo(scores.dtype).min)
        shares = nn.functional.dropout(scores.softmax(-1), dropout, module.training)
        return (shares @ value).transpose(1, 2).contiguous(), None


AttentionInterface.register(_PLAIN, plain_attention)
AttentionMaskInterface.register(_PLAIN, sdpa_mask)


def is_first_process() -> bool:
    """Say whether this process is the one that writes and prints, alone or under `torchrun`."""
    return os.environ.get("RANK", "0") == "0"
