# Two environments: `light` is what `pip install .` gives, `dev` adds training, tests and linters.
PYTHON ?= python3
LIGHT := .venv/light
DEV := .venv/dev
PIP := -m pip install --quiet --disable-pip-version-check -c constraints.txt

.PHONY: annotate test check format clean

annotate: $(LIGHT)/installed      ## annotate the seeds with the shipped model, into out/
	$(LIGHT)/bin/tiaokuan annotate seeds -o out/seeds.jsonl
	$(LIGHT)/bin/tiaokuan annotate seeds -o out/pages --format html
	@echo "wrote out/seeds.jsonl and out/pages/index.html"

test: $(DEV)/installed $(LIGHT)/installed            ## run the test suite; ARGS=--slow runs the slow tests too
	$(DEV)/bin/python -m pytest $(ARGS)

check: $(DEV)/installed           ## lint, format and types
	$(DEV)/bin/ruff check .
	$(DEV)/bin/ruff format --check .
	$(DEV)/bin/pyright --pythonpath $(DEV)/bin/python

format: $(DEV)/installed
	$(DEV)/bin/ruff check --fix .
	$(DEV)/bin/ruff format .

clean:
	rm -rf .venv out build *.egg-info

$(LIGHT)/installed: pyproject.toml constraints.txt $(shell git ls-files data annotations models serve)
	$(PYTHON) -m venv $(LIGHT)
	$(LIGHT)/bin/python $(PIP) --force-reinstall --no-deps .
	$(LIGHT)/bin/python $(PIP) .
	@touch $@

$(DEV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(DEV)
	$(DEV)/bin/python $(PIP) -e '.[dev]'
	@touch $@
