"""The network: any BERT-like encoder, a head for a sentence's categories and denials, a head for entity tags."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedConfig, PreTrainedModel
from transformers.utils.generic import ModelOutput

from .decoding import TAGS
from .encoding import Batch
from .prediction import Output
from .settings import Settings


class PolicyConfig(PreTrainedConfig):
    """The encoder's own configuration under `encoder`, the rest of the pipeline's settings under `tiaokuan`."""

    model_type = "tiaokuan"

    def __init__(
        self,
        encoder: dict[str, Any] | None = None,
        tiaokuan: dict[str, Any] | None = None,
        head_dropout: float = 0.1,
        **values: Any,
    ) -> None:
        self.encoder = encoder or {}
        self.tiaokuan = tiaokuan or Settings().to_json()
        self.head_dropout = head_dropout
        super().__init__(**values)

    @property
    def settings(self) -> Settings:
        """The settings as their checked type."""
        return Settings.from_json(self.tiaokuan)

    def encoder_config(self) -> PreTrainedConfig:
        """The encoder's configuration as transformers' own type."""
        return AutoConfig.for_model(**self.encoder)


@dataclass
class PolicyOutput(ModelOutput):
    """Logits as in `models.prediction.Output`, as tensors."""

    categories: Tensor | None = None
    denied: Tensor | None = None
    tags: Tensor | None = None


class PolicyModel(PreTrainedModel):
    """Reads windows, labels their sentences and tokens.

    A sentence is the mean of its token states beside the window's first state, read by one hidden layer.
    """

    config_class = PolicyConfig
    base_model_prefix = "encoder"

    def __init__(self, config: PolicyConfig) -> None:
        super().__init__(config)
        settings = config.settings
        encoder_config = config.encoder_config()
        self.encoder = AutoModel.from_config(encoder_config)
        if getattr(self.encoder, "pooler", None) is not None:
            self.encoder.pooler = None
        width = encoder_config.hidden_size
        self.dense = nn.Linear(2 * width, width)
        self.dropout = nn.Dropout(config.head_dropout)
        self.category_head = nn.Linear(width, len(settings.labels))
        self.denied_head = nn.Linear(width, len(settings.categories))
        self.tag_head = nn.Linear(width, len(settings.entity_types) * TAGS)
        self.post_init()

    def forward(self, input_ids: Tensor, attention_mask: Tensor, pooling: Tensor) -> PolicyOutput:
        """Return logits for a batch; the shapes are those of `Batch` and `Output`."""
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        pooling = pooling.to(states.dtype)
        window = states[:, :1].expand(-1, pooling.shape[1], -1)
        pooled = torch.cat([pooling @ states, window], -1)
        pooled = self.dropout(nn.functional.gelu(self.dense(self.dropout(pooled))))
        tags = self.tag_head(self.dropout(states))
        return PolicyOutput(
            categories=self.category_head(pooled),
            denied=self.denied_head(pooled),
            tags=tags.view(*tags.shape[:2], -1, TAGS),
        )


class TorchEngine:
    """Runs a `PolicyModel` on the device it lives on, in bfloat16 unless told otherwise."""

    def __init__(self, model: PolicyModel, *, bfloat16: bool = True) -> None:
        self.model = model
        self.bfloat16 = bfloat16

    def __call__(self, batch: Batch) -> Output:
        """Run one batch of windows."""
        device = self.model.device
        names = ("input_ids", "attention_mask", "pooling")
        inputs = {name: torch.from_numpy(getattr(batch, name)).to(device) for name in names}
        training = self.model.training
        self.model.eval()
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=self.bfloat16):
            output = self.model(**inputs)
        self.model.train(training)
        arrays = [_numpy(tensor) for tensor in (output.categories, output.denied, output.tags)]
        return Output(*arrays)


def _numpy(tensor: Tensor) -> np.ndarray:
    return tensor.float().cpu().numpy()


AutoConfig.register(PolicyConfig.model_type, PolicyConfig)
AutoModel.register(PolicyConfig, PolicyModel)
