"""Vocabularies: the project's own WordPiece (Chinese characters one by one), or what policies need of another model's words."""

from collections import Counter
from collections.abc import Mapping, Sequence

import jieba
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
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
    return _finished(_tokenizer(tokenizer.get_vocab()))


_SPACE = "▁"


def merge_pieces(pieces: Sequence[tuple[str, float]]) -> dict[str, tuple[float, int]]:
    """Return a unigram model's pieces without SentencePiece's mark of a space: {surface: (log-probability, number)}.

    Of a surface with and without the mark, Latin letters and digits take the one at a word's begin, Chinese the other. Pieces
    that join words (`的位置`, `我们会`, `”、“`) are left out, since a span may begin between them: a piece of several
    characters is a word of jieba's dictionary, or Latin letters or digits.
    """
    jieba.initialize()
    merged: dict[str, tuple[float, int]] = {}
    for number, (piece, score) in enumerate(pieces):
        surface = piece.lstrip(_SPACE)
        latin = surface.isascii() and surface.isalnum()
        if not surface or not (latin or len(surface) == 1 or jieba.get_FREQ(surface)):
            continue
        preferred = piece.startswith(_SPACE) == latin
        other = merged.get(surface)
        if other is None or preferred:
            merged[surface] = (max(score, other[0]) if other else score, number)
        else:
            merged[surface] = (max(score, other[0]), other[1])
    return merged


def choose_vocabulary(
    texts: Sequence[str], merged: Mapping[str, tuple[float, int]], *, size: int, characters: int
) -> PreTrainedTokenizerFast:
    """Keep at most `size` of the pieces that `merge_pieces` returned, special tokens among them: the texts' most frequent
    `characters`, then their pieces.

    Text is read through NFKC, its case kept; neighbouring characters that are not kept become one unknown token. Raises
    `RecipeError` if the characters leave no room.
    """
    whole = _unigram(merged)
    counts: Counter[int] = Counter()
    for text in texts:
        counts.update(whole.encode(text, add_special_tokens=False).ids)
    known = [c for c in _alphabet(texts, whole) if c in merged][:characters]
    if len(known) + len(SPECIAL) >= size:
        raise RecipeError(
            f"{len(known)} single characters, {len(SPECIAL)} special tokens and a word do not fit into {size} pieces; allow "
            "more pieces, or fewer characters"
        )
    used = {piece: counts[i] for piece, i in whole.get_vocab().items() if i in counts and piece in merged}
    ranked = [piece for piece, _ in _by_frequency(used)]
    ranked = list(dict.fromkeys([*known, *ranked]))[: size - len(SPECIAL)]
    return _finished(_unigram({piece: merged[piece] for piece in ranked}))


def _unigram(merged: Mapping[str, tuple[float, int]]) -> Tokenizer:
    pieces = [(token, 0.0) for token in SPECIAL.values()] + [(piece, score) for piece, (score, _) in merged.items()]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=list(SPECIAL).index("unk_token"), byte_fallback=False))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Split(Regex("[A-Za-z]+|[0-9]+"), "isolated")]
    )
    return tokenizer


def _finished(tokenizer: Tokenizer) -> PreTrainedTokenizerFast:
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, **SPECIAL)


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
    return [c for c, _ in _by_frequency(counts) if not c.isspace()]


def _by_frequency(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
