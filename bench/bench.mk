# SPDX-License-Identifier: Apache-2.0
# Measurements. null and nothing are linked as the linker does by itself; floor as the programs are.
.PHONY: bench-nsjoin bench-pause

$(BUILD)/bench/null $(BUILD)/bench/nothing: $(BUILD)/bench/%: $(BUILD)/obj/bench/%.o
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CXX) $(CXXFLAGS) $(LDFLAGS) $(TARGET) -nostdlib -static -s \
	    -Wl,-z,noseparate-code,--build-id=none $^ -o $@

LINK.bench/floor := -Wl,--defsym=memory_size=16384,--defsym=stack_size=8192
$(BUILD)/bench/floor.debug: $(BUILD)/obj/bench/floor.o $(call program_objects,sys)
$(BUILD)/bench/floor: $(BUILD)/bench/floor.debug sys/strip.sh
	$(strip_program)

# What measures, on what the tests are on; without Catch2.
$(BUILD)/bench/join: $(TESTS)/tests/support/system_calls.o
$(BUILD)/bench/memory $(BUILD)/bench/join: $(BUILD)/bench/%: $(TESTS)/bench/%.o \
    $(patsubst %,$(TESTS)/tests/support/%.o,cgroup file process)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCXX) $(CXXFLAGS_TESTS) $^ -o $@

bench-pause: all $(BUILD)/bench/null $(BUILD)/bench/memory ## measure what a sleeping pause costs
	@$(BUILD)/bench/memory 1000 $(BUILD)/bench/null $(BUILD)/pause 'catatonit -P' 'sleep infinity'

bench-nsjoin: all $(addprefix $(BUILD)/bench/,nothing floor join) ## measure how fast it joins
	@$(BUILD)/bench/join 1000 $(BUILD)/pause $(BUILD)/bench/nothing $(BUILD)/bench/floor \
	    $(BUILD)/nsjoin 'LANG=C.UTF-8 nsenter' nsenter
