# The tests: unit and HTTP (cmocka), the same with sanitizers, fuzzing, and the checks that are written in
# Python: cargo, monitoring, the performance report, the READMEs, installing, relevance, the contract. A part
# of ../Makefile.

FUZZ_SECONDS ?= 20
TEST_TIMEOUT ?= 300

# ---- Building ----

support_sources := $(wildcard tests/support/*.c)
unit_sources := $(call in_rooms,tests/unit,test_*.c)
http_sources := $(wildcard tests/http/test_*.c)
fuzz_sources := $(wildcard tests/fuzz/fuzz_*.c)
unit_tests := $(patsubst %.c,$(BUILD)/%,$(unit_sources))
http_tests := $(patsubst %.c,$(BUILD)/%,$(http_sources))
fuzz_programs := $(patsubst %.c,$(BUILD)/%,$(fuzz_sources))

# Tests that start threads are the ones for which ThreadSanitizer has something to say.
TSAN_UNIT ?= $(call test_names,$(shell grep -ls pthread_create $(unit_sources) /dev/null))
# unit/index/trie/trie for tests/unit/index/trie/test_trie.c.
test_names = $(foreach source,$(1),$(patsubst tests/%,%,$(dir $(source)))$(patsubst test_%.c,%,$(notdir $(source))))

# gold links the many test programs in a third of the time. Debian has it with the compiler.
link_test = $(link) $(gold)
gold := $(if $(shell command -v ld.gold),-fuse-ld=gold)

tests: $(unit_tests) $(http_tests)

# A program of each test with all that it tests in it is 12 MB with a sanitizer, and there are hundreds: those
# share one library.
test_library := $(if $(SANITIZE),$(BUILD)/libcratedex-tests.so)
test_inputs := $(or $(test_library),$(call objects,$(support_sources)) $(cli_library) $(server_library) $(index_library))
$(test_library): $(call objects,$(support_sources) $(filter-out %/main.c,$(cli_sources)) $(server_sources) $(index_sources)) \
    $(BUILD)/flags $(BUILD)/sources
	$(call say,link)
	$(quiet)$(filter-out -pie,$(link_test)) -shared -o $@ $(filter %.o,$^) $(server_libs) $(index_libs) $(test_libs)

$(unit_tests) $(http_tests): $(BUILD)/%: $(BUILD)/obj/%.o $(test_inputs) $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,link)
	$(quiet)$(link_test) -o $@ $(link_inputs) $(addprefix -Wl$(comma)-rpath$(comma),$(if $(test_library),$(abspath $(BUILD)))) \
	    $(server_libs) $(index_libs) $(test_libs)
# What takes a function's place finds the next of that name behind the object that it stands in: the program.
$(BUILD)/tests/http/test_hit_locks $(BUILD)/tests/http/test_hit_cost: $(call objects,tests/support/next_mutex_lock.c)
# What the benchmarks compute is tested too: test_bench_x.c with bench_x.c.
$(filter $(BUILD)/tests/unit/bench/test_%,$(unit_tests)): $(BUILD)/tests/unit/bench/test_%: $(BUILD)/obj/tests/bench/%.o
$(BUILD)/tests/unit/bench/test_http_server_child: $(call objects,tests/bench/bench_child.c)
$(BUILD)/tests/unit/bench/test_bench_load: $(call objects,tests/bench/bench_statistics.c tests/bench/bench_response.c)
$(BUILD)/tests/unit/bench/test_bench_goals $(BUILD)/tests/unit/bench/test_bench_compare_figures: $(call objects,tests/bench/bench_bootstrap.c)
$(fuzz_programs): $(BUILD)/%: $(BUILD)/obj/%.o $(server_library) $(index_library) $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,link)
	$(quiet)$(link_test) -fsanitize=fuzzer -o $@ $(link_inputs) $(server_libs) $(index_libs)
$(BUILD)/tests/fuzz/fuzz_index_file: $(call objects,tests/support/read_hits.c)
$(addprefix $(BUILD)/tests/fuzz/fuzz_,search_text search_language crate_list): \
    $(call objects,tests/support/fuzzed_index.c)

-include $(patsubst %.o,%.d,$(call objects,$(support_sources) $(unit_sources) $(http_sources) $(fuzz_sources)))

# The programs once more, with calls and allocations that fail when a test says so (tests/faults).
faults_sources := $(wildcard tests/faults/*.c)
faults_programs := $(addprefix $(BUILD)/faults/,$(notdir $(programs)))
$(BUILD)/faults/cratedex-index: $(call objects,$(cli_sources))
$(BUILD)/faults/cratedex-server: $(call objects,$(server_main))
$(faults_programs): $(call objects,$(faults_sources)) $(server_library) $(index_library) $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,link)
	$(quiet)$(link_test) -rdynamic -o $@ $(filter %.o,$^) $(server_library) $(index_library) \
	    $(server_libs) $(index_libs)
-include $(patsubst %.o,%.d,$(call objects,$(faults_sources)))

# What is changed at random, and read (tests/torture).
torture_sources := $(wildcard tests/torture/*.c)
$(BUILD)/tests/torture/torture: $(call objects,$(torture_sources) $(support_sources)) \
    $(server_library) $(index_library) $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,link)
	$(quiet)$(link_test) -o $@ $(filter %.o,$^) $(server_library) $(index_library) \
	    $(server_libs) $(index_libs) $(test_libs)
-include $(patsubst %.o,%.d,$(call objects,$(torture_sources)))

# ---- Running ----

# TEST=trie picks tests/unit/index/trie/test_trie.c and tests/http/test_trie.c; TEST=http/trie the latter.
called = $(filter %/$(filter-out ./,$(dir $(1)))test_$(notdir $(1)),$(2))
pick = $(if $(TEST),$(sort $(foreach name,$(TEST),$(call called,$(name),$(1)))),$(1))
picked_tests := $(call pick,$(unit_tests) $(http_tests))
# These measure how long something takes, which they cannot beside others.
timed_tests := $(filter %/test_bench_load,$(picked_tests))
unknown_tests := $(strip $(foreach name,$(TEST),$(if $(call called,$(name),$(picked_tests)),,$(name))))

# Tests want indexes of the large dumps, which other targets use as well; with a sanitizer their builds would
# take minutes. LARGE_INDEX is what those read that search a real registry and do not test how it was built.
index_of = $(patsubst $(SHARED)/data/%.tar.gz,$(BUILD)/real/%.cdx,$(wildcard $(1:%=$(SHARED)/data/%.tar.gz)))
test_indexes := $(if $(SANITIZE)$(COVERAGE),,$(if $(filter %/test_typos,$(picked_tests)),$(call index_of,crates-real npm-227k)))
large_tests := $(patsubst %.c,$(BUILD)/%,$(shell grep -ls built_index_open_large $(unit_sources) $(http_sources) /dev/null))
large_index := $(if $(filter $(large_tests),$(picked_tests)),$(call index_of,crates-top3000))
LARGE_INDEX := $(if $(SANITIZE)$(COVERAGE),,$(large_index))

# By the name that people try first.
check: test ## the same as test

.PHONY: check test asan tsan coverage fuzz fuzz-run
test: all $(picked_tests) $(test_indexes) $(LARGE_INDEX) ## build and run the unit and HTTP tests (TEST=name… for some of them)
	$(if $(unknown_tests),$(error no such test: $(unknown_tests)))
	@CRATEDEX_BUILD='$(abspath $(BUILD))' CRATEDEX_LARGE_INDEX='$(abspath $(LARGE_INDEX))' \
	    TEST_TIMEOUT=$(TEST_TIMEOUT) TEST_JOBS=$(job_count) $(test_wrapper) \
	    sh tests/run $(filter-out $(timed_tests),$(picked_tests)) $(other_tests) --alone $(timed_tests)

# Those that do less, or measure something else, with a sanitizer, and those that search a real registry: what
# scripts/test runs beside asan, which runs all.
unsanitized_tests := $(sort $(patsubst %.c,$(BUILD)/%,$(shell grep -lsE \
    'SANITIZE|sanitized\.h|allocation_meter\.h|built_index_open_large' $(unit_sources) $(http_sources) /dev/null)) \
    $(filter %/test_typos,$(unit_tests)) $(timed_tests))
.PHONY: test-unsanitized
test-unsanitized: ## of the tests those to which a sanitizer makes a difference
	+@$(submake) TEST= picked_tests='$(unsanitized_tests)' test

# Out of memory is to be an answer that the code gets, as without a sanitizer, not the end. Of the stack of each
# allocation 6 frames are kept instead of 30, which takes a tenth off the time and names the caller still.
asan_options := allocator_may_return_null=1:malloc_context_size=6
asan: $(large_index) ## the same tests under AddressSanitizer and UBSan
	+@ASAN_OPTIONS=$(asan_options) UBSAN_OPTIONS=print_stacktrace=1 $(submake) \
	    BUILD=$(BUILD)/asan SANITIZE=address,undefined LARGE_INDEX='$(abspath $(large_index))' test

# Of an HTTP test without threads ThreadSanitizer has to see the programs that it starts, not the test itself:
# that is the usual one, unless it asks whether it is instrumented. Half of the time went into those.
tsan_picked = $(if $(TEST),$(picked_tests),$(foreach name,$(TSAN_UNIT),$(call called,$(name),$(unit_tests))) \
    $(filter-out $(lone_clients),$(http_tests)))
# One client of one server, who asks again when it has its answer, sees no two threads at work. That of the
# metrics does so on purpose.
lone_clients := $(patsubst %.c,$(BUILD)/%,$(filter-out %/test_metrics.c,$(shell grep -ls http_fixture_start $(http_sources) /dev/null | \
    xargs grep -LE 'http_fixture_open|test_server_start|child_process|pthread|threads|kill' /dev/null)))
tsan_clients = $(patsubst %.c,$(BUILD)/%,$(shell \
    grep -lsE 'pthread_create|SANITIZE|sanitized\.h|allocation_meter\.h' $(http_sources) /dev/null))
usual_clients = $(filter-out $(tsan_clients),$(filter $(http_tests),$(tsan_picked)))

# Newer kernels spread addresses wider than libtsan 12 can take; setarch -R stops that where allowed. A signal
# during the start, and a second one, end the server with its threads, which would be reported as a leak.
tsan: $(if $(filter tsan,$(goals)),$(usual_clients)) ## the threaded unit tests and the HTTP tests under ThreadSanitizer
	$(if $(unknown_tests),$(error no such test: $(unknown_tests)))
	+@TSAN_OPTIONS=allocator_may_return_null=1:report_thread_leaks=0 $(submake) BUILD=$(BUILD)/tsan SANITIZE=thread TEST= \
	    test_wrapper="$$(setarch -R true 2>/dev/null && echo setarch -R)" other_tests='$(usual_clients)' \
	    picked_tests='$(patsubst $(BUILD)/%,$(BUILD)/tsan/%,$(filter-out $(usual_clients),$(tsan_picked)))' test

# A measurement, not a verdict: gcov's own files break the test that limits a program's writes.
coverage: ## run the tests with gcov and print the line coverage
	+-@$(submake) BUILD=$(BUILD)/coverage COVERAGE=1 CFLAGS='-O1 -g' test
	gcovr --root . --exclude 'tests/.*' $(BUILD)/coverage

fuzz: ## run every fuzz target for FUZZ_SECONDS (clang)
	+@$(submake) -O BUILD=$(BUILD)/fuzz CC=clang SANITIZE=fuzzer-no-link,address,undefined fuzz-run

# What the fuzzer learns goes to a copy of the seeds, what it finds to $(BUILD)/findings.
fuzz_names := $(or $(FUZZ),$(patsubst tests/fuzz/fuzz_%.c,%,$(fuzz_sources)))
fuzz_runs := $(fuzz_names:%=fuzz-run-%)
.PHONY: $(fuzz_runs)
$(fuzz_runs): fuzz-run-%: $(BUILD)/tests/fuzz/fuzz_%
	@mkdir -p $(BUILD)/corpus/$* $(BUILD)/findings $(BUILD)/results
	@if [ -d tests/fuzz/corpus/$* ]; then cp -R tests/fuzz/corpus/$*/. $(BUILD)/corpus/$*; fi
	@if $< -max_total_time=$(FUZZ_SECONDS) -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
	    -artifact_prefix=$(BUILD)/findings/$*- $(BUILD)/corpus/$* >$(BUILD)/results/$*.log 2>&1; \
	then \
	    echo passed >$(BUILD)/results/$*; \
	    echo "fuzz $*: passed, $$(sed -n 's/^stat::number_of_executed_units: *//p' \
	        $(BUILD)/results/$*.log) inputs"; \
	else \
	    echo failed >$(BUILD)/results/$*; \
	    tail -n 60 $(BUILD)/results/$*.log; \
	    echo "fuzz $*: failed, see $(BUILD)/findings and $(BUILD)/results/$*.log"; \
	fi
fuzz-run: $(fuzz_runs)
	@cd $(BUILD)/results 2>/dev/null || { echo '0 passed, 0 failed'; exit 0; }; \
	failed=$$(cat $(fuzz_names) </dev/null | grep -c failed); \
	echo "$$(($(words $(fuzz_names)) - failed)) passed, $$failed failed"; [ "$$failed" -eq 0 ]

# 10,000 changed bits of the sample, and 300 of npm-227k where it is present (some minutes).
torture_program := $(BUILD)/tests/unit/index/segment/test_page_checksums
.PHONY: torture-bits
torture-bits: all $(torture_program) $(call index_of,npm-227k) ## change single bits of index files: each must be found
	BITS=10000 CRATEDEX_BUILD='$(abspath $(BUILD))' $(torture_program)
	$(foreach index,$(call index_of,npm-227k),BITS=300 INDEX='$(abspath $(index))' $(torture_program))

# The same oracle that `make test` asks a few hundred queries, in earnest (a minute for 10,000 of the sample).
N ?= 10000
oracle_program := $(BUILD)/tests/unit/index/search/test_refined_oracle
.PHONY: oracle
oracle: all $(oracle_program) ## compare N random queries of the whole language with a plain scan (N=10000 INDEX=the sample)
	ORACLE_ROUNDS='$(N)' ORACLE_INDEX='$(INDEX)' CRATEDEX_BUILD='$(abspath $(BUILD))' $(oracle_program)

.PHONY: cargo
cargo: all ## tests with the real cargo, where one is there (1.70 or newer)
	@CRATEDEX_BUILD='$(abspath $(BUILD))' SHARED='$(abspath $(SHARED))' PYTHON='$(PYTHON)' \
	    TEST_TIMEOUT=$(TEST_TIMEOUT) sh tests/cargo/run

# Debian's packages belong to Debian's python3, as for the contract below.
monitoring_python = $(or $(firstword $(foreach python,$(PYTHON) /usr/bin/python3,$(shell \
    $(python) -c 'import jsonschema, prometheus_client, yaml' 2>/dev/null && echo $(python)))),$(PYTHON))

.PHONY: monitoring
monitoring: $(programs) ## scripts/monitoring against promtool, Prometheus and a server that runs
	@$(monitoring_python) -B tests/monitoring/check.py --programs $(BUILD)

.PHONY: install-check
install-check: all ## what install and dist bring, used as others use it
	@CRATEDEX_BUILD='$(abspath $(BUILD))' $(PYTHON) -B tests/support/run_unittests.py tests/install

# Some 20,000 faults. FAULTS=… are options of check.py, such as --only build.
.PHONY: faults faults-check
faults: $(faults_programs) ## every call and every stack of allocations of both programs fails once (some 20 minutes)
	@$(PYTHON) -B tests/faults/check.py --build '$(BUILD)' $(FAULTS) data

faults-check: $(faults_programs) ## a sample of that
	@$(PYTHON) -B tests/faults/check.py --build '$(BUILD)' --sample 16 $(FAULTS) data

# One number again, as it is told: build/asan/tests/torture/torture --from NUMBER --n 1
torture_options = ASAN_OPTIONS=$(asan_options):max_allocation_size_mb=1024 \
    UBSAN_OPTIONS=print_stacktrace=1
build_torture = +@$(submake) BUILD=$(BUILD)/asan SANITIZE=address,undefined $(BUILD)/asan/tests/torture/torture

.PHONY: torture torture-check
torture: ## 100,000 damaged and forged files, each opened, asked and verified, with sanitizers (some 30 minutes)
	$(build_torture)
	@$(torture_options) $(BUILD)/asan/tests/torture/torture --n 100000 --jobs $(shell nproc) $(TORTURE)

torture-check: ## 1,000 of them
	$(build_torture)
	@$(torture_options) $(BUILD)/asan/tests/torture/torture --n 1000 --jobs $(shell nproc) $(TORTURE)

# On a registry where there is one, else on the sample.
MINUTES ?= 10
soak_index = $(or $(call index_of,crates-top3000),$(BUILD)/contract/sample.cdx)

.PHONY: soak soak-check
soak: $(server_program) $(soak_index) ## MINUTES of everything at once: memory and descriptors stay flat, bodies right
	@$(PYTHON) -B tests/soak/soak.py --server $(server_program) --index $(soak_index) --minutes $(MINUTES) $(SOAK)

soak-check: $(server_program) $(BUILD)/contract/sample.cdx ## six seconds of that
	@$(PYTHON) -B tests/soak/soak.py --server $(server_program) --index $(BUILD)/contract/sample.cdx \
	    --minutes 0.1 --max-slope 100 $(SOAK)

.PHONY: report-check
report-check: ## the tests of scripts/perf-report and of the benchmarks' scripts, without measuring
	@$(PYTHON) -B tests/support/run_unittests.py tests/report tests/bench

.PHONY: scripts-check
scripts-check: $(programs) ## the tests of the scripts: install-deps, run, test, fetch-dump and nightly, without installing anything
	@CRATEDEX_BUILD='$(abspath $(BUILD))' $(PYTHON) -B tests/support/run_unittests.py tests/scripts

# The READMEs' own examples use cratedex-bench too.
.PHONY: docs-check
docs-check: $(programs) $(BUILD)/cratedex-bench ## the READMEs: what their blocks run and show, their tables and links
	@$(PYTHON) -B tests/docs/check.py --programs '$(BUILD)'

# ---- Indexes of the real data, which lies outside of the repository ----

$(BUILD)/real/%.cdx: $(SHARED)/data/%.tar.gz $(index_program)
	@mkdir -p $(@D)
	$(call say,index)
	$(quiet)$(index_program) build $< -o $@ --quiet
.PRECIOUS: $(BUILD)/real/%.cdx

# ---- Relevance: the order of search results on real data, where it is present ----

relevance_dump := $(wildcard $(SHARED)/data/crates-real.tar.gz)
relevance_sources := $(wildcard $(SHARED)/data/judgements-dev.tsv $(SHARED)/data/judgements2-dev.tsv)
relevance_judgements := $(BUILD)/relevance-judgements.tsv
relevance_index := $(BUILD)/real/crates-real.cdx
relevance_lessons := $(BUILD)/relevance-lessons.tsv
relevance_features := $(BUILD)/relevance-features.tsv
has_relevance_data := $(and $(relevance_dump),$(relevance_sources))
# python3 may be another than the one that Debian's packages belong to.
train_python = $(firstword $(foreach python,$(PYTHON) /usr/bin/python3,\
    $(shell $(python) -c 'import numpy' 2>/dev/null && echo $(python))))

.PHONY: relevance relevance-train relevance-trees
ifneq ($(has_relevance_data),)
relevance: $(server_program) $(relevance_index) $(relevance_judgements) ## nDCG@10, MRR, complaints and what people type, on the data in SHARED
	@$(PYTHON) -B tests/relevance/check.py --server $(server_program) --index $(relevance_index) \
	    --judgements $(relevance_judgements) --min-ndcg 0.355 --min-mrr 0.375 \
	    --typed $(SHARED)/data/typed-dev.tsv

# What to do with the features: $(call train,target,options of train.py)
train = $(if $(train_python),@$(train_python) -B tests/relevance/train.py --judgements $(relevance_lessons) \
    --features $(relevance_features) $2,@echo '$1: no python3 here has numpy (python3-numpy)'; exit 1)

relevance-train: $(relevance_features) ## cross-validate the second stage of ranking
	$(call train,$@,--min-ndcg 0.33 --min-mrr 0.345)

relevance-trees: $(relevance_features) ## train the second stage of ranking again, and write its table
	$(call train,$@,--write index/search/rank/ranking_trees.c)

$(relevance_judgements): $(relevance_sources)
	@mkdir -p $(@D)
	$(quiet)cat $^ >$@

$(relevance_lessons): $(relevance_judgements) $(relevance_index) tests/relevance/lessons.py
	$(quiet)$(PYTHON) -B tests/relevance/lessons.py $(relevance_index) $(relevance_judgements) \
	    | cat $(relevance_judgements) - >$@

$(relevance_features): $(BUILD)/cratedex-bench $(relevance_index) $(relevance_lessons)
	$(call say,features)
	$(quiet)$(BUILD)/cratedex-bench features $(relevance_index) --queries $(relevance_lessons) >$@
else
relevance relevance-train relevance-trees:
	@echo '$@: skipped, for $(SHARED)/data lacks crates-real.tar.gz or judgements-dev.tsv'
	@echo '0 passed, 0 failed, 1 skipped'
endif

# ---- Memory: what the process takes for answers, at full size ----

MEMORY_MEBIBYTES ?= 256
MEMORY_QUERIES ?= 2000000

.PHONY: cache-memory
cache-memory: all $(BUILD)/tests/http/test_cache_memory $(call index_of,npm-227k) ## what --cache-bytes is to the process, over MEMORY_QUERIES distinct queries
	@CRATEDEX_BUILD='$(abspath $(BUILD))' CRATEDEX_MEMORY_INDEX='$(call index_of,npm-227k)' \
	    CRATEDEX_MEMORY_MEBIBYTES=$(MEMORY_MEBIBYTES) CRATEDEX_MEMORY_QUERIES=$(MEMORY_QUERIES) \
	    $(BUILD)/tests/http/test_cache_memory

# ---- The contract: answers against the schemas of OpenAPI documents ----

contract_document := $(SHARED)/openapi-cratesio.json
contract_dumps := crates-top3000 crates-real
contract_real := $(foreach dump,$(contract_dumps),$(if $(wildcard $(SHARED)/data/$(dump).tar.gz),$(dump)))
contract_indexes := $(BUILD)/contract/sample.cdx $(contract_real:%=$(BUILD)/real/%.cdx)
# Debian's packages belong to Debian's python3, which may not be the first in the path.
contract_python = $(or $(firstword $(foreach python,$(PYTHON) /usr/bin/python3,$(shell \
    $(python) -c 'import jsonschema, pyrfc3339, msgpack' 2>/dev/null && echo $(python)))),$(PYTHON))

.PHONY: contract
contract: $(server_program) $(contract_indexes) ## every path of the OpenAPI documents against their schemas
	@for dump in $(filter-out $(contract_real),$(contract_dumps)); do \
	    echo "contract: $$dump is skipped, for $(SHARED)/data lacks it"; done
	@$(contract_python) -B tests/contract/check.py --server $(server_program) \
	    --document $(contract_document) $(contract_indexes)

$(BUILD)/contract/sample.cdx: $(index_program) $(shell find -L data -type f)
	@mkdir -p $(@D)
	$(call say,index)
	$(quiet)$(index_program) build data -o $@ --quiet

# ---- All that scripts/test runs beside each other ----

# The large indexes first: each keeps one core busy for half a minute.
.PHONY: prepare
prepare: $(programs) $(BUILD)/cratedex-bench $(sort $(test_indexes) $(LARGE_INDEX) $(contract_indexes)) $(unsanitized_tests) $(faults_programs) ## build what scripts/test needs more than once, run nothing
