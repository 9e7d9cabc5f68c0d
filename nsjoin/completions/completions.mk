# SPDX-License-Identifier: Apache-2.0
# The completions are made from the table of options. What is made is committed: nothing that
# installs or packages them has to build it.
FILL := nsjoin/completions/fill nsjoin/option_table nsjoin/option_values nsjoin/proc nsjoin/names \
    nsjoin/failure sys/text
FILL_OBJECTS := $(FILL:%=$(TESTS)/%.o)

$(TESTS)/completions: $(TESTS)/nsjoin/completions/generate.o $(FILL_OBJECTS)
	$(call say,LD,$@)
	$(Q)$(HOSTCXX) $(CXXFLAGS_TESTS) $^ -o $@

# The test that they are current.
$(TESTS)/run: $(FILL_OBJECTS)

.PHONY: completions
completions: $(TESTS)/completions ## make the completions anew, after the options have changed
	@$< $(addprefix nsjoin/completions/,nsjoin _nsjoin nsjoin.fish)
