# Trains a Wasserstein GAN on images: `make train EPOCHS=20`. `make help` lists all targets and variables. The
# installed Makefile uses the installed tools, in any folder: `make -f /usr/share/wgan/Makefile train EPOCHS=20`.

# A text as one word for a shell, whatever characters it contains.
quoted = '$(subst ','\'',$(1))'
# The path of this file: the longest end of the list of makefiles that is a file. Blanks separate the makefiles,
# and a path may contain blanks too, which the functions of make would split.
makefile := $(shell list=$(call quoted,$(MAKEFILE_LIST)); until [ -z "$$list" ] || [ -f "$$list" ]; do \
  list=$$(printf %s "$$list" | sed 's/^[^ ]*//; s/^ //'); done; printf %s "$$list")
# Its folder, with a slash; empty for the current one.
here := $(shell printf %s $(call quoted,$(makefile)) | sed 's/[^/]*$$//; s/^-/.\/-/')
script = $(call quoted,$(here)scripts/$(1))
# The folder of an installed Makefile; empty in a checkout.
installed := $(if $(shell test ! -e $(call quoted,$(here)Package.swift) || echo checkout),,$(or $(here),./))

## of make train; plot, film and report use RUN or OUT:
# total number of epochs of the run
EPOCHS   ?= 20
# epochs between two checkpoints, each with a sample grid; default: at most 50 grids
EVERY    ?=
# number of checkpoints of earlier epochs to keep in OUT/checkpoints
KEEP     ?= 5
# networks, optimizers and hyperparameters: wgan-init --list-presets
PRESET   ?= quick
# options of wgan-init that override the preset, such as --lambda 5 --schedule "cosine 20000"
INIT     ?=
# start from the trained weights of this run or checkpoint instead of a preset; needs RUN
FROM     ?=
# images: an IDX, tensor, .npy, .npz or .safetensors file or, with SIZE, a folder of PNG and JPEG files
DATA     ?= /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz
# image size for a folder: 32, or height x width such as 28x36
SIZE     ?=
# command that converts DATA to a tensor file, such as image2tensor --size 32 --fit pad
CONVERT  ?=
# images like DATA that are not used for training: adds their Wasserstein estimate to the metrics
HELD_OUT ?=
# seed of all random numbers
SEED     ?= 0
# batch size; default: that of the preset
BATCH    ?=
# number of threads, which does not change the result; default: all available cores
THREADS  ?=
# time limit: 90s, 50m, 1.5h or 2d; the same call resumes
TIME     ?=
# name of the run; default: that of the preset
RUN      ?= $(PRESET)
# folder of the run; default: runs/RUN
OUT      ?= $(if $(filter-out . ..,$(subst /, ,$(RUN))),runs/$(RUN))
## of make bench, with DATA, BATCH and THREADS:
# path of a Python executable with the frameworks to compare with
PYTHON    ?=
# names of these frameworks
PEERS     ?= torch tensorflow jax
# presets, optionally with a batch size after a colon
WORKLOADS ?= mlp-clip mlp-gp keras-gp:64 keras-gp dcgan-gp
# number of interleaved rounds; the result is their median
ROUNDS    ?= 5
# seconds of training per round
SECONDS   ?= 3
# folder of the results
BENCH_OUT ?= runs/bench
## of make soak and fuzz:
# number of trainings to interrupt
TRAININGS  ?= 300
# number of damaged files per reader
EXECUTIONS ?= 100000
# readers to test
READERS    ?= tensor numpy idx cifar png jpeg network checkpoint metrics curves
# folder for files that cause a crash
FUZZ_OUT   ?= runs/fuzz
## of make install and uninstall:
# installation prefix
PREFIX  ?= /usr/local
# prefix of all installed paths, for packaging
DESTDIR ?=
## of all targets:
# folder of the built tools; default: .build/release
TOOLS   ?= $(if $(installed),$(installed)../../bin,$(here).build/release)

SHELL := bash
.DEFAULT_GOAL := $(if $(installed),help,all)
.SHELLFLAGS := -eu -o pipefail -c
.SUFFIXES:

# Passed in the environment, so that no shell expands their values.
exported := EPOCHS EVERY KEEP PRESET INIT FROM DATA SEED BATCH THREADS TIME CONVERT SIZE HELD_OUT OUT PYTHON PEERS BENCH_OUT FUZZ_OUT TOOLS
export $(exported)
# Removes them from the environment of the tests.
unexported := env $(exported:%=-u %) -u GIVEN
# The variables that the caller has set. A resumed run has saved values of the others.
export GIVEN := $(foreach name,EPOCHS KEEP PRESET INIT FROM DATA SEED BATCH CONVERT HELD_OUT RUN OUT,$(if $(filter-out file,$(origin $(name))),$(name)))

# An unknown variable on the command line is an error, because it is probably misspelled.
variables := $(shell sed -n 's/^\([A-Z_]*\) *?=.*/\1/p' <$(call quoted,$(makefile)))
unknown := $(strip $(foreach name,$(filter-out $(variables),$(.VARIABLES)),$(if $(filter command,$(origin $(name))),$(name))))
$(if $(unknown),$(error unknown variable $(unknown); make help lists all variables))

tools := idx2tensor cifar2tensor image2tensor png2tensor npy2tensor wgan-init wgan-step wgan-sample wgan-critic \
  wgan-export tensor2png tensor-info wgan-plot metrics2tb
# The same flags on a terminal and in a pipe. With others, SwiftPM would rebuild everything.
build := swift build -c release --no-color-diagnostics --static-swift-stdlib -Xswiftc -use-ld=lld
built := .build/release/.built
# Tools in another folder are not built.
ready := $(if $(filter .build/release,$(TOOLS)),$(built))
# $(abspath) would split a path at spaces.
with_tools := PATH="$$(realpath -m -- "$$TOOLS"):$$PATH"
static := .build-static/release/.built
# Only from within a checkout are its tools built.
sources := $(if $(installed)$(here),,Package.swift $(shell find Sources -type f 2>/dev/null))
swift_files := $$(git ls-files '*.swift')

.PHONY: all setup train plot film report test mutate mutate-checks soak reproduce fuzz race bench lint format \
  install uninstall static deb bare docs clean help

all: $(built) ## build the tools in .build/release

# Does not start the toolchain unless a source file has changed.
$(built): $(sources)
	@scripts/setup libraries
	$(build)
	@touch $@

setup: ## install missing libraries and the default images
	@scripts/setup libraries
	@scripts/setup data "$$DATA"

train: $(ready) ## train the run until it has EPOCHS epochs, and draw samples
	@$(with_tools) $(call script,train) "$$OUT"

plot: $(ready) ## plot the training curves of the run: OUT/curves.svg
	@$(call script,setup) plot
	@out=$${OUT/#-/./-}; test -n "$$out" || { echo "plot: OUT is empty" >&2; exit 64; }; \
	  test -d "$$out" || { echo "plot: $$out: no such run; make train creates it" >&2; exit 66; }; \
	  $(with_tools) wgan-plot "$$out/metrics.jsonl" -o "$$out/curves.svg"; echo "plot: $$out/curves.svg" >&2

film: ## draw how the samples change over the epochs: OUT/film.png, and OUT/film.apng as an animation
	@$(call script,setup) film
	@$(call script,film) "$$OUT"

report: $(ready) ## write a report of the run as one self-contained page: OUT/report.html
	@$(call script,setup) report
	@$(with_tools) $(call script,report) "$$OUT"

test: ## build and run all tests
	@scripts/setup libraries
	@$(unexported) swift test -c release --scratch-path .build-test -Xswiftc -enable-testing

# `scripts/mutate 10` checks a single mistake.
mutate: ## mutation testing: introduce each mistake of docs/PITFALLS.md in a copy, and expect a test to fail
	@scripts/setup libraries
	@$(unexported) scripts/mutate

mutate-checks: test ## mutation testing of the test scripts: break single checks, and expect each test to fail
	@$(unexported) scripts/mutate-checks

soak: $(built) ## interrupt TRAININGS random trainings, and compare the results with uninterrupted ones
	@$(with_tools) scripts/soak $(TRAININGS)

reproduce: $(built) ## compare the results for several numbers of threads and emulated processors
	@$(with_tools) scripts/reproduce

# The benchmarks are a separate package, which other targets do not build.
bench: $(built) ## measure the speed beside the frameworks of PYTHON and against OpenBLAS
	@scripts/setup data "$$DATA"
	$(build) --package-path Benchmarks --scratch-path .build-bench
	@mkdir -p "$$BENCH_OUT"
	@$(with_tools) idx2tensor "$$DATA" -o "$$BENCH_OUT/train.tensor"
	@.build-bench/release/bench $(WORKLOADS) --tools "$$TOOLS" --data "$$BENCH_OUT/train.tensor" \
	  --rounds $(ROUNDS) --seconds $(SECONDS) --output "$$BENCH_OUT" \
	  $${PYTHON:+--python "$$PYTHON"} --modules "$$PEERS" $${THREADS:+--threads "$$THREADS"} $${BATCH:+--batch-size "$$BATCH"}

# A separate package too, with libFuzzer and AddressSanitizer.
fuzz: $(built) ## fuzz testing: read EXECUTIONS damaged files with each reader; files that crash stay in FUZZ_OUT
	@scripts/setup fuzz
	nice swift build -c release --no-color-diagnostics --package-path Fuzz --sanitize fuzzer --scratch-path .build-fuzz
	@$(with_tools) nice scripts/fuzz .build-fuzz/release "$$FUZZ_OUT" $(EXECUTIONS) $(READERS)

race: ## train with two and three threads under ThreadSanitizer
	nice swift build -c release --no-color-diagnostics --sanitize thread --scratch-path .build-thread
	@nice scripts/race .build-thread/release

lint: ## check the format of all Swift files
	swift format lint --strict $(swift_files)

format: ## format all Swift files in place
	swift format --in-place $(swift_files)

install: ## install wgan with a link per tool, manual pages and completions in DESTDIR/PREFIX
	@test -e "$$TOOLS/wgan" || { echo "install: $$TOOLS/wgan: no such file; run make first" >&2; exit 66; }
	@$(with_tools) $(call script,install) into $(call quoted,$(DESTDIR)) $(call quoted,$(PREFIX)) $(tools)

uninstall: ## remove the installed files
	@$(call script,install) from $(call quoted,$(DESTDIR)) $(call quoted,$(PREFIX)) $(tools)

static: $(static) ## build tools without shared libraries in .build-static/release; they need only Linux

$(static): $(sources)
	@scripts/setup libraries
	$(build) --product wgan --scratch-path .build-static -Xswiftc -static-executable -Xlinker -s
	@for tool in $(tools); do ln -sf wgan .build-static/release/$$tool; done
	@touch $@

deb: $(built) ## build a Debian package in dist
	@scripts/setup package
	@$(with_tools) scripts/deb dist $(tools)

bare: deb $(static) ## test the static tools and the package in a new Debian; needs root
	@scripts/setup bare
	@$(with_tools) scripts/bare .build-static/release dist/*.deb $(tools)

docs: $(ready) ## build the documentation of the Swift libraries with DocC, into dist/docs
	@scripts/docs "$(TOOLS)" dist/docs

clean: ## remove all build products; runs stay
	rm -rf .build .build-test .build-mutate .build-bench .build-fuzz .build-thread .build-static dist

help: ## print this help
	@sed -n 's/^\($(if $(installed),train\|plot\|film\|report\|help,[a-z-]*)\):.*## \(.*\)/make \1\t\2/p' \
	  <$(call quoted,$(makefile)) | expand -t 20
	@awk '$(if $(installed),/^## of make bench/ { exit }) /^## / { print "Variables " substr($$0, 4) } /^# / { text = substr($$0, 3) } \
	  match($$0, /^[A-Z_]+ *\?= */) { printf "  %-12s%s%s\n", $$1, text, \
	    RLENGTH < length($$0) && $$0 !~ /[$$][(]/ ? " (" substr($$0, RLENGTH + 1) ")" : "" }' \
	  <$(call quoted,$(makefile))
