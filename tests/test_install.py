"""The light installation that `make annotate` makes: it works, and it holds no torch."""

import json
import os
import subprocess

import pytest
from conftest import ROOT

LIGHT = ROOT / ".venv" / "light" / "bin"

pytestmark = pytest.mark.skipif(not LIGHT.is_dir(), reason="needs the light environment: make annotate")


def test_the_light_installation_pulls_in_no_torch():
    listed = subprocess.run([LIGHT / "python", "-m", "pip", "list", "--format=json"], capture_output=True, check=True)
    names = {package["name"].lower() for package in json.loads(listed.stdout)}
    assert "tiaokuan" in names
    assert not names & {"torch", "transformers", "datasets", "scikit-learn", "onnx"}


def test_the_light_installation_annotates_with_the_shipped_model(tmp_path):
    (tmp_path / "a.txt").write_text("我们会收集您的手机号码。", encoding="utf-8")
    command = [LIGHT / "tiaokuan", "annotate", tmp_path / "a.txt", "-o", tmp_path / "out.jsonl"]
    home = tmp_path / "home"
    home.mkdir()
    alone = {"HOME": str(home), "PATH": os.environ["PATH"]}
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False, env=alone)
    assert (done.returncode, done.stderr) == (0, "")
    assert not list(home.iterdir())  # ONNX Runtime keeps a device id there unless it is told not to send anything home
    record = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    assert record["sentences"][0]["categories"] == ["first_party_collection"]
    assert [entity["text"] for entity in record["entities"]] == ["手机号码"]
