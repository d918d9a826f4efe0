# All common tasks of this repository as targets. `make` alone lists them.

ifneq ($(shell uname -s),Linux)
$(error eisweep is built and run on Linux only; on another system use a Linux container or virtual machine)
endif

GO := $(or $(shell command -v go 2>/dev/null),$(wildcard /usr/local/go/bin/go))
ifeq ($(GO),)
$(error Go 1.26 or newer is needed, on PATH or in /usr/local/go: https://go.dev/doc/install)
endif
export PATH := $(dir $(GO)):$(PATH)
# Without this, go build fails where git refuses to tell the commit, as in a directory that belongs to another user.
ifeq ($(shell git rev-parse HEAD 2>/dev/null),)
export GOFLAGS := $(shell $(GO) env GOFLAGS) -buildvcs=false
endif

VERSION := $(or $(shell git describe --tags --always --dirty 2>/dev/null),unknown)
COMMITTED := $(or $(shell git log -1 --format=%ct 2>/dev/null),0)

# Packages that `make test` covers: all but the end-to-end tests, which need cluster software.
TESTED ?= $$($(GO) list ./... | grep -v /internal/e2e$$)
# Packages that `make check` covers: those whose tests need nothing but Go and libhdf5, and take seconds.
CHECKED ?= $$($(GO) list ./... | grep -v -e /cmd/ -e eisweep/coordinator$$ -e eisweep/worker$$ -e /internal/e2e$$ -e /internal/queue$$ -e /internal/results$$)
# Tests in these packages that build and run the program, or that take long even with -short.
UNCHECKED ?= $(UNEMULATED)|PagesRun|OtherSystems
# What the race detector watches. Excluded are archtest and tests that run programs built without the detector (the end-to-end tests,
# and those named in BUILDING); tests that are long computations on one goroutine; crashes, which the detector handles in its own way;
# and the Python package, whose tests run the same commands as others.
RACE ?= $$($(GO) list ./... | grep -v -e /internal/archtest$$ -e /internal/e2e$$)
BUILDING ?= EveryAlertFires|TwoVersionsShare|TestFailedSeeds$$|WorkersAndCoordinatorsComeAndGo|ContinuesARootOfAnEarlier|EventsSayWhatHappened|TestAnOwnerThatStoodStill|StorageComesBackWith|StorageIsAwayForLong|TestWhoOwnsARoot|AStandbyContinues|AStandbyOutlasts|WatchEndsWithTheSummary|AStoppedCoordinatorIsNamed|TestUntil
UNRACED ?= $(BUILDING)|Golden|OfAMillion|ManyTasks|PublishedReaders|DependOnTheMachine|ThousandSlots|BitsAreThoseOnRecord/.*/golden|CrashesAreNoBadInput|GoesOnAfterACrash|PythonPackage
# Tests that take minutes on an emulated processor: golden cases and networks of the published size, whose arithmetic
# the small networks cover; and two comparisons of kernels, of which that processor has only one kind.
UNEMULATED ?= (Learning|Step)HasTheSameBitsInEvery|Golden|BitsAreThoseOnRecord/.*/golden|SharingChangesNoBits|SpareCores|PublishedSize|Meter
BENCH ?= .
COUNT ?= 1

.PHONY: help setup setup-test setup-arm64 setup-e2e build static image release run check test e2e acceptance race arm64 lint generate web notebook screenshots verify bench bench-reference clean

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: ## install the system packages that the program needs (lists them first)
	@tools/setup build

setup-test: ## install the system packages that `make test` needs (lists them first), and fetch promtool
	@tools/setup test
	@[ "$${EISWEEP_SETUP-1}" = 0 ] || tools/promtool

setup-arm64: ## install the processor emulator that `make arm64` needs
	@tools/setup arm64

setup-e2e: ## install the system packages that all targets need, and fetch all Go modules, npm packages and arm64 libraries
	@tools/setup e2e
	@[ "$${EISWEEP_SETUP-1}" = 0 ] || tools/release/sysroot arm64
	@tools/modules
	@tools/web-packages
	@tools/promtool

build: setup ## build bin/eisweep
	$(GO) build -trimpath -ldflags "-X eisweep/cmd/eisweep/internal/cli.version=$(VERSION)" -o bin/eisweep ./cmd/eisweep

static: setup ## build bin/eisweep-static: one file that runs on any Linux with this processor
	tools/release/static $(shell $(GO) env GOARCH) $(VERSION) bin/eisweep-static

image: static ## build the container image eisweep from bin/eisweep-static with podman, buildah or docker
	tools/release/image bin eisweep

release: ## build the release in dist/ for amd64 and arm64: programs, images, Debian packages, wheel, checksums
	@tools/setup release
	rm -rf dist
	nice tools/release/release $(VERSION) $(COMMITTED) dist

run: build ## build, then run the shipped sweep quick: results in ~/experiments/ei-assemblies/quick
	bin/eisweep run quick

check: lint ## lint and run the tests that need only Go and libhdf5: under a minute once everything is compiled
	$(GO) test -short -timeout 10m -skip '$(UNCHECKED)' $(CHECKED)

test: setup-test ## run all tests that need no cluster software: a few minutes
	$(GO) test -timeout 20m $(TESTED)

e2e: setup-e2e ## run the end-to-end tests on real hosts, with NFS, Slurm, containers, systemd and Kubernetes: about 15 minutes, as root
	$(GO) test -timeout 40m ./internal/slurm ./internal/e2e

acceptance: setup-e2e ## run the largest tests: golden cases of the published size, a million tasks, a Kubernetes API server (tens of minutes; needs ../shared/golden)
	EISWEEP_ACCEPTANCE=1 $(GO) test -timeout 120m -count 1 -run 'Golden|WholeRange|ManyTasks|AnAPIServer' -v ./cmd/eisweep ./sim ./coordinator ./internal/e2e

race: setup-test ## run the tests under the race detector
	$(GO) test -race -timeout 30m -skip '$(UNRACED)' $(RACE)

arm64: setup-arm64 ## run the tests of the model, and of computed values in sweep files, for arm64 on an emulated processor
	GOARCH=arm64 CGO_ENABLED=0 $(GO) test -short -exec qemu-aarch64 -timeout 30m -skip '$(UNEMULATED)' ./sim/...
	GOARCH=arm64 CGO_ENABLED=0 $(GO) test -exec qemu-aarch64 -run 'OnRecord|Power' ./sweeps/...

# With -trimpath, the build cache shares cgo's output between checkouts, and golangci-lint would look for its sources in the
# checkout that compiled them first.
lint: setup ## check formatting, go vet and golangci-lint; changes nothing
	@unformatted=$$(find . -name '*.go' -not -path './bin/*' | xargs $(dir $(GO))gofmt -l); \
	test -z "$$unformatted" || { printf 'not in gofmt form (run gofmt -w on them):\n%s\n' "$$unformatted"; exit 1; }
	$(GO) vet ./...
	$(GO) -C tools build -o $(CURDIR)/bin/tools/ github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	GOFLAGS='$(filter-out -trimpath,$(shell $(GO) env GOFLAGS))' bin/tools/golangci-lint run --allow-parallel-runners ./...

generate: build ## regenerate the kernels' assembly and docs/parameters.md
	$(GO) generate ./sim/internal/kernel
	bin/eisweep params --markdown > docs/parameters.md

web: ## build the dashboard's page from web/ (its libraries are fetched with npm)
	@tools/setup web
	@tools/web-packages
	$(GO) -C tools run ./web ../internal/dashboard/page/built

screenshots: setup ## take the dashboard's screenshots in docs/ again, by its test in a browser
	@tools/setup browser
	@tools/web-packages
	EISWEEP_SCREENSHOTS=$(CURDIR)/docs/images $(GO) test -count 1 -run TheDashboardInABrowser ./internal/e2e

notebook: build ## run the notebook in docs/ and store its outputs in it
	@tools/setup notebook
	PYTHONPATH=$(CURDIR)/python EISWEEP=$(CURDIR)/bin/eisweep $(or $(wildcard /usr/bin/python3),python3) -B tools/notebook.py \
		docs/from-sweep-to-figure.ipynb

verify: build ## fail where generated files, the built page or module files have drifted
	@bin/eisweep params --markdown | diff -u docs/parameters.md - || { echo "docs/parameters.md has drifted: make generate"; exit 1; }
	@new=$$(mktemp -d) && trap 'rm -rf '$$new EXIT && $(GO) -C tools/kernels run . $$new && for f in $$new/*; do \
		diff -q $$f sim/internal/kernel/$${f##*/} || { echo "the kernels' assembly has drifted: make generate"; exit 1; }; done
	@tools/web-packages
	web/node_modules/.bin/tsc -p web
	@new=$$(mktemp -d) && trap 'rm -rf '$$new EXIT && $(GO) -C tools run ./web $$new && diff -qr internal/dashboard/page/built $$new || { \
		echo "the dashboard's page has drifted from web/: make web"; exit 1; }
	$(GO) mod tidy -diff
	$(GO) -C tools/kernels mod tidy -diff
	$(GO) -C tools mod tidy -diff
	$(GO) -C tools/kubernetes mod tidy -diff
	$(GO) mod verify

bench: setup ## run the benchmarks (BENCH=regexp COUNT=n; for benchstat: make bench COUNT=10)
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) ./...

bench-reference: build ## compare speed with the reference in Python (needs ../shared/reference, python3-numba, libopenblas0-pthread)
	@tools/bench-reference

clean: ## remove what was built
	rm -rf bin dist python/build python/eisweep.egg-info
