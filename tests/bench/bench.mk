# What measures: cratedex-bench, and its comparisons of commits. A part of ../../Makefile.

QUERIES ?= tests/bench/queries.txt
SWAPS ?= 20

bare_sources := $(wildcard tests/bench/bare_*.c)
bench_sources := $(filter-out $(bare_sources),$(wildcard tests/bench/*.c tests/bench/*.cc))
bench_program := $(if $(bench_sources),$(BUILD)/cratedex-bench)
bare_programs := $(patsubst tests/bench/%.c,$(BUILD)/%,$(bare_sources))

tests: $(bench_program) $(bare_programs)

$(BUILD)/cratedex-bench: $(call objects,$(bench_sources) tests/support/rerank_names.c) $(server_library) $(index_library) $(BUILD)/flags
	$(call say,link)
	$(quiet)$(CXX) $(link_flags) -o $@ $(link_inputs) $(server_libs) $(index_libs) $(bench_libs)
$(bare_programs): $(BUILD)/%: $(BUILD)/obj/tests/bench/%.o $(BUILD)/flags
	$(call say,link)
	$(quiet)$(link) -o $@ $(link_inputs) $(bare_libs)

-include $(patsubst %.o,%.d,$(call objects,$(bench_sources) $(bare_sources)))

dump_name = $(notdir $(patsubst %.zip,%,$(patsubst %.tar.gz,%,$(abspath $(DUMP)))))
bench_index = $(BUILD)/bench/$(dump_name).cdx
next_index = $(BUILD)/bench/$(dump_name)-next.cdx

.PHONY: bench
bench: $(programs) $(bench_program) $(bare_programs) $(bench_index) $(next_index) ## time QUERIES on an index of DUMP (default: the sample)
	$(bench_program) search $(bench_index) --queries $(QUERIES)
	$(bench_program) swap $(bench_index) $(next_index) --queries $(QUERIES) --swaps $(SWAPS)

.PHONY: pressure
pressure: $(programs) $(bench_program) $(bench_index) ## hits beside 10,000 silent connections and beside too many misses
	$(bench_program) pressure $(bench_index) --queries $(QUERIES) --rounds 5

ifneq ($(filter bench pressure,$(goals)),)
$(bench_index): $(index_program) $(shell find -L '$(DUMP)' -type f)
	@mkdir -p $(@D)
	$(index_program) build $(DUMP) -o $@
# As of the next night: every search that finds anything has another answer.
$(next_index): $(bench_index) tests/bench/next_dump.py
	@rm -rf $(@:.cdx=)
	$(PYTHON) -B tests/bench/next_dump.py $(DUMP) $(@:.cdx=)
	$(index_program) build $(@:.cdx=) -o $@
	@rm -rf $(@:.cdx=)
endif

.PHONY: bench-clients
bench-clients: ## get what cratedex-bench encoding measures of Node.js and Rust (from npm, and Debian's crates)
	@mkdir -p '$(BUILD)'
	@sh tests/bench/clients.sh '$(BUILD)'

.PHONY: bench-check
bench-check: $(programs) $(bench_program) $(bare_programs) ## every benchmark once, on the sample: that it runs
	@CRATEDEX_BUILD='$(abspath $(BUILD))' PYTHON='$(PYTHON)' $(PYTHON) -B tests/support/run_unittests.py \
	    tests/bench/smoke

.PHONY: bench-compare
bench-compare: $(programs) $(bench_program) ## BASE=commit: build, miss, hit and suggest against it
	+@BUILD='$(BUILD)' MAKE='$(submake)' DUMP='$(DUMP)' QUERIES='$(QUERIES)' ROUNDS='$(ROUNDS)' \
	    sh tests/bench/compare.sh '$(BASE)'

# Recorded are the counts of what this file builds by itself; other flags give others.
.PHONY: instructions instructions-update
instructions: $(programs) ## instructions of build, miss and hit against tests/bench/instructions.txt
	@$(PYTHON) -B tests/bench/instructions.py --programs '$(BUILD)' --compiler '$(CC)' \
	    --packages '$(index_modules) $(server_modules)' --other-flags '$(other_flags)' \
	    $(instructions_option)
instructions-update: instructions_option := --update
instructions-update: instructions ## write that file
