"""What the benchmarks hold out, and what they count."""

import json
from argparse import Namespace
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")

from tiaokuan.data.corpora import ca4p483
from tiaokuan.data.corpora.ca4p483 import component_spans
from tiaokuan.data.corpora.capp130 import TOPICS, Policy, Row
from tiaokuan.data.errors import GoldError, RecipeError
from tiaokuan.data.record import LabelledSentence, Record
from tiaokuan.data.taxonomy import CATEGORIES
from tiaokuan.models.encoding import Batch
from tiaokuan.models.folder import find_model
from tiaokuan.models.settings import Settings
from tiaokuan.serve.cli import main
from tiaokuan.train.benchmark import Silence, hold_out
from tiaokuan.train.checkpoints import run_folder
from tiaokuan.train.commands import _groups
from tiaokuan.train.finetune import FinetuneRecipe
from tiaokuan.train.held_out import topic_learner
from tiaokuan.train.sources import Sources
from tiaokuan.train.topics import (
    TopicTask,
    categories_around,
    disjoint_folds,
    labels_around,
    linear_topics,
    score_topics,
    split_table,
    topic_scores,
)


def _policy(name: str, *texts: str) -> Policy:
    return Policy(name, tuple(Row(text, frozenset([TOPICS[0]])) for text in texts))


LONG = [f"这是第{i}句足够长的隐私政策的话。" for i in range(9)]
TASK = TopicTask(
    (
        _policy("a", *LONG[:3]),
        _policy("b", *LONG[:2], "另外一句只在这里出现的话。"),
        _policy("c", *LONG[3:6]),
        _policy("d", *LONG[6:]),
    ),
    {"train": [("a", 0), ("b", 2), ("c", 0)], "dev": [("b", 0), ("d", 1)], "test": []},
)


def test_versions_of_a_policy_are_held_out_together():
    folds = list(disjoint_folds(TASK, 3))
    held_out = [{name for name, _ in test} for _, test in folds]
    assert {"a", "b"} in held_out and {"c"} in held_out and {"d"} in held_out
    for train, test in folds:
        assert not {name for name, _ in train} & {name for name, _ in test}
        assert sorted([*train, *test]) == sorted([*TASK.rows["train"], *TASK.rows["dev"]])


def _record(name: str, *texts: str) -> Record:
    ends = np.cumsum([len(text) for text in texts]).tolist()
    sentences = [LabelledSentence(end - len(text), end) for text, end in zip(texts, ends, strict=True)]
    return Record(name, "".join(texts), tuple(sentences), ())


GOLD = [
    _record("b2", *LONG[1:3], "这是新版才有的一句足够长的话。"),
    _record("d2", *LONG[6:]),
    _record("e", "这是又一份政策里的一句话。"),
]


def test_versions_of_gold_are_held_out_together():
    gold = [*GOLD, _record("b3", *LONG[:3]), _record("d3", *LONG[6:])]
    _, folds = _groups(Namespace(folds=3), gold)
    assert sorted(map(sorted, folds)) == [["b2", "b3"], ["d2", "d3"], ["e"]]


def test_versions_of_what_is_held_out_are_not_trained_on():
    gold, read = [*GOLD, _record("b3", *LONG[:3])], []

    def train_and_predict(rest, held_out):
        read.append([record.id for record in rest])
        return held_out

    folds = list(hold_out(gold, [["b2"], ["e"]], train_and_predict))
    assert read == [["d2", "e"], ["b2", "d2", "b3"]]
    assert [fold.gold.id for fold in folds] == ["b2", "e"]


def test_no_fold_is_empty():
    for deal in (lambda: _groups(Namespace(folds=4), GOLD), lambda: list(disjoint_folds(TASK, 4))):
        with pytest.raises(RecipeError, match="do not make 4 folds, since versions of one stay together; give 3 at most"):
            deal()


def test_gold_on_a_version_of_what_is_held_out_teaches_nothing(tiny_encoder, tmp_path, monkeypatch):
    read = []
    monkeypatch.setattr(
        Sources, "finetune", lambda sources, *_: read.append((sources.gold, sources.paragraphs, sources.development))
    )
    recipe = FinetuneRecipe(str(tiny_encoder), {"capp130": 1.0, "gold": 1.0}, 1, 1e-3, 1, 1, topic_head=True)
    others = [ca4p483.Policy(name, "\n".join(lines), (), ()) for name, lines in (("a2", LONG[:3]), ("c2", LONG[3:6]))]
    learn = topic_learner(Sources(recipe, GOLD, TASK, paragraphs=others, development=GOLD[::-1]), tmp_path)
    learn(TASK.rows["train"][1:], [("a", 0)])
    assert read == [([GOLD[1], GOLD[2]], [others[1]], [GOLD[2], GOLD[1]])]


def test_a_recipe_trained_without_a_policy_labels_it(tiny_encoder, tmp_path):
    collected, shared = Row("我们收集您的信息。", frozenset(TOPICS[:1])), Row("我们会共享给第三方。", frozenset(TOPICS[1:2]))
    unlabelled = [Row(row.text, None) for row in (shared, collected)]
    known = [(collected, shared), (shared, collected), (shared, shared), (collected, collected)]
    task = TopicTask((*(Policy(str(n), rows) for n, rows in enumerate(known)), Policy("b", tuple(unlabelled))), {})
    recipe = FinetuneRecipe(str(tiny_encoder), {"capp130": 1.0}, 60, 2e-3, 1, 1, topic_head=True)
    rows, wanted = [(str(number), row) for number in range(4) for row in range(2)], [("b", 0), ("b", 1)]
    found = topic_learner(Sources(recipe, topics=task), tmp_path / "fold")(rows, wanted)
    assert found == [frozenset(TOPICS[1:2]), frozenset(TOPICS[:1])]
    for change, cause in (
        ({"topic_head": False}, "with a topic_head"),
        ({"base": str(find_model())}, "may know what is held out"),
    ):
        with pytest.raises(RecipeError, match=cause):
            topic_learner(Sources(replace(recipe, **change), topics=task), tmp_path / "other")


def _refused(capsys, order: str) -> str:
    """Run a command line that must end with one line and status 2; return the line."""
    with pytest.raises(SystemExit) as ended:
        main(order.split())
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    return line


@pytest.mark.parametrize(
    ("order", "cause"),
    [
        ("boundaries --split dev", "boundaries has no use for --split"),
        ("gold --split dev", "gold has no use for --split"),
        ("gold --folds 3 --held-out x", "gold --folds has no use for --held-out"),
        ("capp130 --folds 5 --split test", "capp130 --folds has no use for --split"),
        ("capp130 --folds 5 --base x --set seed=2", "no use for --base, --set; it trains with --folds and --recipe"),
        ("capp130 --recipe capp130", "no use for --recipe; it trains with --folds and --recipe"),
        ("gold --linear --set ngrams=null", "the recipe gold has no `ngrams`"),
    ],
)
def test_options_that_would_change_nothing_are_refused(capsys, order, cause):
    assert cause in _refused(capsys, f"benchmark {order}")


def test_a_recipe_that_cannot_be_held_out_is_refused_before_any_training(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "CAPP-130/CAPP_130_Corpus/Annotation/Annotation"
    folder.mkdir(parents=True)
    (folder / "rw_1.jsonl").write_text(json.dumps({"text": "我们收集您的信息。", "label": []}), encoding="utf-8")
    monkeypatch.setattr("tiaokuan.train.commands.fold_table", lambda *_: pytest.fail("trained"))
    order = f"benchmark capp130 --folds 2 --recipe capp130 --corpora {tmp_path} --base {find_model()}"
    assert "may know what is held out" in _refused(capsys, order)


def test_a_fold_goes_on_only_from_the_very_same_training(tmp_path):
    recipe = FinetuneRecipe("base", {"capp130": 1.0}, 1, 1e-3, 1, 1)
    first = run_folder(tmp_path, recipe, TASK.rows["train"], TASK.labels(TASK.rows["train"]))
    assert first == run_folder(tmp_path, replace(recipe), list(TASK.rows["train"]), TASK.labels(TASK.rows["train"]))
    others = [
        run_folder(tmp_path, replace(recipe, seed=2), TASK.rows["train"], TASK.labels(TASK.rows["train"])),
        run_folder(tmp_path, recipe, TASK.rows["dev"], TASK.labels(TASK.rows["dev"])),
        run_folder(tmp_path, recipe, TASK.rows["train"], [frozenset()] * 3),
    ]
    assert len({first, *others}) == 4


def test_labels_around_a_row_are_those_of_its_policys_other_train_rows():
    one, two = frozenset(TOPICS[:1]), frozenset(TOPICS[1:2])
    rows = tuple(Row("话。", label) for label in (one, two, two, one))
    task = TopicTask((Policy("a", rows), Policy("b", rows)), {})
    train = [("a", 0), ("a", 1), ("a", 3)]
    features = labels_around(task, train, [("a", 1), ("a", 2), ("b", 2)]).reshape(3, 6, len(TOPICS))
    assert features[0, :4, :2].tolist() == [[1, 0], [0, 0], [pytest.approx(0.5**0.5), 0], [0, 0]]  # never its own label
    assert features[1, :4, :2].tolist() == [[0, 1], [pytest.approx(0.5**0.5), 0], [1, 0], [0, 0]]
    assert features[0, 5, :2].tolist() == [0.3, 0.1]
    assert not features[2, :5].any()


def test_categories_around_a_row_are_its_own_and_its_neighbours():
    told = {("a", 0): CATEGORIES[:1], ("a", 1): CATEGORIES[1:2], ("b", 3): CATEGORIES[2:3]}
    features = categories_around(told, [("a", 0), ("b", 2)]).reshape(2, 4, len(CATEGORIES))
    assert features[0, :3, :3].tolist() == [[1, 0, 0], [0, 0, 0], [0, 1, 0]]
    assert features[1, :3, :3].tolist() == [[0, 0, 0], [0, 0, 0], [0, 0, 1]]
    assert features[:, 3, :3].tolist() == [[pytest.approx(1 / 9), pytest.approx(1 / 9), 0], [0, 0, pytest.approx(1 / 9)]]


def test_a_linear_model_learns_from_what_it_is_told():
    one, two = frozenset(TOPICS[:6]), frozenset(TOPICS[6:])
    labels = [one, two] * 10
    task = TopicTask((Policy("a", tuple(Row("同样的话。", label) for label in labels)),), {})
    places = [("a", row) for row in range(20)]
    told = {place: CATEGORIES[place[1] % 2 :][:1] for place in places}
    assert linear_topics(task, places, places, context=False) != labels
    assert linear_topics(task, places, places, context=False, more=partial(categories_around, told)) == labels


def test_a_task_on_some_policies_keeps_their_rows():
    task = TASK.only({"a"})
    assert [policy.name for policy in task.policies] == ["a"]
    assert {place[0] for places in task.rows.values() for place in places} == {"a"}


def test_a_sentence_met_in_training_is_not_fresh():
    assert TASK.unseen("dev") == [False, True]  # b's first line is a's


def test_withheld_labels_are_refused():
    task = TopicTask((Policy("a", (Row("话。", None),)),), {"train": [], "dev": [], "test": [("a", 0)]})
    with pytest.raises(GoldError, match="withheld"):
        task.labels(task.rows["test"])


def test_the_split_table_counts_fresh_rows_apart():
    gold = [frozenset([TOPICS[0]]), frozenset([TOPICS[0]])]
    found = [frozenset([TOPICS[0]]), frozenset()]
    row = split_table(gold, [False, True], [("x", found)]).split("\n")[-1]
    assert [cell.strip() for cell in row.strip("|").split("|")] == ["x", ".667", ".061", ".000", ".000"]
    assert score_topics(gold, gold).micro.f1 == 1


def test_a_topic_is_as_likely_as_any_of_its_categories():
    scores = topic_scores(np.full((1, 14), 0.5))
    sizes = np.round(np.log2(1 / (1 - scores[0])))
    assert sizes.min() == 1 and sizes.max() == 2 and scores.shape == (1, 11)


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("O B-data I-data O", {("data", 1, 3)}),
        ("B-data B-data S-share", {("data", 0, 1), ("data", 1, 2), ("share", 2, 3)}),
        ("B-data I-share I-share", {("data", 0, 1), ("share", 1, 3)}),
        ("I-data O I-data", {("data", 0, 1), ("data", 2, 3)}),
        ("O O", set()),
    ],
)
def test_component_spans(tags, spans):
    assert component_spans([("字", tag) for tag in tags.split()]) == spans


def test_silence_leaves_the_decision_to_what_is_added():
    settings = Settings()
    batch = Batch(np.zeros((2, 7), np.int64), np.ones((2, 7), np.int64), np.zeros((2, 3, 7), np.float32))
    output = Silence(settings)(batch)
    assert output.categories.shape == (2, 3, 14) and not output.categories.any()
    assert output.tags.shape == (2, 7, 3, 3) and not output.tags.any()
    assert (output.denied < -50).all()
