"""The model's contract: it learns, it survives saving and moving, and a batch changes nothing."""

import json
import shutil

import numpy as np
import pytest

from tiaokuan.data.document import Block, Document
from tiaokuan.data.errors import ModelError
from tiaokuan.data.readers.text import text_document
from tiaokuan.data.record import Entity, LabelledSentence, Record
from tiaokuan.data.segmentation import segment
from tiaokuan.data.taxonomy import CATEGORIES
from tiaokuan.models.decoding import sigmoid
from tiaokuan.models.folder import WEIGHTS, ModelFolder, open_model, write_sums
from tiaokuan.models.prediction import Output, Prediction, _Merger
from tiaokuan.serve import Annotator

pytest.importorskip("torch")

from tiaokuan.annotations.gold import as_document
from tiaokuan.models.encoding import Encoder
from tiaokuan.models.modeling import TorchEngine
from tiaokuan.models.pipeline import Pipeline
from tiaokuan.train.export import load_model, rewrite_graph, save_model
from tiaokuan.train.finetune import FinetuneRecipe, PolicyTrainer, encoder_of, finetune, start_model
from tiaokuan.train.ngrams import NgramRecipe, train_ngrams
from tiaokuan.train.targets import gold_example


def _gold(id, text, labels, entities):
    sentences = segment(text_document(text, id=id))
    assert len(sentences) == len(labels)
    labelled = [LabelledSentence(s.start, s.end, s.kind, s.headings, c, d) for s, (c, d) in zip(sentences, labels, strict=True)]
    spans = [Entity(text.index(surface), text.index(surface) + len(surface), kind) for kind, surface in entities]
    return Record(id, text, tuple(labelled), tuple(sorted(spans, key=lambda e: e.start)))


FIRST = _gold(
    "first",
    "我们会收集您的手机号码、IMEI。\n拍照时我们会申请相机权限；拒绝不影响其他功能。",
    [(("first_party_collection",), ()), (("permission_request",), ()), (("user_choice",), ())],
    [("DATA_TYPE", "手机号码"), ("DATA_TYPE", "IMEI"), ("PERMISSION", "相机权限")],
)
SECOND = _gold(
    "second",
    "我们接入极光推送SDK，它会收集设备信息。\n我们不会将您的信息传输至境外。",
    [(("third_party_sharing",), ()), (("cross_border_transfer",), ("cross_border_transfer",))],
    [("SDK", "极光推送SDK"), ("DATA_TYPE", "设备信息")],
)


@pytest.fixture(scope="module")
def trained(tiny_encoder, tmp_path_factory):
    """A model folder overfitted to two policies, moved after it was saved."""
    recipe = FinetuneRecipe(
        base=str(tiny_encoder),
        sources={"gold": 1.0},
        epochs=120,
        learning_rate=5e-3,
        batch_windows=2,
        seed=0,
        head_dropout=0.0,
        ngrams=NgramRecipe({"gold": 1.0}, buckets=256, tag_buckets=256),
    )
    work = tmp_path_factory.mktemp("work")
    model, tokenizer = start_model(recipe)
    encoder = encoder_of(model, tokenizer)
    examples = [gold_example(FIRST, encoder), gold_example(SECOND, encoder)]
    finetune(recipe, model, encoder, examples, work / "checkpoints")
    ngrams = train_ngrams(recipe.ngrams, examples, encoder.settings, seed=0)
    encoder = encoder_of(model, tokenizer, ngrams)
    folder = ModelFolder(work, "overfitted", "0.0.0", "", encoder.settings)
    before = next(Pipeline(folder, encoder, TorchEngine(model, bfloat16=False)).pipe([as_document(FIRST)]))
    save_model(model, tokenizer, work / "saved", name="overfitted", version="0.0.0", card="# overfitted\n", ngrams=ngrams)
    moved = tmp_path_factory.mktemp("elsewhere") / "model"
    shutil.move(work / "saved", moved)
    return moved, before


def _labels(record):
    return [(s.categories, s.denied) for s in record.sentences]


def _spans(record):
    return [(e.start, e.end, e.type) for e in record.entities]


def test_overfits_two_policies_and_says_the_same_after_saving_moving_and_loading(trained):
    folder, before = trained
    annotator = Annotator.load(folder, threads=1)
    for gold in (FIRST, SECOND):
        record = annotator(gold.text, id=gold.id)
        assert _labels(record) == _labels(gold)
        assert _spans(record) == _spans(gold)
        for entity in record.entities:
            assert record.text[entity.start : entity.end] in gold.text
    again = annotator(FIRST.text)
    for sentence, other in zip(before.sentences, again.sentences, strict=True):
        assert sentence.scores == pytest.approx(other.scores, abs=5e-3)


def test_torch_and_onnx_agree(trained, policy_text):
    folder, _ = trained
    opened = open_model(folder)
    model = load_model(folder)
    encoder = Encoder.from_folder(opened)
    document = text_document(policy_text, id="x")
    torch_record = next(Pipeline(opened, encoder, TorchEngine(model, bfloat16=False)).pipe([document]))
    onnx_record = next(Annotator.load(folder, threads=1).pipe([document]))
    assert _spans(torch_record) == _spans(onnx_record)
    for left, right in zip(torch_record.sentences, onnx_record.sentences, strict=True):
        assert left.scores == pytest.approx(right.scores, abs=1e-3)


def test_the_temperature_divides_the_logits_of_categories(trained, tmp_path):
    logits = []
    for temperature in (8.0, 16.0):
        folder = shutil.copytree(trained[0], tmp_path / str(temperature))
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        config["tiaokuan"]["temperature"] = temperature
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
        write_sums(folder)
        scores = [list(s.scores.values()) for s in Annotator.load(folder, threads=1)(FIRST.text).sentences]
        logits.append(-np.log(1 / np.array(scores) - 1))
    assert np.abs(logits[1]).max() > 0.1
    assert logits[0] == pytest.approx(2 * logits[1], abs=0.01)


@pytest.mark.parametrize("config", [None, "{}", '{"model_type": "bert"}', '{"model_type": "no-such"}'])
def test_a_folder_that_is_no_model_of_this_project_is_not_exported(config, tmp_path):
    if config:
        (tmp_path / "config.json").write_text(config, encoding="utf-8")
    with pytest.raises(ModelError, match="give a folder that  tiaokuan train  wrote"):
        rewrite_graph(tmp_path)


def test_the_graph_holds_no_second_copy_of_the_weights(trained):
    onnx = pytest.importorskip("onnx")
    graph = onnx.load(str(trained[0] / "model.onnx"), load_external_data=False).graph
    outside = [tensor for tensor in graph.initializer if tensor.external_data]
    assert {entry.value for tensor in outside for entry in tensor.external_data if entry.key == "location"} == {WEIGHTS}
    assert max(len(tensor.raw_data) for tensor in graph.initializer) <= 4_096  # position and type ids, no weights


def test_a_batch_equals_one_by_one(trained, policy_text):
    annotator = Annotator.load(trained[0], threads=1)
    texts = [policy_text, FIRST.text, policy_text * 6, SECOND.text, "联系我们。"]
    documents = [text_document(text, id=str(i)) for i, text in enumerate(texts)]
    together = list(annotator.pipe(documents))
    for document, record in zip(documents, together, strict=True):
        alone = next(annotator.pipe([document]))
        assert _labels(alone) == _labels(record)
        assert _spans(alone) == _spans(record)
        for left, right in zip(alone.sentences, record.sentences, strict=True):
            assert left.scores == pytest.approx(right.scores, abs=2e-3)


def test_records_come_in_order_and_read_no_further_than_needed(trained):
    annotator = Annotator.load(trained[0], threads=1)
    taken = []

    def documents():
        for number in range(400):
            taken.append(number)
            yield text_document("我们会收集您的手机号码。" * 20, id=str(number))

    stream = annotator.pipe(documents())
    assert [next(stream).id for _ in range(3)] == ["0", "1", "2"]
    assert len(taken) < 300


def test_a_sentence_longer_than_a_window_is_read_whole_and_said_so(trained):
    annotator = Annotator.load(trained[0], threads=1)
    text = "我们会收集您的" + "手机号码、" * 150 + "IMEI。"
    record = annotator(text)
    assert len(record.sentences) == 1
    assert [w.code for w in record.warnings] == ["long_sentence"]
    assert record.entities[-1].end > len(text) - 10


@pytest.mark.parametrize("order", [1, -1])
def test_pieces_of_a_sentence_meet_in_the_middle_of_their_overlap_in_any_order(trained, order):
    encoder = Encoder.from_folder(open_model(trained[0]))
    policy = encoder.encode("我们收集信息" * 200, segment(text_document("我们收集信息" * 200, id="long")))
    merger, (first, second, *_) = _Merger(policy, encoder), policy.windows
    for number, window in ((1, first), (2, second))[::order]:
        shape = (1, len(window.pieces), 1)
        tags = np.full((1, window.size, len(encoder.settings.entity_types), 3), number, dtype=np.float32)
        merger.add(window, Output(np.zeros(shape), np.zeros(shape), tags), 0)
    (piece,) = second.pieces
    border = piece.first + encoder.settings.overlap_tokens // 2
    answers = merger.tags[0][:, 0, 0]
    assert set(answers[:border]) == {1} and answers[border] == 2


def test_offsets_point_into_the_untouched_text(trained):
    annotator = Annotator.load(trained[0], threads=1)
    text = "\ufeff我们会收集您的\u3000ＩＭＥＩ\u200b、手机\u0301号码①。".lstrip("\ufeff")
    record = annotator(text)
    assert record.text == text
    for entity in record.entities:
        surface = text[entity.start : entity.end]
        assert surface == surface.strip()


def test_given_sentences_come_back_one_for_one(trained):
    sentences = ["一、收集", "我们收集手机号码。我们收集位置。", "……"]
    blocks, start = [], 0
    for sentence in sentences:
        blocks.append(Block(start, start + len(sentence)))
        start += len(sentence) + 1
    document = Document("x", "\n".join(sentences), tuple(blocks), given=True)
    record = next(Annotator.load(trained[0], threads=1).pipe([document]))
    assert [record.text[s.start : s.end] for s in record.sentences] == sentences
    assert {s.kind for s in record.sentences} == {"paragraph"}
    assert all(s.headings == () for s in record.sentences)


def test_the_epoch_that_reads_other_gold_best_is_kept(tiny_encoder, tmp_path, monkeypatch):
    recipe = FinetuneRecipe(
        base=str(tiny_encoder), sources={"gold": 1.0}, epochs=30, learning_rate=2e-2, batch_windows=1, seed=3, patience=2
    )
    epochs = []
    evaluate = PolicyTrainer.evaluate

    def watched(self, *given, **named):
        metrics = evaluate(self, *given, **named)
        epochs.append((metrics["eval_loss"], self.model.tag_head.weight.detach().clone()))
        return metrics

    monkeypatch.setattr(PolicyTrainer, "evaluate", watched)
    model, tokenizer = start_model(recipe)
    encoder = encoder_of(model, tokenizer)
    learnt, other = ([gold_example(record, encoder)] for record in (FIRST, SECOND))
    finetune(recipe, model, encoder, learnt, tmp_path, development=other)
    losses = [loss for loss, _ in epochs]
    best = losses.index(min(losses))
    assert len(epochs) == best + 1 + recipe.patience < recipe.epochs
    assert model.tag_head.weight.equal(epochs[best][1])


@pytest.mark.parametrize("watched", [False, True])
def test_a_killed_run_resumes_to_the_same_weights(watched, tiny_encoder, tmp_path, monkeypatch):
    recipe = FinetuneRecipe(
        base=str(tiny_encoder), sources={"gold": 1.0}, epochs=4, learning_rate=1e-3, batch_windows=1, seed=3, save_steps=2
    )
    evaluation_loop = PolicyTrainer.evaluation_loop

    def scripted(self, *given, **named):  # the first epoch is the best until the fourth, which patience does not reach
        output = evaluation_loop(self, *given, **named)
        output.metrics["eval_loss"] = (1.0, 2.0, 2.0, 0.1)[round(self.state.epoch) - 1]
        return output

    monkeypatch.setattr(PolicyTrainer, "evaluation_loop", scripted)

    def run(work):
        model, tokenizer = start_model(recipe)
        encoder = encoder_of(model, tokenizer)
        examples = [gold_example(FIRST, encoder), gold_example(SECOND, encoder)]
        return finetune(recipe, model, encoder, examples, work, development=examples if watched else ())

    whole = run(tmp_path / "whole")
    steps = []
    compute_loss = PolicyTrainer.compute_loss

    def die_in_the_third_epoch(self, *given, **named):
        if self.model.training:
            steps.append(1)
            if len(steps) == 6:
                raise KeyboardInterrupt
        return compute_loss(self, *given, **named)

    with monkeypatch.context() as patched:
        patched.setattr(PolicyTrainer, "compute_loss", die_in_the_third_epoch)
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path / "killed")
    resumed = run(tmp_path / "killed")
    assert len(steps) == 6
    for (name, left), (_, right) in zip(whole.named_parameters(), resumed.named_parameters(), strict=True):
        assert left.detach().numpy() == pytest.approx(right.detach().numpy(), abs=1e-6), name


def test_a_denied_category_needs_a_lower_score(trained, monkeypatch):
    annotator = Annotator.load(trained[0], threads=1)
    sentence_logits = np.array([[-0.5, -0.5, 0.5] + [-9.0] * 11], dtype=np.float32)
    denied_logits = np.array([[2.0, -2.0, 2.0] + [-9.0] * 11], dtype=np.float32)
    found = Prediction(sigmoid(sentence_logits), sentence_logits[:, :0], sigmoid(denied_logits), (), ())
    monkeypatch.setattr("tiaokuan.models.pipeline.predict", lambda policies, *_: [found for _ in policies])
    record = next(annotator.pipe([text_document("我们不会收集您的信息。", id="x")]))
    assert record.sentences[0].categories == (CATEGORIES[0], CATEGORIES[2])
    assert record.sentences[0].denied == (CATEGORIES[0], CATEGORIES[2])
