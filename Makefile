# "make advise" starts the wizard, "make test" runs the tests. Both work in a fresh clone and may be repeated;
# a stamp file in the virtual environment keeps each installation from being done twice.
#
#   make advise                      the wizard; without a terminal: an example, advised on and generated
#   make advise ARGS="rules list"    passes arguments on to the command
#   make test                        the first ring of tests; minutes, needs only Python
#   make gate                        the second ring, with the tools of each flavour; FULL_GATE=1: every combination
#   make facts                       holds rules/ against the newest packages that the registries serve
#   make check                       ruff, mypy and import-linter
#   make bench, evaluate, matrix     figures for the pages in docs
#   make clean                       removes the environments and what was built
#
#   make test PYTHON=python3.13              with another interpreter (after "make clean")
#   make test TESTS=tests/cli WORKERS=1      some of the tests, in one process

PYTHON = python3
ARGS =
TESTS =
WORKERS = 2

BIN = .venv/bin
NODE = .venv/node/node_modules
PIP = $(BIN)/python -m pip --disable-pip-version-check --quiet
EXAMPLE = examples/order-notifications.yaml
STARTER = build/order-notifications

.PHONY: help advise test gate coverage check facts bench evaluate matrix clean

help:
	@sed -n 's/^# \{0,1\}//p;/^$$/q' Makefile

advise: .venv/.installed
	@set -- $(ARGS); \
	if [ $$# -gt 0 ]; then exec $(BIN)/advisor "$$@"; \
	elif [ -t 0 ] && [ -t 1 ]; then exec $(BIN)/advisor; fi; \
	$(BIN)/advisor recommend $(EXAMPLE) && \
	$(BIN)/advisor generate $(EXAMPLE) --output $(STARTER) --force && \
	printf '%s\n' "" \
	  "No terminal, so this was an example instead of the wizard:" \
	  "  advised on      $(EXAMPLE)" \
	  "  starter project $(STARTER) (its README says how to test and deploy it)" \
	  "Your own: write an answers file like the example, then" \
	  "  $(BIN)/advisor recommend FILE" \
	  "  $(BIN)/advisor generate FILE --output FOLDER"

# What to run before a commit: only Python packages, no other tool.
test: .venv/.tested
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(TESTS)

# Everything else: the projects in their own tools and languages, the page in a browser, every combination.
gate: .venv/.tested .venv/.node .venv/bin/sam .venv/bin/checkov .venv-cdk/.installed
	PATH="$$PWD/$(BIN):$$PWD/$(NODE)/.bin:$$PATH" \
	  $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(or $(TESTS),tests/gate)

check: .venv/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# What AWS changed: models, schemas and runtime tables of today, not the pinned ones. Ends with 1 if a fact moved.
facts:
	rm -rf .venv-facts && $(PYTHON) -m venv .venv-facts
	.venv-facts/bin/python -m pip --disable-pip-version-check --quiet install --upgrade --upgrade-strategy eager '.[test]' pip-audit
	.venv-facts/bin/python -m tests.tools.facts

# The first ring with figures of what it reaches; tracing makes it take half as long again.
coverage:
	$(MAKE) test TESTS="--cov --cov-report=term $(TESTS)"

# Figures go to the screen; ARGS=--write puts them into docs/speed.md.
bench: .venv/.tested .venv/bin/sam .venv-bench/.installed
	$(PYTHON) -m venv .venv-user  # what users have: no tests, no tools
	.venv-user/bin/python -m pip --disable-pip-version-check --quiet install -c constraints/dev.txt .
	$(PYTHON) -m venv .venv-newest  # and what they get without our pins
	.venv-newest/bin/python -m pip --disable-pip-version-check --quiet install --upgrade --upgrade-strategy eager .
	$(BIN)/python -m bench $(ARGS)

evaluate: .venv/.tested
	$(BIN)/python -m tests.evaluate $(ARGS)

# What starters can be made of, all of it gated; some minutes. ARGS=--write puts the tables into docs/starters.md.
matrix: .venv/.tested
	$(BIN)/python -m tests.starter.matrix $(ARGS)

clean:
	rm -rf .venv .venv-cdk .venv-sam .venv-scanners .venv-bench .venv-facts .venv-user build dist .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache \
	  .import_linter_cache .hypothesis

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed; $(PYTHON) is older or missing. Try: make PYTHON=python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

# The build tool is installed first and used without isolation, so that its version is pinned as well.
.venv/.installed: .venv/.python pyproject.toml constraints/dev.txt
	$(PIP) install -c constraints/dev.txt hatchling editables
	$(PIP) install -c constraints/dev.txt --no-build-isolation -e .
	$(BIN)/python -m compileall -q advisor  # what pip does for every other way to install
	@touch $@

.venv/.tested: .venv/.installed
	$(PIP) install -c constraints/dev.txt --no-build-isolation -e '.[test,dev]'
	@touch $@

# What the bench measures itself against; exact pins of their own.
.venv-bench/.installed: .venv/.python constraints/bench.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip --disable-pip-version-check --quiet install -r constraints/bench.txt
	@touch $@

# Checkers that exist for Node.js only; where there is no npm, their tests are skipped by name.
.venv/.node: .venv/.python tests/npm/package.json
	@mkdir -p .venv/node && cp tests/npm/package.json .venv/node/
	@if command -v npm >/dev/null; then \
	  npm install --prefix .venv/node --no-package-lock --no-audit --no-fund --silent; \
	else echo "npm is not installed: the checks of Markdown style and accessibility are skipped" >&2; fi
	@touch $@

# The SAM command line pins older versions of what the tests use, so it lives in an environment of its own.
.venv/bin/sam: .venv/.python constraints/sam.txt
	$(PYTHON) -m venv .venv-sam
	.venv-sam/bin/python -m pip --disable-pip-version-check --quiet install -c constraints/sam.txt aws-sam-cli
	@ln -sf ../../.venv-sam/bin/sam $@ && touch $@

# The CDK for Python is half a gigabyte, and what only its stacks need would be in the way of the tests.
.venv-cdk/.installed: .venv/.python constraints/cdk.txt
	$(PYTHON) -m venv .venv-cdk
	.venv-cdk/bin/python -m pip --disable-pip-version-check --quiet install -c constraints/cdk.txt aws-cdk-lib cdk-nag pytest
	@touch $@

# Scanners of what the starters consist of: large, and with pins of their own.
.venv/bin/checkov: .venv/.python constraints/scanners.txt
	$(PYTHON) -m venv .venv-scanners
	.venv-scanners/bin/python -m pip --disable-pip-version-check --quiet install -c constraints/scanners.txt checkov bandit
	@ln -sf ../../.venv-scanners/bin/bandit .venv/bin/bandit
	@ln -sf ../../.venv-scanners/bin/checkov $@ && touch $@
