# SPDX-License-Identifier: Apache-2.0
# `make help` lists what there is to make. V=1 shows commands, WERROR=1 makes warnings errors.

VERSION := $(shell cat VERSION)

# The architectures, as `uname -m` says them or as they are commonly called, each a row: the compiler's
# triple, and what else it wants to be told. Each has a file in sys/arch.
arch.aarch64 := aarch64-linux-gnu -mgeneral-regs-only
arch.arm := arm-linux-gnueabihf
arch.armv6 := arm-linux-gnueabihf -march=armv6+fp -marm
arch.i386 := i686-linux-gnu -fcf-protection=none
arch.loongarch64 := loongarch64-linux-gnu
arch.mips64el := mips64el-linux-gnuabi64 -mno-abicalls -msym32 -G0
arch.ppc64le := powerpc64le-linux-gnu
arch.riscv64 := riscv64-linux-gnu
arch.s390x := s390x-linux-gnu
arch.x86_64 := x86_64-linux-gnu -mno-sse -mno-red-zone -fcf-protection=none
ARCHES := $(sort $(patsubst arch.%,%,$(filter arch.%,$(.VARIABLES))))
triple = $(firstword $(arch.$(1)))

NATIVE := $(shell uname -m | sed 's/^i[3-6]86$$/i386/; s/^armv[78].*/arm/; s/^armv6.*/armv6/; \
    s/^mips64$$/mips64el/')
ARCH := $(NATIVE)
ifeq ($(filter $(ARCH),$(ARCHES)),)
$(error there is no file sys/arch/$(ARCH).h; ARCH is one of: $(ARCHES))
endif
BUILD := build/$(ARCH)

# CXX, CXXFLAGS, LDFLAGS, DESTDIR and PREFIX are the user's; what is needed is added to them.
ifeq ($(origin CXX),default)
CXX := $(if $(filter $(NATIVE),$(ARCH)),g++,$(call triple,$(ARCH))-g++)
endif
HOSTCXX := $(if $(filter $(NATIVE),$(ARCH)),$(CXX),g++)
CXXFLAGS ?= -Oz -g
LDFLAGS ?=
READELF ?= $(if $(filter-out $(NATIVE),$(ARCH)),$(call triple,$(ARCH))-)readelf
PREFIX ?= /usr/local

WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast \
    -Wundef -Wnull-dereference $(if $(WERROR),-Werror)
COMMON := -std=c++20 -iquote . -MMD -MP '-ffile-prefix-map=$(CURDIR)=.' $(WARNINGS) \
    -DVERSION='"$(VERSION)"'
FREESTANDING := $(COMMON) $(wordlist 2,9,$(arch.$(ARCH))) -DSYS_ARCH='"sys/arch/$(ARCH).h"' -ffreestanding \
    -fno-exceptions -fno-rtti -fno-pic -fno-pie -fno-stack-protector -fno-stack-clash-protection \
    -fno-asynchronous-unwind-tables -fno-unwind-tables -fomit-frame-pointer -ffunction-sections \
    -fdata-sections -fno-lto -Wno-unused-command-line-argument
# memory_size and stack_size, bytes: sys/program.ld. What would not fit is refused, as is -O0.
LINK := -nostdlib -static -Wl,--build-id=none,--gc-sections,-T,sys/program.ld
LINK.pause := -Wl,--defsym=memory_size=4096,--defsym=stack_size=1024
$(BUILD)/obj/pause/%.o: FRAME := $(if $(findstring clang,$(CXX)),-Wframe-larger-than=448 -Werror=frame-larger-than, \
    -Werror=frame-larger-than=448)
LINK.nsjoin := -Wl,--defsym=memory_size=196608,--defsym=stack_size=65536

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2))

PROGRAMS := $(BUILD)/pause $(BUILD)/nsjoin

.PHONY: all all-arch always bench-nsjoin bench-pause clean deb demo dist fuzz help image install \
    install-debug lint native release reproducible sanitize sign size test test-arch test-engines \
    test-packaging test-soak uninstall
all: $(PROGRAMS) ## build the programs into build/<arch>/; ARCH=<arch> cross-builds them

# Not every distribution has every compiler: Debian 12 has none for loongarch64.
AVAILABLE = $(foreach arch,$(ARCHES),$(if $(filter $(NATIVE),$(arch))$(shell \
    command -v $(call triple,$(arch))-g++),$(arch)))

all-arch: ## build them for every architecture that there is a compiler for
	@$(foreach arch,$(filter-out $(AVAILABLE),$(ARCHES)),echo 'there is no $(call triple,$(arch))-g++';)
	$(Q)for arch in $(AVAILABLE); do $(MAKE) --no-print-directory ARCH=$$arch all || exit; done

# What is built depends on how.
FLAGS := $(CXX) $(CXXFLAGS) $(LDFLAGS) $(WERROR) $(VERSION)
$(BUILD)/flags: always
	@mkdir -p $(@D)
	@printf '%s\n' '$(FLAGS)' | cmp -s - $@ || printf '%s\n' '$(FLAGS)' >$@
always:

$(BUILD)/obj/%.o: %.cpp Makefile VERSION $(BUILD)/flags
	$(call say,CXX,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(CXXFLAGS) $(FREESTANDING) $(FRAME) -c $< -o $@

# With symbols and debug information; and without, as it is meant to run.
program_objects = $(patsubst %.cpp,$(BUILD)/obj/%.o,$(wildcard $(1)/*.cpp sys/*.cpp))
$(BUILD)/pause.debug: $(call program_objects,pause)
$(BUILD)/nsjoin.debug: $(call program_objects,nsjoin)
$(PROGRAMS:=.debug) $(BUILD)/bench/floor.debug: $(BUILD)/%.debug: sys/program.ld
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(CXXFLAGS) $(LDFLAGS) $(LINK) $(LINK.$*) $(filter %.o,$^) -o $@

$(PROGRAMS) $(BUILD)/bench/floor: $(BUILD)/%: $(BUILD)/%.debug sys/strip.sh
	$(call say,STRIP,$@)
	$(Q)sh sys/strip.sh $(READELF) $< $@

# Tests. They run on this machine, also for programs that another one runs: then by qemu-user.
TESTS := build/$(NATIVE)/tests
HOSTED := $(COMMON) -DSYS_ARCH='"sys/arch/$(NATIVE).h"'
catch_library = $(shell $(HOSTCXX) -std=c++20 -include catch2/catch_all.hpp -E -x c++ /dev/null \
    >/dev/null 2>&1 && echo -lCatch2)
objects = $(patsubst %.cpp,$(TESTS)/%.o,$(wildcard tests/$(1)/*.cpp))
qemu = qemu-$(1:armv6=arm)
runner = $(if $(filter-out $(NATIVE),$(1)),$(or $(shell command -v $(qemu)-static || \
    command -v $(qemu)),$(error there is no $(qemu): install qemu-user-static)))
run_tests = $(if $(filter armv6,$(1)),QEMU_CPU=arm1176) SOURCE='$(CURDIR)' PAUSE='$(CURDIR)'/build/$(1)/pause NSJOIN='$(CURDIR)'/build/$(1)/nsjoin \
    RUNNER=$(call runner,$(1)) $(TESTS)/run $(if $(filter-out $(NATIVE),$(1)),'~[native]')

$(TESTS)/%.o: %.cpp Makefile VERSION
	$(call say,CXX,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCXX) -O0 $(CXXFLAGS_TESTS) $(HOSTED) -c $< -o $@

# Of nsjoin and sys what calls no kernel: pure, so it can be linked to tests.
PURE := $(patsubst %,nsjoin/%.cpp,failure names option_table options proc) sys/text.cpp
$(TESTS)/unit: $(call objects,unit) $(PURE:%.cpp=$(TESTS)/%.o) $(TESTS)/tests/support/main.o
$(TESTS)/run: $(call objects,run) $(call objects,support)
$(TESTS)/soak: $(call objects,soak) $(call objects,support)
$(TESTS)/unit $(TESTS)/run $(TESTS)/soak:
	$(call say,LD,$@)
	$(Q)$(HOSTCXX) $(CXXFLAGS_TESTS) $^ $(catch_library) -o $@

test: all $(TESTS)/unit $(TESTS)/run ## run the unit tests, and those of the programs
	@sh tests/support/total.sh $(TESTS)/unit "$(call run_tests,$(ARCH))"

# The command that the long tests run, on sys/ as the programs are.
$(BUILD)/report: $(BUILD)/obj/tests/report/report.o $(BUILD)/obj/nsjoin/proc.o \
    $(patsubst %.cpp,$(BUILD)/obj/%.o,$(wildcard sys/*.cpp)) sys/program.ld
	$(call say,LD,$@)
	$(Q)$(CXX) $(CXXFLAGS) $(LDFLAGS) $(LINK) $(LINK.nsjoin) -s $(filter %.o,$^) -o $@

# Fuzz targets: each is linked with the pure parts of nsjoin, which parse.
FUZZ_SECONDS ?= 60
FUZZ := build/$(NATIVE)/fuzz
FUZZ_NAMES := $(patsubst tests/fuzz/%.cpp,%,$(wildcard tests/fuzz/*.cpp))
FUZZ_CXX := clang++ -std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
    -iquote . -DVERSION='"$(VERSION)"' -DSYS_ARCH='"sys/arch/$(NATIVE).h"'
$(FUZZ)/%: tests/fuzz/%.cpp tests/fuzz/fuzz.h $(PURE) $(wildcard nsjoin/*.h sys/*.h) Makefile VERSION
	$(call say,FUZZ,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(FUZZ_CXX) $< $(PURE) -o $@

fuzz: ## fuzz what parses in nsjoin, FUZZ_SECONDS=60 each, two at a time
	@mkdir -p $(FUZZ)
	@if echo 'extern "C" int LLVMFuzzerTestOneInput() { return 0; }' | \
	    $(FUZZ_CXX) -x c++ - -o $(FUZZ)/try 2>/dev/null; \
	then $(MAKE) --no-print-directory $(addprefix $(FUZZ)/,$(FUZZ_NAMES)); fi
	@sh tests/fuzz/fuzz.sh $(FUZZ) $(FUZZ_SECONDS) $(FUZZ_NAMES)

test-soak: all $(TESTS)/run $(TESTS)/soak $(BUILD)/report ## run the tests that take minutes, and fuzz
	@sh tests/support/total.sh "REPORT='$(CURDIR)'/$(BUILD)/report $(subst \
	    $(TESTS)/run,$(TESTS)/soak,$(call run_tests,$(ARCH)))"  \
	    "ORPHANS=100000 $(call run_tests,$(ARCH)) 'orphans leave*'" \
	    '$(MAKE) --no-print-directory fuzz'

test-arch: all-arch $(TESTS)/run ## run those of the programs on each of them, by qemu-user
	@sh tests/support/total.sh $(foreach arch,$(filter-out $(NATIVE),$(AVAILABLE)), \
	    "$(call run_tests,$(arch))")

test-engines: all ## build the images, and run pods of them in every engine; as root
	@sh tests/support/total.sh $(patsubst %,'sh tests/engines/%.sh', \
	    docker buildah podman containerd pod)

include packaging/packaging.mk

sanitize: ## run the unit tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory TESTS=$(TESTS)/sanitize CXXFLAGS_TESTS='-g -fsanitize=address,undefined \
	    -fno-sanitize-recover=all' $(TESTS)/sanitize/unit
	@$(TESTS)/sanitize/unit

include bench/bench.mk

demo: all ## show what pause and nsjoin are for
	@sh examples/demo.sh '$(CURDIR)/$(BUILD)/pause' '$(CURDIR)/$(BUILD)/nsjoin'

size: ## the sizes of the programs that have been built, bytes
	@wc -c build/*/pause build/*/nsjoin

SOURCES = $(shell find sys pause nsjoin tests bench -name '*.h' -o -name '*.cpp')
SCRIPTS = $(shell find sys examples packaging tests -name '*.sh') $(wildcard .ci/*) examples/pod/pod \
    nsjoin/completions/nsjoin

# Tests are not analyzed, which takes minutes, need not be quick, and hand long scripts to shells.
TEST_CHECKS := -clang-analyzer-*,-performance-*,-bugprone-suspicious-missing-comma
tidy = printf '%s\n' $(filter $(1),$(SOURCES)) | \
    xargs -P 4 -I {} clang-tidy --quiet --checks='$(3)' {} -- $(2)

lint: ## check the style and look for mistakes
	clang-format --dry-run -Werror $(SOURCES)
	$(call tidy,sys/%.cpp pause/%.cpp nsjoin/%.cpp,$(FREESTANDING))
	$(call tidy,tests/%.cpp bench/%.cpp,$(HOSTED),$(TEST_CHECKS))
	cppcheck --quiet --error-exitcode=1 --std=c++20 --enable=warning,performance,portability \
	    --inline-suppr -I. -DSYS_ARCH='"sys/arch/$(NATIVE).h"' sys pause nsjoin bench
	shellcheck -x $(SCRIPTS)
	mandoc -T lint -W warning pause/pause.1 nsjoin/nsjoin.1

# What is installed, and where. @ is PREFIX.
INSTALLED := $(PROGRAMS:%=%:bin) pause/pause.1:share/man/man1 nsjoin/nsjoin.1:share/man/man1 \
    nsjoin/completions/nsjoin:share/bash-completion/completions \
    nsjoin/completions/_nsjoin:share/zsh/site-functions \
    nsjoin/completions/nsjoin.fish:share/fish/vendor_completions.d
SYMBOLS := $(PROGRAMS:%=%.debug:lib/debug@/bin)
what = $(firstword $(subst :, ,$(1)))
place = '$(DESTDIR)$(PREFIX)/$(subst @,$(PREFIX),$(lastword $(subst :, ,$(1))))/$(notdir $(what))'
copies = set -e; $(foreach each,$(1),install -D -m $(2) $(call what,$(each)) $(call place,$(each));)

install: all ## install under $(DESTDIR)$(PREFIX)
	$(call copies,$(filter %:bin,$(INSTALLED)),0755)
	$(call copies,$(filter-out %:bin,$(INSTALLED)),0644)

install-debug: all ## install the programs with their symbols, under $(PREFIX)/lib/debug
	$(call copies,$(SYMBOLS),0644)

uninstall: ## remove what install and install-debug have installed
	rm -f $(foreach each,$(INSTALLED) $(SYMBOLS),$(call place,$(each)))

clean: ## remove everything that was built
	rm -rf build

native: # what this machine is called here
	@echo $(NATIVE)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile packaging/*.mk bench/*.mk | \
	    while IFS='|' read -r target what; do printf '  %-15s %s\n' "$$target" "$$what"; done

-include $(shell find build/*/obj build/*/tests build/*/bench -name '*.d' 2>/dev/null)
.DELETE_ON_ERROR:
.PRECIOUS: %.o %.debug
