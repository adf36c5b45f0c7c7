# SPDX-License-Identifier: Apache-2.0
# What a user or a CI job does with ipvane. "make" alone prints the targets.
SHELL     := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Each target sets up first; Maven and native/Makefile know for themselves what to do at once.
.NOTPARALLEL:

PREFIX     ?= /usr/local
SYSCONFDIR ?= /etc
SCRIPTS    := switch-core/src/main/scripts
IMAGE      := switch-core/target/ipvane
SHIM       := native/build/libipvane.so
KEEPER     := native/build/ipvane-keep
STAMP      := switch-core/target/image.stamp
BENCH_LIBRARY := native/build/libipvane_bench.so

# Maven and the JVMs that it starts run on the same JDK; "setup" says what to do where there is none.
export JAVA_HOME := $(shell $(SCRIPTS)/find-jdk)
JDK_VERSION := $(shell sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' '$(JAVA_HOME)/release' 2>/dev/null)
ifneq ($(JDK_VERSION),22)
# Maven's own libraries use Unsafe, of which later JDKs warn.
export MAVEN_OPTS += --sun-misc-unsafe-memory-access=allow
endif
export MVN := mvn -B -ntp $(if $(MAKE_TERMOUT),,-Dstyle.color=never)
# Folders too: theirs is the time of the last file that went.
JAVA_SOURCES   := $(shell find pom.xml {bindings,switch-core}/pom.xml {bindings,switch-core}/src/main -not -path '$(SCRIPTS)*')
NATIVE_SOURCES := $(shell find native -maxdepth 1) $(wildcard native/keep/*)

.PHONY: help
help: ## print this
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | while IFS=$$'\t' read -r name what; do \
	    printf '  make %-11s %s\n' "$$name" "$$what"; done

.PHONY: run
run: setup-run image ## the switch on a network that it makes itself; Ctrl-C stops it and leaves nothing behind
	@exec setpriv --pdeathsig TERM $(SCRIPTS)/run

.PHONY: demo
demo: setup-run image ## the same network, scripted: ping, TCP, live addresses, l2 and l3; fails if a step fails
	@exec setpriv --pdeathsig TERM $(SCRIPTS)/demo

# For its user the switch builds whatever a newer compiler warns of; a test run wants to know.
export QUICK := $(if $(CI),,-Dquick)

.PHONY: test
test: export QUICK :=
test: setup-test image $(BENCH_LIBRARY) fuzzers ## every test that this machine can run, and what was skipped and why
	@exec switch-core/src/test/scripts/test

# SECS= of each fuzzer, SEED= to repeat a run.
.PHONY: fuzz
fuzz: setup-test image fuzzers ## what nobody should send, against everything that reads it: SECS=600 each, SEED=
	@exec setpriv --pdeathsig TERM switch-core/src/test/scripts/fuzz "$(or $(SECS),600)" "$(or $(SEED),$(shell date +%s))"

.PHONY: fuzzers
fuzzers:
	@echo "==> building the fuzzers"
	@$(MAKE) -s -C native fuzz

# LANES="nic ..." chooses.
.PHONY: test-vm
test-vm: setup-test-vm image ## what needs a kernel or a network card of its own, in virtual machines: minutes
	@exec setpriv --pdeathsig TERM switch-core/src/test/scripts/test-vm $(LANES)

# BENCH=full measures longer, ONLY="ring|lookup family=4" a part.
# PACKAGES="icmp packet" chooses, below io.ipvane.
PACKAGES ?= ipvlan icmp packet lcore neighbor macnat dhcp group
.PHONY: mutate
mutate: setup-test $(SHIM) ## which changes of the code no test notices: minutes a package, PACKAGES="icmp packet" chooses
	@TESTS="$(TESTS)" THREADS="$(THREADS)" exec switch-core/src/test/scripts/mutate $(PACKAGES)

.PHONY: bench
bench: setup-bench image bench-image ## every part of the data plane beside a baseline: a table, and switch-bench/target/bench.json
	@exec switch-bench/src/main/scripts/bench io.ipvane.bench.jmh.Main switch-bench/target \
	    "$(or $(BENCH),quick)" "$(ONLY)"

.PHONY: bench-peers
bench-peers: setup-bench-peers image bench-image ## beside testpmd, OVS-DPDK, the kernel and C; PEERS="quick tap latency ..." chooses
	@exec setpriv --pdeathsig TERM switch-bench/src/main/scripts/bench-peers $(PEERS)

# The benchmarks' Java and C, which are no part of the image.
.PHONY: bench-image
bench-image: $(BENCH_LIBRARY)
	@echo "==> building the benchmarks"
	@$(MVN) -q -pl switch-bench -am package -Dmaven.test.skip=true -Dspotless.check.skip=true $(QUICK) \
	    2>&1 | sed 's/\x1b\[0m//g'

.PHONY: build
build: setup-build image ## a runnable image in switch-core/target/ipvane

.PHONY: bindings
bindings: ## generate the Java bindings of DPDK again; needs jextract on PATH or JEXTRACT=
	@sh bindings/src/main/jextract/generate.sh

.PHONY: doctor
doctor: ## what this machine has and lacks
	@exec $(SCRIPTS)/setup doctor

.PHONY: install
install: build ## copy the image to DESTDIR=, below PREFIX=/usr/local
	install -d "$(DESTDIR)$(PREFIX)/lib/ipvane" "$(DESTDIR)$(PREFIX)/bin" "$(DESTDIR)$(SYSCONFDIR)/ipvane"
	cp -R --preserve=mode,timestamps $(IMAGE)/bin $(IMAGE)/lib "$(DESTDIR)$(PREFIX)/lib/ipvane/"
	ln -sf ../lib/ipvane/bin/ipvane "$(DESTDIR)$(PREFIX)/bin/ipvane"
	test -e "$(DESTDIR)$(SYSCONFDIR)/ipvane/ipvane.yaml" \
	    || install -m 644 $(IMAGE)/etc/ipvane.yaml "$(DESTDIR)$(SYSCONFDIR)/ipvane/ipvane.yaml"

.PHONY: clean
clean: ## remove everything that was built
	rm -rf target bindings/target switch-core/target switch-bench/target
	@$(MAKE) -s -C native clean

.PHONY: setup-build setup-run setup-test setup-test-vm setup-bench setup-bench-peers
setup-build setup-run setup-test setup-test-vm setup-bench setup-bench-peers:
	@$(SCRIPTS)/setup $(@:setup-%=%)

# A make of its own: it finds the JDK that setup has perhaps just installed.
.PHONY: image
image:
	@$(MAKE) -s $(STAMP)

$(SHIM): $(NATIVE_SOURCES)
	@echo "==> building the C shim"
	@$(MAKE) -s -C native
	@touch $@

$(BENCH_LIBRARY): $(NATIVE_SOURCES) $(wildcard native/bench/*)
	@echo "==> building the baselines in C"
	@$(MAKE) -s -C native bench
	@touch $@

$(STAMP): $(JAVA_SOURCES) $(SHIM) $(SCRIPTS)/ipvane $(SCRIPTS)/find-jdk $(SCRIPTS)/archive
	@echo "==> building the image"
	@rm -rf $(IMAGE)
	@$(MVN) -q -pl switch-core -am package -Dmaven.test.skip=true -Dspotless.check.skip=true $(QUICK) \
	    2>&1 | sed 's/\x1b\[0m//g'
	@install -D -m 755 $(SCRIPTS)/ipvane $(IMAGE)/bin/ipvane
	@install -m 755 $(SCRIPTS)/find-jdk $(SHIM) $(KEEPER) $(IMAGE)/lib/
	@cp switch-core/target/ipvane-switch-core-[0-9]*[0-9].jar $(IMAGE)/lib/
	@$(SCRIPTS)/archive $(IMAGE)
	@touch $@
	@echo "==> built $(IMAGE)/bin/ipvane"
