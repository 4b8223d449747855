# Each word does everything it needs on a machine that has Python 3.11+ and nothing else.
PYTHON ?= python3
PORT ?= 8000
TIMES ?= 20
BIN := .venv/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt

# Bytecode is kept, also where a container's environment forbids it: each process would compile a thousand modules at its start.
export PYTHONDONTWRITEBYTECODE =

.PHONY: demo test check fix conformance rules bench soak clean

demo: .venv/runtime
	@$(BIN)/dataexchange demo --port $(PORT)

# One more process than cores: many tests wait for servers, workers and browsers.
test: .venv/dev
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

check: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config pyproject.toml
	$(BIN)/pytest tests/docs

fix: .venv/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The page that says what of the SDMX REST API is answered, from the markers on the tests.
conformance: .venv/dev
	$(BIN)/python tests/docs/conformance.py

# The page that has every rule, from the register.
rules: .venv/dev
	$(BIN)/python -m dataexchange.messages.rules_page > docs/rules.md

bench: .venv/dev
	$(BIN)/python -m bench

# Property tests and kills draw other cases every time: again and again, until one fails or TIMES is reached.
soak: .venv/dev
	@for i in $$(seq $(TIMES)); do \
	  $(BIN)/pytest -n 2 tests/store/test_twin.py tests/messages/test_write_properties.py tests/messages/test_structure_json.py \
	    tests/pipeline/test_mapping_twin.py tests/api/test_generated_queries.py tests/cli/test_kill.py tests/operate/test_kills.py tests/operate/test_backup.py \
	    tests/harvest/test_faulty_services.py \
	    tests/harvest/soak_harvest.py || exit 1; \
	done

clean:
	rm -rf build var .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "dataexchange needs Python 3.11 or newer; say which with: make PYTHON=python3.12")'
	@$(PYTHON) -m venv .venv

.venv/runtime: .venv/pyvenv.cfg pyproject.toml constraints.txt
	@echo "Installing the pinned dependencies into .venv (about a minute the first time)"
	@$(PIP) -e .
	@touch $@

.venv/dev: .venv/runtime
	@$(PIP) -e '.[dev]'
	@touch $@
