# Cratedex: GNU make. Everything built lies below $(BUILD); sources are found by folder. One graph in parts:
# this file builds the programs; scripts/install.mk installs them, package.mk packs them; tests/tests.mk runs tests,
# tests/bench/bench.mk measures, tests/browser/browser.mk looks at the pages, scripts/lint.mk checks the sources. All
# paths are relative to the top level.
#
#   index/**/*.c     -> libcratedex.a           server/**/*.c but main.c -> libcratedex-server.a
#   index/cli/*.c    -> cratedex-index          server/main.c         -> cratedex-server
#   tests/unit/**/test_*.c, tests/http/test_*.c    one cmocka program each
#   tests/fuzz/fuzz_*.c                         one libFuzzer program each (clang)
#   tests/bench/*.c, .cc -> cratedex-bench      tests/bench/bare_*.c  -> bare_* (libmicrohttpd only)
#
# Variables: BUILD, CC (gcc or clang), CXX (for cratedex-bench; g++ or clang++, as CC is), CFLAGS,
# LDFLAGS, WERROR=1, SANITIZE=…, COVERAGE=1, TEST=name… and FUZZ=name… (only these), V=1 (show
# commands), DUMP, QUERIES, BASE, ROUNDS, FUZZ_SECONDS, SHARED (where the real data lies), PREFIX, DESTDIR.

VERSION = 0.2.0
BUILD ?= build
PREFIX ?= /usr/local
DUMP ?= data
SHARED ?= ../shared
PYTHON ?= python3
ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin CXX),default)
CXX := $(if $(findstring clang,$(CC)),clang++,g++)
endif
# Lines are all that a sanitizer reports; the types of variables would cost a fifth of the compiling, and -O2
# a third more than -O1.
CFLAGS ?= $(if $(SANITIZE),-O1 -g1,-O2 -g)
# A test is compiled once and run once: with sanitizers optimizing it takes longer than it saves.
test_cflags := $(if $(and $(SANITIZE),$(filter file,$(origin CFLAGS))),-O0 -g1,$(CFLAGS))
PKG_CONFIG ?= pkg-config

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

# ---- Libraries, per program: the index needs no HTTP, the tests nothing but their own. ----

index_modules := sqlite3 jansson msgpack libarchive libidn2 zlib libzstd libxxhash inih libcrypto
server_modules := libmicrohttpd jansson msgpack zlib libbrotlienc libzstd libxxhash inih libsystemd libseccomp libcmark-gfm
bench_modules := libcjson simdjson RapidJSON
test_modules := cmocka libcurl jansson msgpack zlib libbrotlidec libzstd
# libcsv and the extensions of cmark-gfm ship no .pc files in Debian 12.
index_plain_libs := -lcsv -lm
server_plain_libs := -lcmark-gfm-extensions

goals := $(or $(MAKECMDGOALS),all)
needs_packages := $(filter-out bench-clients clean distclean dist deb deb-check container container-check help fmt uninstall,$(goals))
needs_tests := $(filter check test prepare oracle asan tsan lint fuzz coverage tests torture torture-check %/torture,$(goals))
needs_bench := $(filter lint tests prepare bench bench-check bench-compare docs-check relevance-train relevance-trees %/cratedex-bench,$(goals))

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
missing := $(shell for header in 'csv.h libcsv-dev' \
        'cmark-gfm-core-extensions.h libcmark-gfm-extensions-dev'; do set -- $$header; \
    printf '\043include <%s>\n' $$1 | $(CC) -E - >/dev/null 2>&1 || echo $$2; done)
endif
ifneq ($(strip $(missing)),)
# What brings it, as far as that is known: CC may be any compiler.
with_install_deps := gcc pkg-config libcsv-dev libcmark-gfm-extensions-dev $(index_modules) $(server_modules)
with_its_test := g++ clang clang++ $(test_modules) $(bench_modules)
option := $(if $(filter-out $(with_install_deps),$(filter $(with_its_test),$(missing))), --test)
is_known := $(filter $(with_install_deps) $(with_its_test),$(missing))
$(error Not installed: $(strip $(missing))$(if $(is_known),. Run scripts/install-deps$(option)))
endif
index_libs := $(shell $(PKG_CONFIG) --libs $(index_modules)) $(index_plain_libs)
server_libs := $(server_plain_libs) $(shell $(PKG_CONFIG) --libs $(server_modules))
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
# With a sanitizer all tests share one library of what they test (tests/tests.mk).
position := $(if $(SANITIZE),-fPIC -fno-semantic-interposition,-fPIE)
compile_flags = $(hardening) $(position) -pthread $(CFLAGS) $(instrument)
compile = $(CC) $(standard) $(includes) $(package_cflags) $(warnings) $(compile_flags)
compile_cxx = $(CXX) $(cxx_standard) $(includes) $(cxx_warnings) $(compile_flags)
werror := $(if $(filter 1,$(WERROR)),-Werror)
link_flags = $(CFLAGS) $(instrument) -pie -pthread -Wl,-z,relro,-z,now -Wl,--as-needed $(LDFLAGS)
link = $(CC) $(link_flags)
# What the caller changed of all that, in words.
other_flags = $(strip $(foreach variable,CC CFLAGS,$(if $(filter command environment,\
    $(firstword $(origin $(variable)))),$(variable) is set)) $(addprefix with ,$(SANITIZE) $(COVERAGE)))

# ---- Sources ----

# All below some folders: $(call in_rooms,FOLDERS,PATTERN).
in_rooms = $(sort $(shell find $(1) -name '$(2)'))
index_sources := $(filter-out index/cli/%,$(call in_rooms,index,*.c))
cli_sources := $(wildcard index/cli/*.c)
server_sources := $(filter-out server/main.c,$(call in_rooms,server,*.c))
server_main := $(wildcard server/main.c)
product_sources := $(index_sources) $(cli_sources) $(server_sources) $(server_main)
headers := $(call in_rooms,include index server tests,*.h)

objects = $(patsubst %,$(BUILD)/obj/%.o,$(basename $(1)))

index_library := $(BUILD)/libcratedex.a
cli_library := $(BUILD)/libcratedex-cli.a
server_library := $(BUILD)/libcratedex-server.a
index_program := $(if $(cli_sources),$(BUILD)/cratedex-index)
server_program := $(if $(server_main),$(BUILD)/cratedex-server)
programs := $(index_program) $(server_program)

# ---- Building ----

quiet := $(if $(V),,@)
say = $(if $(V),,@printf '  %-8s %s\n' $(1) $(or $(2),$@))

.PHONY: all tests
all: $(index_library) $(programs) ## build the programs (default)
tests: all ## build the tests and benchmarks, run nothing

# Two stamps that change only with their content: other flags recompile, a removed source relinks.
define stamp
@mkdir -p $(@D)
@printf '%s\n' '$(1)' | cmp -s - $@ || printf '%s\n' '$(1)' >$@
endef
$(BUILD)/flags: FORCE
	$(call stamp,$(compile) $(compile_cxx) $(link_test) $(test_cflags))
$(BUILD)/sources: FORCE
	$(call stamp,$(sort $(product_sources) $(support_sources) $(bench_sources)))
.PHONY: FORCE
FORCE:

$(BUILD)/obj/tests/unit/%.o $(BUILD)/obj/tests/http/%.o $(BUILD)/obj/tests/support/%.o: private CFLAGS := $(test_cflags)
# What -Werror let pass has a note beside it, so that `make lint` need not compile it again.
note_strict = $(if $(werror),&& : >$@.strict)
$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,compile)
	$(quiet)$(compile) $(werror) -MMD -MP -c -o $@ $< $(note_strict)
$(BUILD)/obj/%.o: %.cc $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,compile)
	$(quiet)$(compile_cxx) $(werror) -MMD -MP -c -o $@ $< $(note_strict)

# What a search goes through is compiled for longer, which takes 1 to 3 % off its time.
ifeq ($(origin CFLAGS)$(SANITIZE)$(COVERAGE),file)
$(BUILD)/obj/index/%.o: private CFLAGS += -O3
endif

# The assembler reads these files (openapi.c, synonym_table.c, files.c), which -MMD does not see.
$(BUILD)/obj/server/endpoints/openapi.o: server/endpoints/openapi.json
$(BUILD)/obj/index/text/synonym_table.o: index/text/synonyms.txt
$(BUILD)/obj/server/html/files.o: $(wildcard server/html/templates/* server/html/assets/*)

# The commit is compiled into one object alone. An archive of the sources names its commit in a file; the
# repository that it may have been unpacked in is not its own.
commit := $(if $(wildcard .git),$(shell git rev-parse HEAD 2>/dev/null),$(shell cat .commit 2>/dev/null))
$(BUILD)/commit: FORCE
	$(call stamp,$(commit))
$(BUILD)/obj/server/endpoints/site_metadata.o: $(BUILD)/commit
$(BUILD)/obj/server/endpoints/site_metadata.o: private includes += $(if $(commit),-DCRATEDEX_COMMIT=\"$(commit)\")

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

link_inputs = $(filter %.o,$^) $(filter %.a %.so,$^)
comma := ,

$(BUILD)/cratedex-index: $(call objects,$(cli_sources)) $(index_library) $(BUILD)/flags
	$(call say,link)
	$(quiet)$(link) -o $@ $(link_inputs) $(index_libs)
$(BUILD)/cratedex-server: $(call objects,$(server_main)) $(server_library) $(index_library) $(BUILD)/flags
	$(call say,link)
	$(quiet)$(link) -o $@ $(link_inputs) $(server_libs) $(index_libs)

-include $(patsubst %.o,%.d,$(call objects,$(product_sources)))

# ---- The parts ----

# A sub-make shares the caller's -j; without one it uses every core.
jobs = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell getconf _NPROCESSORS_ONLN))
submake = $(MAKE) $(jobs) --no-print-directory
# The N of -jN, which only a recipe can read.
job_count = $(or $(patsubst -j%,%,$(filter -j%,$(MAKEFLAGS))),1)

parts := scripts/install.mk scripts/package.mk tests/tests.mk tests/bench/bench.mk tests/browser/browser.mk scripts/lint.mk
include $(parts)

.PHONY: clean distclean help
clean: ## remove $(BUILD)
	rm -rf $(BUILD)

distclean: clean ## leave nothing but the sources
	$(if $(wildcard build-*/),rm -rf $(wildcard build-*/))
	find . -name .git -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile $(parts) | expand -t 23
