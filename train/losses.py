"""The losses of the two heads; labels that a source cannot tell apart are scored as their union."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .targets import IGNORED, UNKNOWN


@dataclass(frozen=True, slots=True)
class Targets:
    """What is known about a batch, as tensors: `unions` (windows, pieces, unions) and `denied` (windows, pieces, categories)
    with `UNKNOWN`, `tags` (windows, tokens, entity types) with `IGNORED`, `weight` (windows,); `paragraphs` (windows, pieces)
    with the number of a piece's paragraph in its window, `paragraph_labels` (windows, paragraphs) with that paragraph's class,
    both with `UNKNOWN`; there is room for a paragraph a piece."""

    unions: Tensor
    denied: Tensor
    tags: Tensor
    weight: Tensor
    paragraphs: Tensor
    paragraph_labels: Tensor


def union_loss(logits: Tensor, targets: Tensor, unions: Tensor) -> Tensor:
    """Return the cross-entropy of each union, 0 where the target is unknown; shape as `targets`."""
    present, absent = _union(logits, unions)
    loss = torch.where(targets == 1, -present, -absent)
    return torch.where(targets == UNKNOWN, torch.zeros_like(loss), loss)


def paragraph_loss(logits: Tensor, paragraphs: Tensor, labels: Tensor, classes: Tensor) -> Tensor:
    """Return -log P(some sentence of the paragraph has a category of its class), 0 where there is none; shape as `labels`.

    The sentences are taken to be independent ("noisy or"; Babenko 2008, Multiple instance learning).
    """
    absent = _absent(logits, classes)
    inside = (paragraphs != UNKNOWN)[..., None]
    numbers = paragraphs.clamp(min=0)[..., None].expand_as(absent)
    total = torch.zeros_like(absent).scatter_add(1, numbers, absent * inside)
    wanted = total.gather(2, labels.clamp(min=0)[..., None])[..., 0]
    return torch.where(labels == UNKNOWN, torch.zeros_like(wanted), -_log1mexp(wanted))


def denial_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Return the cross-entropy of denials over the categories that a sentence has."""
    loss = nn.functional.binary_cross_entropy_with_logits(logits.float(), targets.clamp(min=0).float(), reduction="none")
    return torch.where(targets == UNKNOWN, torch.zeros_like(loss), loss)


def tag_loss(logits: Tensor, targets: Tensor, weight: Tensor) -> Tensor:
    """Return the mean over tokens of the BIO tags' cross-entropy, summed over the entity types, each window at its weight."""
    flat = nn.functional.cross_entropy(logits.float().flatten(0, 2), targets.flatten(), ignore_index=IGNORED, reduction="none")
    known = (targets[..., 0] != IGNORED).sum()
    return (flat.view(len(weight), -1).sum(1) * weight).sum() / known.clamp(min=1)


def total_loss(
    categories: Tensor,
    denied: Tensor,
    tags: Tensor,
    targets: Targets,
    unions: Tensor,
    classes: Tensor,
    *,
    tag_weight: float,
    denied_weight: float = 1.0,
) -> Tensor:
    """Return one number: per labelled sentence the sum of its label losses, per labelled paragraph its loss, and the tag loss,
    windows at their weight."""
    weight = targets.weight[:, None, None]
    speaks = (targets.unions != UNKNOWN).any(-1).sum().clamp(min=1)
    sentence = (union_loss(categories, targets.unions, unions) * weight).sum() / speaks
    denial = (denial_loss(denied, targets.denied) * weight).sum() / speaks
    known = (targets.paragraph_labels != UNKNOWN).sum().clamp(min=1)
    rows = paragraph_loss(categories, targets.paragraphs, targets.paragraph_labels, classes) * targets.weight[:, None]
    return sentence + rows.sum() / known + denied_weight * denial + tag_weight * tag_loss(tags, targets.tags, targets.weight)


def _union(logits: Tensor, unions: Tensor) -> tuple[Tensor, Tensor]:
    """Return log P(present) and log P(absent) of each union.

    A union is absent if each of its categories is, so log P(absent) is the sum of log(1 - p) over them, and
    log P(present) = log(1 - exp(log P(absent))), computed without cancellation (Mächler 2012, log1mexp).
    """
    absent = _absent(logits, unions)
    return _log1mexp(absent), absent


def _absent(logits: Tensor, unions: Tensor) -> Tensor:
    return nn.functional.logsigmoid(-logits.float()) @ unions.T


def _log1mexp(x: Tensor) -> Tensor:
    """Return log(1 - exp(x)) for x < 0; each branch sees only its own range, or its gradient would be NaN in the other's."""
    x = x.clamp(max=-1e-37)  # the least normal float: x is 0 only where a probability underflowed
    near = x > -0.6931
    close = torch.log(-torch.expm1(torch.where(near, x, -1.0)))
    far = torch.log1p(-torch.exp(torch.where(near, -1.0, x)))
    return torch.where(near, close, far)
