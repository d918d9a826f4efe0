# Everything that is done with this repository, by name. `make` alone lists it.

ifneq ($(shell uname -s),Linux)
$(error eisweep is built and run on Linux only; on another system use a Linux container or virtual machine)
endif

GO := $(or $(shell command -v go 2>/dev/null),$(wildcard /usr/local/go/bin/go))
ifeq ($(GO),)
$(error Go 1.26 or newer is needed, on PATH or in /usr/local/go: https://go.dev/doc/install)
endif
export PATH := $(dir $(GO)):$(PATH)
# Where git refuses to tell the commit, as in a folder of another user's, go build would fail.
ifeq ($(shell git rev-parse HEAD 2>/dev/null),)
export GOFLAGS := $(shell $(GO) env GOFLAGS) -buildvcs=false
endif

VERSION := $(or $(shell git describe --tags --always --dirty 2>/dev/null),unknown)
COMMITTED := $(or $(shell git log -1 --format=%ct 2>/dev/null),0)

# What the race detector watches: everything but archtest and the end-to-end tests, which run programs built
# without it, tests that are long computations on one goroutine, and crashes, which the detector has a way of its own with.
RACE ?= $$($(GO) list ./... | grep -v -e /internal/archtest$$ -e /internal/e2e$$)
UNRACED ?= Golden|OfAMillion|ManyTasks|PublishedReaders|DependOnTheMachine|ThousandSlots|BitsAreThoseOnRecord/.*/golden|CrashesAreNoBadInput|GoesOnAfterACrash
# What would take minutes on an emulated processor: golden cases and networks of the published size, whose arithmetic
# the small ones have; and two comparisons of kernels, of which that processor has one kind.
UNEMULATED ?= (Learning|Step)HasTheSameBitsInEvery|Golden|BitsAreThoseOnRecord/.*/golden|SharingChangesNoBits|SpareCores|PublishedSize|Meter
BENCH ?= .
COUNT ?= 1

.PHONY: help setup setup-test build static image release run test acceptance race arm64 lint generate verify bench bench-reference clean

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: ## install the system packages that the program needs (says which)
	@tools/setup build

setup-test: ## install those that the tests need as well (says which), and fetch everything else that they need from outside
	@tools/setup test
	@[ "$${EISWEEP_SETUP-1}" = 0 ] || tools/release/sysroot arm64
	@tools/modules

build: setup ## build bin/eisweep
	$(GO) build -trimpath -ldflags "-X main.version=$(VERSION)" -o bin/eisweep ./cmd/eisweep

static: setup ## build bin/eisweep-static: one file that runs on any Linux of this processor
	tools/release/static $(shell $(GO) env GOARCH) $(VERSION) bin/eisweep-static

image: static ## build the image eisweep from it, by podman, buildah or docker: whichever is there
	tools/release/image bin eisweep

release: ## build in dist/ what is given out for amd64 and arm64: programs, images, Debian packages, checksums
	@tools/setup release
	rm -rf dist
	nice tools/release/release $(VERSION) $(COMMITTED) dist

run: build ## build, then run the small shipped sweep: results in ~/experiments/ei-assemblies/quick
	bin/eisweep run quick

test: setup-test ## run every test
	$(GO) test -timeout 40m ./...

acceptance: setup-test ## the golden cases of the published size, every size there is, a million tasks, a Kubernetes API server (tens of minutes; needs ../shared/golden)
	EISWEEP_ACCEPTANCE=1 $(GO) test -timeout 120m -count 1 -run 'Golden|WholeRange|ManyTasks|AnAPIServer' -v ./cmd/eisweep ./sim ./coordinator ./internal/e2e

race: setup-test ## run the tests under the race detector
	$(GO) test -race -timeout 30m -skip '$(UNRACED)' $(RACE)

arm64: setup-test ## run the model's tests for arm64 on an emulated processor, its bits above all
	GOARCH=arm64 CGO_ENABLED=0 $(GO) test -short -exec qemu-aarch64 -timeout 30m -skip '$(UNEMULATED)' ./sim/...

lint: setup ## look for faults without changing anything: gofmt, go vet, staticcheck
	@unformatted=$$(find . -name '*.go' -not -path './bin/*' | xargs $(dir $(GO))gofmt -l); \
	test -z "$$unformatted" || { printf 'not in gofmt form (gofmt -w them):\n%s\n' "$$unformatted"; exit 1; }
	$(GO) vet ./...
	$(GO) -C tools build -o $(CURDIR)/bin/tools/ honnef.co/go/tools/cmd/staticcheck
	bin/tools/staticcheck ./...

generate: build ## write what is generated: the assembly of the kernels, docs/parameters.md
	$(GO) generate ./sim/internal/kernel
	bin/eisweep params --markdown > docs/parameters.md

verify: build ## fail where generated files or module files have drifted
	@bin/eisweep params --markdown | diff -u docs/parameters.md - || { echo "docs/parameters.md has drifted: make generate"; exit 1; }
	@new=$$(mktemp -d) && trap 'rm -rf '$$new EXIT && $(GO) -C tools/kernels run . $$new && for f in $$new/*; do \
		diff -q $$f sim/internal/kernel/$${f##*/} || { echo "the kernels' assembly has drifted: make generate"; exit 1; }; done
	$(GO) mod tidy -diff
	$(GO) -C tools/kernels mod tidy -diff
	$(GO) -C tools mod tidy -diff
	$(GO) -C tools/kubernetes mod tidy -diff
	$(GO) mod verify

bench: setup ## run the benchmarks (BENCH=regexp COUNT=n; for benchstat: make bench COUNT=10)
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) ./...

bench-reference: build ## how many times faster than the reference in Python (needs ../shared/reference, python3-numba, libopenblas0-pthread)
	@tools/bench-reference

clean: ## remove what was built
	rm -rf bin dist
