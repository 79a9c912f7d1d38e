# Cratedex: GNU make. Everything built lies below $(BUILD); sources are found by folder.
#
#   index/*.c        -> libcratedex.a           server/*.c but main.c -> libcratedex-server.a
#   index/cli/*.c    -> cratedex-index          server/main.c         -> cratedex-server
#   tests/unit/test_*.c, tests/http/test_*.c    one cmocka program each
#   tests/fuzz/fuzz_*.c                         one libFuzzer program each (clang)
#   tests/bench/*.c, .cc -> cratedex-bench      tests/bench/bare_*.c  -> bare_* (libmicrohttpd only)
#
# Variables: BUILD, CC (gcc or clang), CXX (for cratedex-bench; g++ or clang++, as CC is), CFLAGS,
# LDFLAGS, WERROR=1, SANITIZE=…, COVERAGE=1, TEST=name… and FUZZ=name… (only these), V=1 (show
# commands), DUMP, QUERIES, BASE, ROUNDS, FUZZ_SECONDS, SHARED (where the real data lies), PREFIX, DESTDIR.

VERSION = 0.1.0
BUILD ?= build
PREFIX ?= /usr/local
DUMP ?= data
QUERIES ?= tests/bench/queries.txt
SHARED ?= ../shared
PYTHON ?= python3
FUZZ_SECONDS ?= 20
TEST_TIMEOUT ?= 300
ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin CXX),default)
CXX := $(if $(findstring clang,$(CC)),clang++,g++)
endif
# Lines are all that a sanitizer reports; the types of variables would cost a fifth of the compiling.
CFLAGS ?= -O2 $(if $(SANITIZE),-g1,-g)
PKG_CONFIG ?= pkg-config

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

# ---- Libraries, per program: the index needs no HTTP, the tests nothing but their own. ----

index_modules := sqlite3 jansson msgpack libarchive zlib libzstd libxxhash inih
server_modules := libmicrohttpd jansson msgpack zlib libbrotlienc libzstd libxxhash inih
bench_modules := libcjson simdjson
test_modules := cmocka libcurl jansson msgpack zlib libbrotlidec libzstd
# libcsv ships no .pc file in Debian 12.
index_plain_libs := -lcsv -lm

goals := $(or $(MAKECMDGOALS),all)
needs_packages := $(filter-out clean help fmt uninstall,$(goals))
needs_tests := $(filter test asan tsan lint fuzz coverage check-% tests,$(goals))
needs_bench := $(filter lint tests bench bench-compare relevance-train %/cratedex-bench,$(goals))

ifneq ($(needs_packages),)
wanted_modules := $(sort $(index_modules) $(server_modules) $(if $(needs_tests),$(test_modules)) \
    $(if $(needs_bench),$(bench_modules)))
missing := $(shell for c in $(firstword $(CC)) $(if $(needs_bench),$(firstword $(CXX))); do \
        command -v $$c >/dev/null || echo $$c; done; \
    if command -v $(PKG_CONFIG) >/dev/null; then \
        $(PKG_CONFIG) --exists $(wanted_modules) || \
            for m in $(wanted_modules); do $(PKG_CONFIG) --exists $$m || echo $$m; done; \
    else echo $(PKG_CONFIG); fi)
ifeq ($(strip $(missing)),)
missing := $(shell printf '\043include <csv.h>\n' | \
    $(CC) -E - >/dev/null 2>&1 || echo libcsv-dev)
endif
ifneq ($(strip $(missing)),)
$(error Not installed: $(strip $(missing)). Run scripts/install-deps$(if $(needs_tests)$(needs_bench), --test))
endif
index_libs := $(shell $(PKG_CONFIG) --libs $(index_modules)) $(index_plain_libs)
server_libs := $(shell $(PKG_CONFIG) --libs $(server_modules))
bench_libs = $(shell $(PKG_CONFIG) --libs $(bench_modules))
bare_libs := $(shell $(PKG_CONFIG) --libs libmicrohttpd)
package_cflags := $(shell $(PKG_CONFIG) --cflags $(sort $(index_modules) $(server_modules)))
test_libs = $(shell $(PKG_CONFIG) --libs $(test_modules))
endif

# ---- Flags ----

warnings := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes \
    -Wmissing-prototypes -Wformat=2 -Wvla
hardening := -fstack-protector-strong -fstack-clash-protection
# _FORTIFY_SOURCE hides from the sanitizers what it catches itself.
ifeq ($(SANITIZE)$(COVERAGE),)
hardening += -D_FORTIFY_SOURCE=2
endif
cxx_warnings := $(filter-out -Wstrict-prototypes -Wmissing-prototypes,$(warnings))
standard := -std=gnu17
cxx_standard := -std=gnu++17 -fno-exceptions
includes := -Iinclude -I. -DCRATEDEX_VERSION=\"$(VERSION)\"
instrument :=
ifneq ($(SANITIZE),)
instrument += -fsanitize=$(SANITIZE) -fno-omit-frame-pointer
ifneq ($(findstring undefined,$(SANITIZE)),)
instrument += -fno-sanitize-recover=all
endif
endif
ifneq ($(COVERAGE),)
instrument += --coverage
endif
compile_flags = $(hardening) -fPIE -pthread $(CFLAGS) $(instrument)
compile = $(CC) $(standard) $(includes) $(package_cflags) $(warnings) $(compile_flags)
compile_cxx = $(CXX) $(cxx_standard) $(includes) $(cxx_warnings) $(compile_flags)
werror := $(if $(filter 1,$(WERROR)),-Werror)
link_flags = $(CFLAGS) $(instrument) -pie -pthread -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS)
link = $(CC) $(link_flags)
# gold links the many test programs in a third of the time. Debian has it with the compiler.
link_test = $(link) $(gold)
gold := $(if $(shell command -v ld.gold),-fuse-ld=gold)

# ---- Sources ----

index_sources := $(wildcard index/*.c)
cli_sources := $(wildcard index/cli/*.c)
server_sources := $(filter-out server/main.c,$(wildcard server/*.c))
server_main := $(wildcard server/main.c)
support_sources := $(wildcard tests/support/*.c)
unit_sources := $(wildcard tests/unit/test_*.c)
http_sources := $(wildcard tests/http/test_*.c)
fuzz_sources := $(wildcard tests/fuzz/fuzz_*.c)
bare_sources := $(wildcard tests/bench/bare_*.c)
bench_sources := $(filter-out $(bare_sources),$(wildcard tests/bench/*.c tests/bench/*.cc))
product_sources := $(index_sources) $(cli_sources) $(server_sources) $(server_main)
test_sources := $(support_sources) $(unit_sources) $(http_sources) $(fuzz_sources) \
    $(bench_sources) $(bare_sources)
headers := $(wildcard include/cratedex/*.h index/*.h index/cli/*.h server/*.h tests/*/*.h)

objects = $(patsubst %,$(BUILD)/obj/%.o,$(basename $(1)))

index_library := $(BUILD)/libcratedex.a
cli_library := $(BUILD)/libcratedex-cli.a
server_library := $(BUILD)/libcratedex-server.a
index_program := $(if $(cli_sources),$(BUILD)/cratedex-index)
server_program := $(if $(server_main),$(BUILD)/cratedex-server)
programs := $(index_program) $(server_program)
bench_program := $(if $(bench_sources),$(BUILD)/cratedex-bench)
bare_programs := $(patsubst tests/bench/%.c,$(BUILD)/%,$(bare_sources))
unit_tests := $(patsubst %.c,$(BUILD)/%,$(unit_sources))
http_tests := $(patsubst %.c,$(BUILD)/%,$(http_sources))
fuzz_programs := $(patsubst %.c,$(BUILD)/%,$(fuzz_sources))

# Tests that start threads are the ones for which ThreadSanitizer has something to say.
TSAN_UNIT ?= $(patsubst tests/unit/test_%.c,%,$(shell grep -ls pthread_create $(unit_sources) /dev/null))

# ---- Building ----

quiet := $(if $(V),,@)
say = $(if $(V),,@printf '  %-8s %s\n' $(1) $(or $(2),$@))

.PHONY: all tests
all: $(index_library) $(programs) ## build the programs (default)

tests: all $(unit_tests) $(http_tests) $(bench_program) $(bare_programs) ## build the tests and benchmarks, run nothing

# Two stamps that change only with their content: other flags recompile, a removed source relinks.
define stamp
@mkdir -p $(@D)
@printf '%s\n' '$(1)' | cmp -s - $@ || printf '%s\n' '$(1)' >$@
endef
$(BUILD)/flags: FORCE
	$(call stamp,$(compile) $(compile_cxx) $(link_test))
$(BUILD)/sources: FORCE
	$(call stamp,$(sort $(product_sources) $(support_sources) $(bench_sources)))
.PHONY: FORCE
FORCE:

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,compile)
	$(quiet)$(compile) $(werror) -MMD -MP -c -o $@ $<
$(BUILD)/obj/%.o: %.cc $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,compile)
	$(quiet)$(compile_cxx) $(werror) -MMD -MP -c -o $@ $<

# The assembler reads this file (server/openapi.c), which -MMD does not see.
$(BUILD)/obj/server/openapi.o: server/openapi.json

# The commit is compiled into one object alone.
commit := $(shell git rev-parse HEAD 2>/dev/null)
$(BUILD)/commit: FORCE
	$(call stamp,$(commit))
$(BUILD)/obj/server/site_metadata.o: $(BUILD)/commit
$(BUILD)/obj/server/site_metadata.o: private includes += $(if $(commit),-DCRATEDEX_COMMIT=\"$(commit)\")

define archive
@rm -f $@
$(call say,archive)
$(quiet)$(AR) rcs $@ $(filter %.o,$^)
endef
$(index_library): $(call objects,$(index_sources)) $(BUILD)/sources
	$(archive)
$(cli_library): $(call objects,$(filter-out %/main.c,$(cli_sources))) $(BUILD)/sources
	$(archive)
$(server_library): $(call objects,$(server_sources)) $(BUILD)/sources
	$(archive)

link_inputs = $(filter %.o,$^) $(filter %.a,$^)

$(BUILD)/cratedex-index: $(call objects,$(cli_sources)) $(index_library) $(BUILD)/flags
	$(call say,link)
	$(quiet)$(link) -o $@ $(link_inputs) $(index_libs)
$(BUILD)/cratedex-server: $(call objects,$(server_main)) $(server_library) $(index_library) $(BUILD)/flags
	$(call say,link)
	$(quiet)$(link) -o $@ $(link_inputs) $(server_libs) $(index_libs)
$(BUILD)/cratedex-bench: $(call objects,$(bench_sources)) $(server_library) $(index_library) $(BUILD)/flags
	$(call say,link)
	$(quiet)$(CXX) $(link_flags) -o $@ $(link_inputs) $(server_libs) $(index_libs) $(bench_libs)
$(bare_programs): $(BUILD)/%: $(BUILD)/obj/tests/bench/%.o $(BUILD)/flags
	$(call say,link)
	$(quiet)$(link) -o $@ $(link_inputs) $(bare_libs)
$(unit_tests) $(http_tests): $(BUILD)/%: $(BUILD)/obj/%.o $(call objects,$(support_sources)) \
    $(cli_library) $(server_library) $(index_library) $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,link)
	$(quiet)$(link_test) -o $@ $(link_inputs) $(server_libs) $(index_libs) $(test_libs)
# What the benchmarks compute is tested too: test_bench_x.c with bench_x.c.
$(filter $(BUILD)/tests/unit/test_bench_%,$(unit_tests)): $(BUILD)/tests/unit/test_%: $(BUILD)/obj/tests/bench/%.o
$(BUILD)/tests/unit/test_bench_load: $(call objects,tests/bench/bench_statistics.c tests/bench/bench_response.c)
$(BUILD)/tests/unit/test_bench_goals $(BUILD)/tests/unit/test_bench_compare_figures: $(call objects,tests/bench/bench_bootstrap.c)
$(fuzz_programs): $(BUILD)/%: $(BUILD)/obj/%.o $(server_library) $(index_library) $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,link)
	$(quiet)$(link_test) -fsanitize=fuzzer -o $@ $(link_inputs) $(server_libs) $(index_libs)

-include $(patsubst %.o,%.d,$(call objects,$(product_sources) $(test_sources)))

# ---- Testing ----

# A sub-make shares the caller's -j; without one it uses every core.
jobs = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))
submake = $(MAKE) $(jobs) --no-print-directory
# The N of -jN, which only a recipe can read.
job_count = $(or $(patsubst -j%,%,$(filter -j%,$(MAKEFLAGS))),1)
# TEST=trie picks tests/unit/test_trie.c and tests/http/test_trie.c.
pick = $(if $(TEST),$(filter $(foreach name,$(TEST),%/test_$(name)),$(1)),$(1))
picked_tests := $(call pick,$(unit_tests) $(http_tests))
# These measure how long something takes, which they cannot beside others.
timed_tests := $(filter %/test_bench_load,$(picked_tests))
unknown_tests := $(strip $(foreach name,$(TEST),$(if $(filter %/test_$(name),$(picked_tests)),,$(name))))

# One test wants indexes of the large dumps, which other targets use as well; with a sanitizer their builds
# would take minutes.
test_dumps := crates-real npm-227k
test_indexes := $(if $(SANITIZE)$(COVERAGE),,$(patsubst $(SHARED)/data/%.tar.gz,$(BUILD)/real/%.cdx,\
    $(wildcard $(test_dumps:%=$(SHARED)/data/%.tar.gz))))

.PHONY: test asan tsan coverage fuzz fuzz-run
test: all $(picked_tests) $(if $(filter %/test_typos,$(picked_tests)),$(test_indexes)) ## build and run the unit and HTTP tests (TEST=name… for some of them)
	$(if $(unknown_tests),$(error no such test: $(unknown_tests)))
	@CRATEDEX_BUILD='$(abspath $(BUILD))' TEST_TIMEOUT=$(TEST_TIMEOUT) TEST_JOBS=$(job_count) \
	    $(test_wrapper) sh tests/run $(filter-out $(timed_tests),$(picked_tests)) --alone $(timed_tests)

# Out of memory is to be an answer that the code gets, as without a sanitizer, not the end.
asan: ## the same tests under AddressSanitizer and UBSan
	+@ASAN_OPTIONS=allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 $(submake) BUILD=$(BUILD)/asan SANITIZE=address,undefined test

# Newer kernels spread addresses wider than libtsan 12 can take; setarch -R stops that where allowed.
tsan: ## the threaded unit tests and the HTTP tests under ThreadSanitizer
	+@TSAN_OPTIONS=allocator_may_return_null=1 $(submake) BUILD=$(BUILD)/tsan SANITIZE=thread \
	    test_wrapper="$$(setarch -R true 2>/dev/null && echo setarch -R)" \
	    TEST='$(or $(TEST),$(TSAN_UNIT) $(patsubst tests/http/test_%.c,%,$(http_sources)))' test

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

.PHONY: report-check
report-check: ## the tests of scripts/perf-report and of the benchmarks' scripts, without measuring
	@$(PYTHON) -B tests/report/check.py

# ---- Checking and formatting ----

# One stamp a file: make lint checks only what changed since it last passed.
lint_sources := $(product_sources) $(test_sources)
lint_stamps := $(patsubst %,$(BUILD)/lint/%.ok,$(lint_sources) $(headers))
lint_flags = $(standard) $(includes) $(package_cflags) $(warnings) -Werror -pthread
lint_cxx_flags = $(cxx_standard) $(includes) $(cxx_warnings) -Werror -pthread
scripts := $(shell find scripts -maxdepth 1 -type f) $(wildcard tests/run tests/cargo/run tests/cargo/find-cargo tests/*/*.sh .ci/run)

.PHONY: lint lint-files lint-scripts fmt
lint: ## clang-format, gcc -Werror, clang-tidy with clang's warnings, cppcheck, shellcheck: changed files only
	+@$(submake) -k -O lint-files
lint-files: $(lint_stamps) lint-scripts
	@echo 'lint: clean, $(words $(lint_stamps)) files'

$(BUILD)/lint/%.c.ok: %.c .clang-tidy .clang-format Makefile
	@mkdir -p $(@D)
	$(call say,lint,$<)
	$(quiet)status=0; \
	clang-format --dry-run -Werror $< || status=1; \
	gcc $(lint_flags) -O2 -MMD -MP -MT $@ -MF $(@:.ok=.d) -c -o $(@:.ok=.o) $< || status=1; \
	clang-tidy --quiet $< -- $(lint_flags) >$@.out 2>&1 || { cat $@.out; status=1; }; \
	cppcheck --quiet --language=c --std=c11 --enable=warning,performance,portability \
	    --inline-suppr --error-exitcode=1 $(includes) $< || status=1; \
	rm -f $@.out; [ $$status -eq 0 ] && touch $@

# The one file in C++; its head says why it is.
$(BUILD)/lint/%.cc.ok: %.cc .clang-tidy .clang-format Makefile
	@mkdir -p $(@D)
	$(call say,lint,$<)
	$(quiet)status=0; \
	clang-format --dry-run -Werror $< || status=1; \
	g++ $(lint_cxx_flags) -O2 -MMD -MP -MT $@ -MF $(@:.ok=.d) -c -o $(@:.ok=.o) $< || status=1; \
	clang++ $(lint_cxx_flags) -fsyntax-only $< || status=1; \
	clang-tidy --quiet $< -- $(lint_cxx_flags) >$@.out 2>&1 || { cat $@.out; status=1; }; \
	rm -f $@.out; [ $$status -eq 0 ] && touch $@

# A header compiles by itself; clang-tidy sees it through the sources.
$(BUILD)/lint/%.h.ok: %.h .clang-format Makefile
	@mkdir -p $(@D)
	$(call say,lint,$<)
	$(quiet)status=0; \
	clang-format --dry-run -Werror $< || status=1; \
	echo 'extern int lint;' | gcc $(lint_flags) -MMD -MP -MT $@ -MF $(@:.ok=.d) -fsyntax-only \
	    -include $< -x c - || status=1; \
	[ $$status -eq 0 ] && touch $@

lint-scripts: $(if $(scripts),$(BUILD)/lint/scripts.ok)
$(BUILD)/lint/scripts.ok: $(scripts)
	@mkdir -p $(@D)
	$(call say,lint,'$^')
	$(quiet)shellcheck $^ && touch $@

-include $(lint_stamps:.ok=.d)

fmt: ## reformat every C and C++ file
	$(if $(lint_sources)$(headers),clang-format -i $(lint_sources) $(headers))

# ---- Measuring ----

dump_name = $(notdir $(patsubst %.zip,%,$(patsubst %.tar.gz,%,$(abspath $(DUMP)))))
bench_index = $(BUILD)/bench/$(dump_name).cdx

.PHONY: bench
bench: $(bench_program) $(bare_programs) $(bench_index) ## time QUERIES on an index of DUMP (default: the sample)
	$(bench_program) search $(bench_index) --queries $(QUERIES)

ifneq ($(filter bench,$(goals)),)
$(bench_index): $(index_program) $(shell find -L '$(DUMP)' -type f)
	@mkdir -p $(@D)
	$(index_program) build $(DUMP) -o $@
endif

.PHONY: bench-compare
bench-compare: $(programs) $(bench_program) ## BASE=commit: build, miss, hit and suggest against it
	+@BUILD='$(BUILD)' MAKE='$(submake)' DUMP='$(DUMP)' QUERIES='$(QUERIES)' ROUNDS='$(ROUNDS)' \
	    sh tests/bench/compare.sh '$(BASE)'

# Recorded are the counts of what this file builds by itself; other flags give others.
instructions_flags = $(strip $(foreach variable,CC CFLAGS,$(if $(filter command environment,\
    $(firstword $(origin $(variable)))),$(variable) is set)) $(addprefix with ,$(SANITIZE) $(COVERAGE)))
.PHONY: instructions instructions-update
instructions: $(programs) ## instructions of build, miss and hit against tests/bench/instructions.txt
	@$(PYTHON) -B tests/bench/instructions.py --programs '$(BUILD)' --compiler '$(CC)' \
	    --packages '$(index_modules) $(server_modules)' --other-flags '$(instructions_flags)' \
	    $(instructions_option)
instructions-update: instructions_option := --update
instructions-update: instructions ## write that file

# ---- Indexes of the real data, which lies outside of the repository ----

$(BUILD)/real/%.cdx: $(SHARED)/data/%.tar.gz $(index_program)
	@mkdir -p $(@D)
	$(call say,index)
	$(quiet)$(index_program) build $< -o $@ --quiet
.PRECIOUS: $(BUILD)/real/%.cdx

# ---- Relevance: the order of search results on real data, where it is present ----

relevance_dump := $(wildcard $(SHARED)/data/crates-real.tar.gz)
relevance_judgements := $(wildcard $(SHARED)/data/judgements-dev.tsv)
relevance_index := $(BUILD)/real/crates-real.cdx
relevance_features := $(BUILD)/relevance-features.tsv
has_relevance_data := $(and $(relevance_dump),$(relevance_judgements))
# python3 may be another than the one that Debian's packages belong to.
train_python = $(firstword $(foreach python,$(PYTHON) /usr/bin/python3,\
    $(shell $(python) -c 'import xgboost' 2>/dev/null && echo $(python))))

.PHONY: relevance relevance-train
ifneq ($(has_relevance_data),)
relevance: $(server_program) $(relevance_index) ## nDCG@10, MRR and complaints on the data in SHARED
	@$(PYTHON) -B tests/relevance/check.py --server $(server_program) --index $(relevance_index) \
	    --judgements $(relevance_judgements) --min-ndcg 0.31 --min-mrr 0.36

relevance-train: $(relevance_features) ## cross-validate the second stage of ranking
	$(if $(train_python),@$(train_python) -B tests/relevance/train.py \
	    --judgements $(relevance_judgements) --features $(relevance_features) --min-cv 0.295,\
	    @echo 'relevance-train: skipped, for no python3 here has xgboost (python3-xgboost)')

$(relevance_features): $(bench_program) $(relevance_index) $(relevance_judgements)
	$(call say,features)
	$(quiet)$(bench_program) features $(relevance_index) --queries $(relevance_judgements) >$@
else
relevance relevance-train:
	@echo '$@: skipped, for $(SHARED)/data lacks crates-real.tar.gz or judgements-dev.tsv'
	@echo '0 passed, 0 failed, 1 skipped'
endif

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

# ---- Installing ----

public_headers := $(wildcard include/cratedex/*.h)

.PHONY: install uninstall clean help
install: all ## copy programs, library and headers to $(DESTDIR)$(PREFIX)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib $(DESTDIR)$(PREFIX)/include/cratedex
	install -m 755 $(programs) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(index_library) $(DESTDIR)$(PREFIX)/lib
	install -m 644 $(public_headers) $(DESTDIR)$(PREFIX)/include/cratedex

uninstall: ## remove what install copied
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/bin/,cratedex-index cratedex-server)
	rm -f $(DESTDIR)$(PREFIX)/lib/libcratedex.a
	rm -rf $(DESTDIR)$(PREFIX)/include/cratedex

clean: ## remove $(BUILD)
	rm -rf $(BUILD)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 23
