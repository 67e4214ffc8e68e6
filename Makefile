# Trains a Wasserstein GAN from images: `make train EPOCHS=20`, or see `make help`. What is installed does it in
# any folder, with the tools that are installed: `make -f /usr/share/wgan/Makefile train EPOCHS=20`.

makefile := $(lastword $(MAKEFILE_LIST))
here := $(patsubst %Makefile,%,$(makefile))
# The folder of an installed Makefile.
installed := $(if $(wildcard $(here)Package.swift),,$(or $(here),./))

## of make train; plot, film and report know the run by RUN or OUT:
# the epochs that the run shall have at the end
EPOCHS   ?= 20
# the epochs between two pictures; if empty, so that there are 50 at most
EVERY    ?=
# networks and optimizers: wgan-init --list-presets has them
PRESET   ?= quick
# an IDX file, a tensor file or, with SIZE, a folder of PNG files
DATA     ?= /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz
# the height and width that the pictures of a folder get, as 32 or 28x36
SIZE     ?=
# a command that converts any other DATA, as png2tensor --size 32 --fit pad
CONVERT  ?=
# images that are not trained on, as DATA: the log has their Wasserstein estimate
HELD_OUT ?=
# the seed of all that is random
SEED     ?= 0
# the images in a step of the critic; if empty, the preset's
BATCH    ?=
# the threads, which change no result; if empty, one for each core
THREADS  ?=
# stop after so long, as 90s, 50m, 1.5h or 2d; the same call goes on
TIME     ?=
# a name for the run
RUN      ?= $(PRESET)
# the run's folder
OUT      ?= runs/$(RUN)
## of make bench, with DATA, BATCH and THREADS:
# a Python that has the frameworks to measure beside
PYTHON    ?=
# those frameworks
PEERS     ?= torch tensorflow jax
# presets, with a batch behind a colon
WORKLOADS ?= mlp-clip mlp-gp keras-gp:64 keras-gp dcgan-gp
# interleaved rounds, of which the median counts
ROUNDS    ?= 5
# how long a round trains
SECONDS   ?= 3
# the folder of the results
BENCH_OUT ?= runs/bench
## of make soak and fuzz:
# trainings to tear to pieces
TRAININGS  ?= 300
# broken files for each reader
EXECUTIONS ?= 100000
# which readers
READERS    ?= tensor idx png network checkpoint metrics curves
# the folder of the files that crash one
FUZZ_OUT   ?= runs/fuzz
## of make install and uninstall:
# where the tools are to be
PREFIX  ?= /usr/local
# a folder that stands for the root
DESTDIR ?=
## of all:
# a folder with built tools
TOOLS   ?= $(if $(installed),$(installed)../../bin,.build/release)

SHELL := bash
.DEFAULT_GOAL := $(if $(installed),help,all)
.SHELLFLAGS := -eu -o pipefail -c
.SUFFIXES:

# By the environment, so that no shell reads what is in them.
exported := EPOCHS EVERY PRESET DATA SEED BATCH THREADS TIME CONVERT SIZE HELD_OUT OUT PYTHON PEERS BENCH_OUT FUZZ_OUT TOOLS
export $(exported)
# What tests call has none of them.
untold := env $(exported:%=-u %) -u GIVEN
# Of these, what was said; the rest are defaults, and a run that goes on has its own.
export GIVEN := $(foreach name,EPOCHS PRESET DATA SEED BATCH CONVERT HELD_OUT,$(if $(filter-out file,$(origin $(name))),$(name)))

# A name that is nobody's would be a typing error.
variables := $(shell sed -n 's/^\([A-Z_]*\) *?=.*/\1/p' $(makefile))
unknown := $(strip $(foreach name,$(filter-out $(variables),$(.VARIABLES)),$(if $(filter command,$(origin $(name))),$(name))))
$(if $(unknown),$(error there is no variable $(unknown); make help has them))

tools := idx2tensor cifar2tensor png2tensor wgan-init wgan-step wgan-sample tensor2png tensor-info \
  wgan-plot metrics2tb
# The same flags at a terminal as in a pipe, or going from one to the other would build all again.
build := swift build -c release --no-color-diagnostics --static-swift-stdlib -Xswiftc -use-ld=lld
built := .build/release/.built
# With TOOLS given the tools are taken as they are.
ready := $(if $(filter .build/release,$(TOOLS)),$(built))
# $(abspath) takes a path with a blank for two.
with_tools := PATH="$$(realpath -m -- "$$TOOLS"):$$PATH"
static := .build-static/release/.built
sources := $(if $(installed),,Package.swift $(shell find Sources -type f))
swift_files := $$(git ls-files '*.swift')

.PHONY: all setup train plot film report test mutate soak reproduce fuzz race bench lint format \
  install uninstall static deb bare clean help

all: $(built) ## build the tools into .build/release

# Once built, the toolchain is not asked again until a source changes.
$(built): $(sources)
	@scripts/setup libraries
	$(build)
	@touch $@

setup: ## install the libraries and the default images that are missing
	@scripts/setup libraries
	@scripts/setup data "$$DATA"

train: $(ready) ## bring the run up to EPOCHS, draw its samples
	@$(with_tools) $(here)scripts/train "$$OUT"

plot: $(ready) ## draw the curves of the run: OUT/curves.svg
	@$(here)scripts/setup plot
	@test -d "$$OUT" || { echo "plot: $$OUT: there is no such run" >&2; exit 66; }
	@$(with_tools) wgan-plot "$$OUT/metrics.jsonl" -o "$$OUT/curves.svg"
	@echo "plot: $$OUT/curves.svg" >&2

film: ## show eight latents over the epochs: OUT/film.png, and all of them moving: OUT/film.apng
	@$(here)scripts/setup film
	@$(here)scripts/film "$$OUT"

report: $(ready) ## tell of the run on one page, which needs nothing else: OUT/report.html
	@$(here)scripts/setup report
	@$(with_tools) $(here)scripts/report "$$OUT"

test: ## build and run every test
	@scripts/setup libraries
	@$(untold) swift test -c release --scratch-path .build-test -Xswiftc -enable-testing

# `scripts/mutate 10` breaks one.
mutate: ## break each line of docs/PITFALLS.md in a copy, and expect its tests to fail
	@scripts/setup libraries
	@$(untold) scripts/mutate

soak: $(built) ## tear TRAININGS random trainings to pieces, and expect the bytes of calm ones
	@$(with_tools) scripts/soak $(TRAININGS)

reproduce: $(built) ## train on several numbers of threads and emulated processors, compare the bytes
	@$(with_tools) scripts/reproduce

# A package of its own, so that nobody else builds it.
bench: $(built) ## measure beside the frameworks that PYTHON has, and against sgemm
	@scripts/setup data "$$DATA"
	$(build) --package-path Benchmarks --scratch-path .build-bench
	@mkdir -p "$$BENCH_OUT"
	@$(TOOLS)/idx2tensor "$$DATA" -o "$$BENCH_OUT/train.tensor"
	@.build-bench/release/bench $(WORKLOADS) --tools $(TOOLS) --data "$$BENCH_OUT/train.tensor" \
	  --rounds $(ROUNDS) --seconds $(SECONDS) --output "$$BENCH_OUT" \
	  $${PYTHON:+--python "$$PYTHON"} --modules "$$PEERS" $${THREADS:+--threads "$$THREADS"} $${BATCH:+--batch-size "$$BATCH"}

# Builds a package of its own as well, with libFuzzer and AddressSanitizer.
fuzz: $(built) ## feed the readers EXECUTIONS broken files each; crashes stay in FUZZ_OUT
	nice swift build -c release --no-color-diagnostics --package-path Fuzz --sanitize fuzzer --scratch-path .build-fuzz
	@$(with_tools) nice scripts/fuzz .build-fuzz/release "$$FUZZ_OUT" $(EXECUTIONS) $(READERS)

race: ## train on two and three threads under ThreadSanitizer
	nice swift build -c release --no-color-diagnostics --sanitize thread --scratch-path .build-thread
	@nice scripts/race .build-thread/release

lint: ## check the format of every Swift file
	swift format lint --strict $(swift_files)

format: ## format every Swift file in place
	swift format --in-place $(swift_files)

install: ## install the built tools, their manual and completions into DESTDIR/PREFIX
	@test -e $(TOOLS)/wgan-step || { echo 'nothing is built; run make first' >&2; exit 66; }
	@$(with_tools) scripts/install into "$(DESTDIR)$(PREFIX)" $(tools)

uninstall: ## remove exactly these
	@scripts/install from "$(DESTDIR)$(PREFIX)" $(tools)

static: $(static) ## build tools that need nothing but a kernel and /proc into .build-static/release

$(static): $(sources)
	@scripts/setup libraries
	$(build) --scratch-path .build-static -Xswiftc -static-executable
	@touch $@

deb: $(built) ## pack the tools as a Debian package, into dist
	@scripts/setup package
	@$(with_tools) scripts/deb dist $(tools)

bare: deb $(static) ## run the static tools and the package in a new, bare Debian, as root
	@scripts/setup bare
	@$(with_tools) scripts/bare .build-static/release dist/*.deb $(tools)

clean: ## remove what was built; runs stay
	rm -rf .build .build-test .build-mutate .build-bench .build-fuzz .build-thread .build-static dist

help: ## say this
	@sed -n 's/^\($(if $(installed),train\|plot\|film\|report\|help,[a-z]*)\):.*## \(.*\)/make \1\t\2/p' $(makefile) | expand -t 16
	@awk '$(if $(installed),/^## of make bench/ { exit }) /^## / { print "Variables " substr($$0, 4) } /^# / { words = substr($$0, 3) } \
	  match($$0, /^[A-Z_]+ *\?= */) { printf "  %-12s%s%s\n", $$1, words, \
	    RLENGTH < length($$0) ? " (" substr($$0, RLENGTH + 1) ")" : "" }' $(makefile)
