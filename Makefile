# Everything is installed into .venv, at the versions and hashes in requirements.lock; peers into .venv-bench.

BIN := .venv/bin
BENCH := .venv-bench/bin
UV := $(BIN)/uv
CORRIDOR := $(BIN)/corridor
REPORTS := reports/rason

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export UV_PYTHON_DOWNLOADS := never
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup run test browser check docs geodata bench format wheel smoke lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.stamp ## Install the project and its tools into .venv (PYTHON=... picks the interpreter)

run: setup ## Compare the corridors of the committed study, and write reports/rason/ with the brief
	$(CORRIDOR) compare
	$(CORRIDOR) compare -o $(REPORTS)/compare.txt
	$(CORRIDOR) compare --format json -o $(REPORTS)/compare.json
	$(CORRIDOR) compare --format csv -o $(REPORTS)/compare.csv
	$(CORRIDOR) solve --format json -o $(REPORTS)/solve.json
	$(CORRIDOR) solve --format csv -o $(REPORTS)/solve
	$(CORRIDOR) brief --length full -o $(REPORTS)/brief.pdf -o $(REPORTS)/brief.html

test: setup ## Run the tests, on all cores
	$(BIN)/python -m pytest -n auto --dist worksteal

browser: setup ## Open the brief in headless Chromium, as wide as a telephone and as a desk
	@test -s $(REPORTS)/brief.html || $(MAKE) run
	$(BIN)/python bench/browser.py $(REPORTS)/brief.html $(REPORTS)

check: setup ## Check format, lint, types, import layers, the committed data and the docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(CORRIDOR) check
	$(CORRIDOR) audit > /dev/null
	$(BIN)/python -m corridor.dictionary - | diff docs/data-dictionary.md - || { echo "docs differ from the schema: make docs" >&2; exit 1; }
	$(BIN)/python -m corridor.evidence_page - | diff docs/validation.md - || { echo "docs differ from the model: make docs" >&2; exit 1; }

docs: setup ## Write the pages that are made from the code
	$(BIN)/python -m corridor.dictionary docs/data-dictionary.md
	$(BIN)/python -m corridor.evidence_page docs/validation.md

geodata: setup ## Rebuild data/geo from its sources and typed tables (a minute or two)
	$(BIN)/python -m corridor.geography data/geo

bench: setup .venv-bench/.stamp ## Measure against peers, side by side, and write docs/benchmarks.md (a quarter of an hour)
	$(BENCH)/python bench/matrix.py
	$(BENCH)/python bench/flow.py

format: setup ## Format the code and mend what can be mended safely
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

wheel: setup ## Build the source archive, and from it the wheel, into dist/
	$(UV) build --quiet --clear --no-create-gitignore --no-build-isolation --python $(BIN)/python --out-dir dist

# The lock only constrains here, so that a dependency that the wheel forgets to name is missed.
smoke: wheel ## Install the wheel elsewhere and run it in an empty folder
	@set -e; root=$$PWD; place=$$(mktemp -d); trap 'rm -rf "$$place"' EXIT; \
	$(UV) venv --quiet --python $(BIN)/python "$$place/venv"; \
	$(UV) pip install --quiet --python "$$place/venv/bin/python" --constraint requirements.lock dist/*.whl; \
	mkdir "$$place/empty"; cd "$$place/empty"; \
	"$$place/venv/bin/corridor" compare > "$$place/output"; \
	test -s "$$place/output" || { echo "smoke: corridor compare printed nothing" >&2; exit 1; }; \
	echo "smoke: $$(cd "$$root" && ls dist/*.whl) runs outside the checkout"

LOCK = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" $(if $(UPGRADE),--upgrade)

lock: $(UV) ## Resolve pyproject.toml into requirements*.lock (UPGRADE=1 takes newer versions)
	$(LOCK) --group dev --output-file requirements.lock pyproject.toml
	$(LOCK) --group pyproject.toml:bench --constraint requirements.lock --output-file requirements-bench.lock

clean: ## Remove .venv, dist/ and all caches
	rm -rf .venv .venv-bench dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.stamp: requirements.lock pyproject.toml | $(UV)
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

# Peers have an environment of their own, so that nothing but `make bench` waits for them.
.venv-bench/.stamp: requirements.lock requirements-bench.lock pyproject.toml | $(UV)
	$(UV) venv --quiet --clear --python $(BIN)/python .venv-bench
	$(UV) pip sync --quiet --python $(BENCH)/python --require-hashes requirements.lock requirements-bench.lock
	$(UV) pip install --quiet --python $(BENCH)/python --no-deps --no-build-isolation --editable .
	@touch $@

# The lock names uv too: pip installs that version by its hashes, and uv the rest.
$(UV):
	@for python in $(or $(PYTHON),python3.11 python3); do \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && found=$$python && break; \
	done; \
	test -n "$$found" || { echo "make: Python 3.11 or newer is needed; name it: make setup PYTHON=..." >&2; exit 1; }; \
	"$$found" -m venv .venv
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.txt
	$(BIN)/python -m pip install --quiet --require-hashes --requirement .venv/uv.txt
