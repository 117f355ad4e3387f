"""CA4P-483's paragraph classes: which policies may be learnt from, what their windows teach, and what a model says of them."""

import json
from typing import Any

import pytest

pytest.importorskip("torch")

from tiaokuan.annotations.gold import StandOff, text_sha256, write_gold
from tiaokuan.data.corpora.ca4p483 import Paragraph, Policy, read_policies
from tiaokuan.data.record import LabelledSentence, Record
from tiaokuan.data.segmentation import segment
from tiaokuan.models.modeling import TorchEngine
from tiaokuan.models.prediction import predict
from tiaokuan.train.finetune import Collator, FinetuneRecipe, encoder_of, finetune, start_model
from tiaokuan.train.paragraphs import category_table, read_fresh, read_paragraphs
from tiaokuan.train.targets import PARAGRAPH_CLASSES, UNKNOWN, paragraph_example, paragraph_matrix

SHARING = "我们重视您的信任。我们会与合作伙伴共享您的手机号码。"
SECURITY = "以下说明我们如何保护您的信息。我们采用加密技术保护您的信息。"


def _policy(name: str, *paragraphs: tuple[str, str]) -> Policy:
    places, at = [], 0
    for label, text in paragraphs:
        places.append(Paragraph(at, at + len(text), label))
        at += len(text) + 1
    return Policy(name, "\n".join(text for _, text in paragraphs), tuple(places), ())


POLICY = _policy("0001", ("e_2", SHARING), ("e_16", "本政策于今日生效。"), ("e_6", SECURITY))


def _recipe(base, **values) -> FinetuneRecipe:
    return FinetuneRecipe(
        base=str(base), sources={"ca4p483_paragraphs": 1.0}, epochs=60, learning_rate=5e-3, batch_windows=1, seed=0,
        head_dropout=0.0, **values,
    )  # fmt: skip


def test_a_paragraph_speaks_of_its_sentences_and_of_nothing_else(tiny_encoder):
    example = paragraph_example(POLICY, encoder_of(*start_model(_recipe(tiny_encoder))))
    found = [(list(p.sentences), PARAGRAPH_CLASSES[p.label]) for p in example.paragraphs]
    assert found == [([0, 1], "e_2"), ([3, 4], "e_6")]
    assert (example.unions == UNKNOWN).all() and (example.denied == UNKNOWN).all() and example.tags is None


def test_a_paragraph_that_a_window_cuts_says_nothing_there(tiny_encoder):
    encoder = encoder_of(*start_model(_recipe(tiny_encoder)))
    example = paragraph_example(_policy("0001", ("e_2", SHARING), ("e_6", SECURITY * 20)), encoder)
    assert len(example.policy.windows) > 1
    shown = [[PARAGRAPH_CLASSES[p.label] for p in example.paragraphs_in(window)] for window in example.policy.windows]
    assert [name for names in shown for name in names] == ["e_2"]
    rows = [{"example": 0, "window": window} for window in range(len(shown))]
    batch = Collator([example], encoder)(rows)
    for names, pieces, numbers, labels in zip(
        shown, [w.pieces for w in example.policy.windows], batch["paragraphs"], batch["paragraph_labels"], strict=True
    ):
        assert [PARAGRAPH_CLASSES[label] for label in labels if label != UNKNOWN] == names
        inside = [bool(names) and not piece.is_context and piece.sentence < 2 for piece in pieces]
        assert (numbers[: len(pieces)].numpy() != UNKNOWN).tolist() == inside


def _likely(model, encoder) -> dict[str, float]:
    """Return how likely a network takes the class of each paragraph to be in one of its sentences."""
    example = paragraph_example(POLICY, encoder)
    (found,) = predict([example.policy], encoder, TorchEngine(model, bfloat16=False))
    matrix = paragraph_matrix(encoder.settings).astype(bool)
    classes = {PARAGRAPH_CLASSES[p.label]: found.categories[list(p.sentences)][:, matrix[p.label]] for p in example.paragraphs}
    return {name: 1 - float((1 - scores).prod()) for name, scores in classes.items()}


def test_categories_are_learnt_from_paragraphs_alone(tiny_encoder, tmp_path):
    recipe = _recipe(tiny_encoder)
    model, tokenizer = start_model(recipe)
    encoder = encoder_of(model, tokenizer)
    assert max(_likely(model, encoder).values()) < 0.9
    finetune(recipe, model, encoder, [paragraph_example(POLICY, encoder)], tmp_path)
    assert min(_likely(model, encoder).values()) > 0.99


def test_policies_with_gold_and_versions_of_what_measures_are_left_out(tmp_path, monkeypatch):
    folder = tmp_path / "CA4P-483/data_preprocess/merged_json"
    folder.mkdir(parents=True)
    own = {name: [f"这是第{name}份政策独有的一句话，第{n}次。" for n in range(5)] for name in ("1", "2", "3")}
    texts = own | {"4": own["1"], "5": own["2"], "6": own["1"][:2] + own["2"][:3]}
    for name, lines in texts.items():
        rows = [{"classId": "e_2", "text": line, "start": n * 100, "end": n * 100 + len(line)} for n, line in enumerate(lines)]
        (folder / f"{name}.json").write_text(json.dumps(rows), encoding="utf-8")
    policies = {policy.name: policy for policy in read_policies(tmp_path / "CA4P-483")}
    for gold, name in (("learnt", "1"), ("held_out", "2")):
        document = policies[name].document()
        sentences = tuple(LabelledSentence(s.start, s.end) for s in segment(document))
        (tmp_path / "gold" / gold).mkdir(parents=True)
        place = {name: StandOff("ca4p483", name, text_sha256(document.text))}
        write_gold(tmp_path / "gold" / gold / "a.jsonl", [Record(name, document.text, sentences)], place)
    monkeypatch.setattr("tiaokuan.annotations.texts.shipped_gold", lambda: tmp_path / "gold")
    learnt = [tmp_path / "gold" / "learnt"]
    # 4 is a version of 1, which is learnt, and 5 one of 2, which measures; 6 is one of both, and so 1 and 2 are, through it.
    assert [policy.name for policy in read_paragraphs(tmp_path, learnt)] == []
    (folder / "6.json").unlink()
    assert [policy.name for policy in read_paragraphs(tmp_path, learnt)] == ["4"]
    assert [policy.name for policy in read_paragraphs(tmp_path, [*learnt, tmp_path / "gold" / "held_out"])] == ["4", "5"]
    assert [policy.name for policy in read_fresh(tmp_path)] == ["3"]


class Reader:
    """Stands for a pipeline: finds sharing in every sentence with 共享, and security in the first sentence of all."""

    def pipe(self, documents):
        for document in documents:
            sentences = segment(document)
            shares = ["共享" in document.text[s.start : s.end] for s in sentences]
            found = [("third_party_sharing",) if share else () for share in shares]
            found[0] = (*found[0], "data_security")
            labelled = [LabelledSentence(s.start, s.end, categories=c) for s, c in zip(sentences, found, strict=True)]
            yield Record(document.id, document.text, tuple(labelled))


def test_a_models_categories_are_held_against_the_classes():
    reader: Any = Reader()
    rows = {row.split(" | ")[0].strip("| "): row for row in category_table([POLICY], reader).splitlines()}
    assert list(rows)[2:] == list(PARAGRAPH_CLASSES)
    assert rows["e_2"] == "| e_2 | third_party_sharing | 1 | 1.000 | .000 |"
    assert rows["e_6"] == "| e_6 | data_security | 1 | .000 | .500 |"
