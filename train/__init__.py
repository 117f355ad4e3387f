"""Pretraining, fine-tuning, evaluation and export. Needs the extra `train`."""
