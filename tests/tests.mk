# SPDX-License-Identifier: Apache-2.0
# Tests. They run on this machine, also for programs that another one runs: then by qemu-user.
.PHONY: fuzz lint sanitize test test-arch test-clang test-engines test-programs test-soak

TESTS := build/$(NATIVE)/tests
HOSTED := $(COMMON) -DSYS_ARCH='"sys/arch/$(NATIVE).h"'
catch_library = $(shell $(HOSTCXX) -std=c++20 -include catch2/catch_all.hpp -E -x c++ /dev/null \
    >/dev/null 2>&1 && echo -lCatch2)
objects = $(patsubst %.cpp,$(TESTS)/%.o,$(wildcard tests/$(1)/*.cpp))
$(TESTS)/%.o: %.cpp Makefile tests/tests.mk VERSION
	$(call say,CXX,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCXX) -O0 $(CXXFLAGS_TESTS) $(HOSTED) -c $< -o $@

# Of nsjoin and sys what calls no kernel: pure, so it can be linked to tests.
PURE := $(patsubst %,nsjoin/%.cpp,failure names option_table option_values options proc) sys/text.cpp
$(TESTS)/unit: $(call objects,unit) $(PURE:%.cpp=$(TESTS)/%.o) $(TESTS)/tests/support/main.o
$(TESTS)/run: $(call objects,run) $(call objects,support)
$(TESTS)/soak: $(call objects,soak) $(call objects,support)
$(TESTS)/unit $(TESTS)/run $(TESTS)/soak:
	$(call say,LD,$@)
	$(Q)$(HOSTCXX) $(CXXFLAGS_TESTS) $^ $(catch_library) -o $@

# The command that tests programs, quoted as an argument of total.sh: their architecture, and where
# they are; then, if not tests/run, which tests, and what else the environment has. ONLY is the
# user's pattern for names of tests.
qemu = qemu-$(1:armv6=arm)
runner = $(if $(filter-out $(NATIVE),$(1)),$(or $(shell command -v $(qemu)-static || \
    command -v $(qemu)),$(error there is no $(qemu): install qemu-user-static)))
tests_of = $(call quote,$(4) $(if $(filter armv6,$(1)),QEMU_CPU=arm1176) COMPILER=$(COMPILER) \
    SOURCE=$(call quote,$(CURDIR)) PAUSE=$(call in_source,$(2)/pause) \
    NSJOIN=$(call in_source,$(2)/nsjoin) RUNNER=$(call runner,$(1)) \
    $(TESTS)/$(or $(3),run $(if $(ONLY),$(call quote,$(ONLY)))) \
    $(if $(filter-out $(NATIVE),$(1)),'~[native]'))

test: all $(TESTS)/unit $(TESTS)/run ## run the unit tests, and those of the programs
	@sh tests/support/total.sh $(if $(ONLY),,$(TESTS)/unit) $(call tests_of,$(ARCH),$(BUILD))

test-programs: all $(TESTS)/run # only those of the programs
	@sh tests/support/total.sh $(call tests_of,$(ARCH),$(BUILD))

test-arch: all-arch $(TESTS)/run ## run those of the programs on each of them, by qemu-user
	@sh tests/support/total.sh $(foreach arch,$(filter-out $(NATIVE),$(AVAILABLE)), \
	    $(call tests_of,$(arch),build/$(arch)))

test-clang: $(TESTS)/run ## build them with clang++, GNU ld and lld; run those for this machine
	@MAKE='$(MAKE)' sh tests/support/clang.sh $(NATIVE) \
	    $(foreach arch,$(ARCHES),$(arch) $(call triple,$(arch)))

# The command that the long tests run, on sys/ as the programs are.
$(BUILD)/report: $(BUILD)/obj/tests/report/report.o $(BUILD)/obj/nsjoin/proc.o \
    $(patsubst %.cpp,$(BUILD)/obj/%.o,$(wildcard sys/*.cpp)) sys/program.ld
	$(call say,LD,$@)
	$(Q)$(CXX) $(CXXFLAGS) $(LDFLAGS) $(LINK) $(LINK.nsjoin) -s $(filter %.o,$^) -o $@

test-soak: all $(TESTS)/run $(TESTS)/soak $(BUILD)/report ## run the tests that take long, and fuzz
	@sh tests/support/total.sh \
	    $(call tests_of,$(ARCH),$(BUILD),soak,REPORT=$(call in_source,$(BUILD)/report)) \
	    $(call tests_of,$(ARCH),$(BUILD),run 'orphans leave*',ORPHANS=100000) \
	    '$(MAKE) --no-print-directory fuzz'

test-engines: all ## build the images, and run pods of them in every engine; as root
	@sh tests/support/total.sh $(patsubst %,'sh tests/engines/%.sh', \
	    docker buildah podman containerd pod)

# Fuzz targets: each is linked with the pure parts of nsjoin, which parse.
FUZZ_SECONDS ?= 60
FUZZ := build/$(NATIVE)/fuzz
FUZZ_NAMES := $(patsubst tests/fuzz/%.cpp,%,$(wildcard tests/fuzz/*.cpp))
FUZZ_CXX := clang++ -std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined \
    -fno-sanitize-recover=all -iquote . -DVERSION='"$(VERSION)"' \
    -DSYS_ARCH='"sys/arch/$(NATIVE).h"'
$(FUZZ)/%: tests/fuzz/%.cpp tests/fuzz/fuzz.h $(PURE) $(wildcard nsjoin/*.h sys/*.h) Makefile \
    tests/tests.mk VERSION
	$(call say,FUZZ,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(FUZZ_CXX) $< $(PURE) -o $@

fuzz: ## fuzz what parses in nsjoin, FUZZ_SECONDS=60 each, two at a time
	@mkdir -p $(FUZZ)
	@if echo 'extern "C" int LLVMFuzzerTestOneInput() { return 0; }' | \
	    $(FUZZ_CXX) -x c++ - -o $(FUZZ)/try 2>/dev/null; \
	then $(MAKE) --no-print-directory $(addprefix $(FUZZ)/,$(FUZZ_NAMES)); fi
	@sh tests/fuzz/fuzz.sh $(FUZZ) $(FUZZ_SECONDS) $(FUZZ_NAMES)

sanitize: ## run the unit tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) --no-print-directory TESTS=$(TESTS)/sanitize CXXFLAGS_TESTS='-g \
	    -fsanitize=address,undefined -fno-sanitize-recover=all' $(TESTS)/sanitize/unit
	@$(TESTS)/sanitize/unit

SOURCES = $(shell find sys pause nsjoin tests bench -name '*.h' -o -name '*.cpp')
SCRIPTS = $(shell find sys examples packaging tests -name '*.sh') $(wildcard .ci/*) \
    examples/pod/pod nsjoin/completions/nsjoin

# Tests are not analyzed, which takes minutes, need not be quick, and hand long scripts to shells.
TEST_CHECKS := -clang-analyzer-*,-performance-*,-bugprone-suspicious-missing-comma
tidy = printf '%s\n' $(filter $(1),$(SOURCES)) | \
    xargs -P 4 -I {} clang-tidy --quiet --checks='$(3)' {} -- $(2)

lint: ## check the style and look for mistakes
	clang-format --dry-run -Werror $(SOURCES)
	$(call tidy,sys/%.cpp pause/%.cpp $(wildcard nsjoin/*.cpp),$(FREESTANDING))
	$(call tidy,nsjoin/completions/%.cpp tests/%.cpp bench/%.cpp,$(HOSTED),$(TEST_CHECKS))
	cppcheck --quiet --error-exitcode=1 --std=c++20 --enable=warning,performance,portability \
	    --inline-suppr -I. -DSYS_ARCH='"sys/arch/$(NATIVE).h"' sys pause nsjoin bench
	shellcheck -x $(SCRIPTS)
	mandoc -T lint -W warning pause/pause.1 nsjoin/nsjoin.1
