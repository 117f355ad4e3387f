"""The project's own WordPiece vocabulary: Chinese characters one by one, Latin words in pieces."""

from collections.abc import Iterable

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

SPECIAL = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}


def train_vocabulary(texts: Iterable[str], *, size: int = 8192, characters: int = 6000) -> PreTrainedTokenizerFast:
    """Learn a vocabulary of `size` pieces, of which at most `characters` are single characters.

    Text is read through NFKC and lower case, so that `（ＳＤＫ）` and `(sdk)` are the same pieces; the tokenizer's
    offsets still point into the text as given.
    """
    tokenizer = Tokenizer(models.WordPiece(unk_token=SPECIAL["unk_token"], max_input_chars_per_word=64))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.BertNormalizer(strip_accents=False, lowercase=True)]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(
        vocab_size=size, limit_alphabet=characters, special_tokens=list(SPECIAL.values()), show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer=trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, **SPECIAL)
