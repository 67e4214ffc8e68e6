# Trains a Wasserstein GAN from IDX images: `make train EPOCHS=20`, or see `make help`.

EPOCHS  ?= 20
PRESET  ?= mlp-gp
DATA    ?= /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz
SEED    ?= 0
BATCH   ?=
THREADS ?=
RUN     ?= $(PRESET)
OUT     ?= runs/$(RUN)

PREFIX  ?= /usr/local
DESTDIR ?=
TOOLS   ?= .build/release

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.SUFFIXES:

build := swift build -c release --static-swift-stdlib -Xswiftc -use-ld=lld
# By the environment, so that no shell reads what is in them.
export EPOCHS PRESET DATA SEED BATCH THREADS OUT

tools := idx2tensor wgan-init wgan-step wgan-sample tensor2png
swift_files := $$(git ls-files '*.swift')

.PHONY: all setup train test lint format install clean help

all: setup ## build the tools into .build/release
	$(build)

setup: ## install the libraries and the default images that are missing
	@scripts/setup "$$DATA"

# With TOOLS given the tools are taken as they are.
train: $(if $(filter .build/release,$(TOOLS)),all) ## bring the run up to EPOCHS and draw each epoch
	@PATH="$(abspath $(TOOLS)):$$PATH" scripts/train "$$OUT"

test: setup ## build and run every test
	swift test -c release --scratch-path .build-test -Xswiftc -enable-testing

lint: ## check the format of every Swift file
	swift format lint --strict $(swift_files)

format: ## format every Swift file in place
	swift format --in-place $(swift_files)

install: all ## install the tools into DESTDIR/PREFIX/bin
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 $(addprefix $(TOOLS)/,$(tools)) "$(DESTDIR)$(PREFIX)/bin"

clean: ## remove what was built; runs stay
	rm -rf .build .build-test

help: ## say this
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 16
	@echo 'Variables of make train: EPOCHS PRESET DATA SEED BATCH THREADS RUN OUT (see the top of Makefile)'
