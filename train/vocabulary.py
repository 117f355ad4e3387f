"""The project's own WordPiece vocabulary: Chinese characters one by one, Latin words in pieces."""

from collections import Counter
from collections.abc import Sequence

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from ..data.errors import RecipeError

SPECIAL = {
    "pad_token": "[PAD]",
    "unk_token": "[UNK]",
    "cls_token": "[CLS]",
    "sep_token": "[SEP]",
    "mask_token": "[MASK]",
}


def train_vocabulary(texts: Sequence[str], *, size: int = 8192, characters: int = 6000) -> PreTrainedTokenizerFast:
    """Learn a vocabulary of `size` pieces, of which at most `characters` are single characters.

    Text is read through NFKC and lower case, so that `（ＳＤＫ）` and `(sdk)` are the same pieces; the tokenizer's
    offsets still point into the text as given. The same texts give the same vocabulary. Raises `RecipeError` if the
    characters alone are more than `size`.
    """
    tokenizer = _tokenizer({})
    alphabet = _alphabet(texts, tokenizer)[:characters]
    # The trainer numbers `##` characters in the order of a hash map and breaks ties by their numbers
    # (huggingface/tokenizers#1794), so they are numbered before it starts, as if they were special.
    inside = sorted(c for c in alphabet if _words(f"a{c}", tokenizer) == [f"a{c}"])
    trainer = trainers.WordPieceTrainer(
        vocab_size=size,
        initial_alphabet=alphabet,
        limit_alphabet=len(alphabet),
        special_tokens=[*SPECIAL.values(), *(f"##{c}" for c in inside)],
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer=trainer)
    if tokenizer.get_vocab_size() > size:
        raise RecipeError(
            f"{tokenizer.get_vocab_size()} single characters do not fit into {size} pieces; allow more, or fewer characters"
        )
    return PreTrainedTokenizerFast(tokenizer_object=_tokenizer(tokenizer.get_vocab()), model_max_length=512, **SPECIAL)


def _tokenizer(vocabulary: dict[str, int]) -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token=SPECIAL["unk_token"], max_input_chars_per_word=64))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.BertNormalizer(strip_accents=False, lowercase=True)]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer


def _words(text: str, tokenizer: Tokenizer) -> list[str]:
    normal = tokenizer.normalizer.normalize_str(text)
    return [word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(normal)]


def _alphabet(texts: Sequence[str], tokenizer: Tokenizer) -> list[str]:
    """Return the characters of normalised texts, the most frequent first."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(tokenizer.normalizer.normalize_str(text))
    return sorted((c for c in counts if not c.isspace()), key=lambda c: (-counts[c], c))
