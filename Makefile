# SPDX-License-Identifier: Apache-2.0
# `make help` lists what there is to make. V=1 shows commands, WERROR=1 makes warnings errors.

VERSION := $(shell cat VERSION)

# A word for the shell, whatever is in it: names of directories may have spaces and quotes.
quote = '$(subst ','\'',$(1))'
in_source = $(call quote,$(CURDIR)/$(1))

# The architectures: the compiler's triple for each, and the options that it needs; then the options
# that only GCC or only clang needs. Each architecture has a file in sys/arch.
arch.aarch64 := aarch64-linux-gnu -mgeneral-regs-only
arch.arm := arm-linux-gnueabihf
arch.armv6 := arm-linux-gnueabihf -march=armv6+fp -marm
arch.i386 := i686-linux-gnu -fcf-protection=none
arch.loongarch64 := loongarch64-linux-gnu
arch.mips64el := mips64el-linux-gnuabi64 -mno-abicalls -G0
arch.ppc64le := powerpc64le-linux-gnu
arch.riscv64 := riscv64-linux-gnu
arch.s390x := s390x-linux-gnu
arch.x86_64 := x86_64-linux-gnu -mno-sse -mno-red-zone -fcf-protection=none
gcc.mips64el := -msym32
clang.mips64el := -Xclang -target-feature -Xclang +sym32 -mlong-calls
clang.riscv64 := -msmall-data-limit=0
ARCHES := $(sort $(patsubst arch.%,%,$(filter arch.%,$(.VARIABLES))))
triple = $(firstword $(arch.$(1)))

# target: the architecture that a compiler makes programs for. The kernel's would be wrong for a
# 32-bit system on a 64-bit kernel, so it is used only if there is no compiler.
target = $(shell { $(1) -dumpmachine || uname -m; } 2>/dev/null | \
    sed 's/^x86_64-.*x32$$/x32/; s/-.*//; s/^i[3-6]86$$/i386/; s/^powerpc64le$$/ppc64le/; \
    s/^armv6.*/armv6/; s/^armv[78].*/arm/')
HOST_COMPILER := $(or $(shell command -v g++ || command -v c++ || command -v clang++),$(CXX))
NATIVE := $(call target,$(HOST_COMPILER))
ifeq ($(NATIVE),arm)
NATIVE := $(if $(shell $(HOST_COMPILER) -dM -E -x c++ /dev/null | grep '__ARM_ARCH 6'),armv6,arm)
endif

# CXX, CXXFLAGS, LDFLAGS, DESTDIR and PREFIX are the user's; what is needed is added to them.
ifeq ($(origin CXX),default)
ARCH := $(NATIVE)
CXX := $(if $(filter $(NATIVE),$(ARCH)),g++,$(call triple,$(ARCH))-g++)
else
ARCH := $(patsubst $(call target,$(HOST_COMPILER)),$(NATIVE),$(call target,$(CXX)))
endif
ifeq ($(filter $(ARCH),$(ARCHES)),)
$(error there is no file sys/arch/$(ARCH).h; ARCH is one of: $(ARCHES))
endif
BUILD := build/$(ARCH)
COMPILER := $(or $(findstring clang,$(shell $(CXX) --version 2>/dev/null)),gcc)
HOSTCXX := $(if $(filter $(NATIVE),$(ARCH)),$(CXX),$(HOST_COMPILER))
CXXFLAGS ?= -Oz -g
LDFLAGS ?=
CROSS_GCC := $(if $(filter gcc,$(COMPILER)),$(filter-out $(NATIVE),$(ARCH)))
READELF ?= $(if $(CROSS_GCC),$(call triple,$(ARCH))-)readelf
PREFIX ?= /usr/local

# One clang compiles for all of them.
TARGET := $(if $(filter clang,$(COMPILER)),$(if $(filter-out $(call target,$(CXX)),$(ARCH)), \
    --target=$(call triple,$(ARCH))))
WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast \
    -Wundef -Wnull-dereference $(if $(WERROR),-Werror)
COMMON := -std=c++20 -iquote . -MMD -MP $(call quote,-ffile-prefix-map=$(CURDIR)=.) $(WARNINGS) \
    -DVERSION='"$(VERSION)"'
FREESTANDING := $(COMMON) $(TARGET) $(wordlist 2,9,$(arch.$(ARCH))) $($(COMPILER).$(ARCH)) \
    -DSYS_ARCH='"sys/arch/$(ARCH).h"' -ffreestanding -fno-exceptions -fno-rtti -fno-pic -fno-pie \
    -fno-stack-protector -fno-stack-clash-protection -fno-asynchronous-unwind-tables \
    -fno-unwind-tables -fomit-frame-pointer -ffunction-sections -fdata-sections -fno-lto \
    -Wno-unused-command-line-argument
# memory_size and stack_size, bytes: sys/program.ld. What would not fit is refused, as is -O0.
LINK := $(TARGET) -nostdlib -static -Wl,--build-id=none,--gc-sections,-T,sys/program.ld
LINK.pause := -Wl,--defsym=memory_size=4096,--defsym=stack_size=1024
LINK.nsjoin := -Wl,--defsym=memory_size=196608,--defsym=stack_size=65536
FRAME.gcc := -Werror=frame-larger-than=448
FRAME.clang := -Wframe-larger-than=448 -Werror=frame-larger-than

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2))

PROGRAMS := $(BUILD)/pause $(BUILD)/nsjoin

.PHONY: all all-arch always clean demo help install install-debug native size uninstall
all: $(PROGRAMS) ## build the programs into build/<arch>/; ARCH=<arch> cross-builds them

# Not every distribution has every compiler: Debian 12 has none for loongarch64.
AVAILABLE = $(foreach arch,$(ARCHES),$(if $(filter $(NATIVE),$(arch))$(shell \
    command -v $(call triple,$(arch))-g++),$(arch)))

all-arch: ## build them for every architecture that there is a compiler for
	@$(foreach arch,$(filter-out $(AVAILABLE),$(ARCHES)), \
	    echo 'there is no $(call triple,$(arch))-g++';)
	$(Q)for arch in $(AVAILABLE); do $(MAKE) --no-print-directory ARCH=$$arch all || exit; done

# What is built depends on how.
FLAGS := $(call quote,$(CXX) $(CXXFLAGS) $(LDFLAGS) $(WERROR) $(VERSION))
$(BUILD)/flags: always
	@mkdir -p $(@D)
	@printf '%s\n' $(FLAGS) | cmp -s - $@ || printf '%s\n' $(FLAGS) >$@
always:

$(BUILD)/obj/pause/%.o: FRAME := $(FRAME.$(COMPILER))
$(BUILD)/obj/%.o: %.cpp Makefile VERSION $(BUILD)/flags
	$(call say,CXX,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(CXXFLAGS) $(FREESTANDING) $(FRAME) -c $< -o $@

# With symbols and debug information; and without, as it is meant to run.
program_objects = $(patsubst %.cpp,$(BUILD)/obj/%.o,$(wildcard $(1)/*.cpp sys/*.cpp))
$(BUILD)/pause.debug: $(call program_objects,pause)
$(BUILD)/nsjoin.debug: $(call program_objects,nsjoin)
$(BUILD)/%.debug: sys/program.ld
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(CXXFLAGS) $(LDFLAGS) $(LINK) $(LINK.$*) $(filter %.o,$^) -o $@

$(PROGRAMS): $(BUILD)/%: $(BUILD)/%.debug sys/strip.sh
	$(strip_program)
define strip_program
	$(call say,STRIP,$@)
	$(Q)sh sys/strip.sh $(READELF) $< $@
endef

include tests/tests.mk nsjoin/completions/completions.mk bench/bench.mk packaging/packaging.mk

# A manual page names the version that it describes.
PAGES := $(BUILD)/pause.1 $(BUILD)/nsjoin.1
$(BUILD)/pause.1: pause/pause.1
$(BUILD)/nsjoin.1: nsjoin/nsjoin.1
$(PAGES): $(BUILD)/%.1: $(BUILD)/flags
	$(Q)sed 's/^\.Os$$/.Os $* $(VERSION)/' $*/$*.1 >$@

demo: all ## show what pause and nsjoin are for
	@sh examples/demo.sh $(call in_source,$(BUILD)/pause) $(call in_source,$(BUILD)/nsjoin)

size: ## the sizes of the programs that have been built, bytes
	@wc -c build/*/pause build/*/nsjoin

# What is installed, and where. @ is PREFIX.
INSTALLED := $(PROGRAMS:%=%:bin) $(PAGES:%=%:share/man/man1) \
    nsjoin/completions/nsjoin:share/bash-completion/completions \
    nsjoin/completions/_nsjoin:share/zsh/site-functions \
    nsjoin/completions/nsjoin.fish:share/fish/vendor_completions.d
SYMBOLS := $(PROGRAMS:%=%.debug:lib/debug@/bin)
what = $(firstword $(subst :, ,$(1)))
where = $(subst @,$(PREFIX),$(lastword $(subst :, ,$(1))))
place = $(call quote,$(DESTDIR)$(PREFIX)/$(where)/$(notdir $(what)))
copies = set -e; \
    $(foreach each,$(1),install -D -m $(2) $(call what,$(each)) $(call place,$(each));)

install: all $(PAGES) ## install under $(DESTDIR)$(PREFIX)
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
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile */*.mk nsjoin/*/*.mk | \
	    while IFS='|' read -r target what; do printf '  %-15s %s\n' "$$target" "$$what"; done

-include $(sort $(shell find $(BUILD) $(TESTS) -name '*.d' 2>/dev/null))
.DELETE_ON_ERROR:
.PRECIOUS: %.o %.debug
