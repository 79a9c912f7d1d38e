# What checks and formats the sources: clang-format, the compilers' warnings, clang-tidy, cppcheck and
# shellcheck. A part of ../Makefile.

# One stamp a file: make lint checks only what changed since it last passed.
lint_sources := $(product_sources) $(support_sources) $(unit_sources) $(http_sources) $(fuzz_sources) \
    $(bench_sources) $(bare_sources) $(faults_sources) $(torture_sources)
lint_stamps := $(patsubst %,$(BUILD)/lint/%.ok,$(lint_sources) $(headers))
lint_flags = $(standard) $(includes) $(package_cflags) $(warnings) -Werror -pthread
lint_cxx_flags = $(cxx_standard) $(includes) $(cxx_warnings) -Werror -pthread
scripts := $(shell find scripts -maxdepth 1 -type f ! -name '*.mk' ! -name '*.py') $(wildcard tests/run tests/cargo/run tests/cargo/find-cargo tests/*/*.sh .ci/run scripts/operate/*.sh \
    scripts/install/completion.bash scripts/debian/make-changelog scripts/debian/machine scripts/debian/*.sh \
    scripts/debian/*.postrm \
    scripts/container/check scripts/container/health scripts/container/make-root)

.PHONY: lint lint-files lint-rooms lint-scripts fmt
lint: ## clang-format, gcc -Werror, clang-tidy with clang's warnings, cppcheck, shellcheck, rooms: changed files only
	+@$(submake) -k -O WERROR=1 lint-files
lint-files: $(BUILD)/lint/format.ok $(lint_stamps) lint-rooms lint-scripts
	@echo 'lint: clean, $(words $(lint_stamps)) files'

# $(call well_formed,FILES) sets status=1 where it must. clang-format lets comments and long strings pass its
# limit of columns.
define well_formed
clang-format --dry-run -Werror $1 || status=1; \
! LC_ALL=C.UTF-8 grep -HnE '^.{101}' $1 || \
	{ echo 'lint: these lines have more than 100 columns' >&2; status=1; };
endef
# Both start for longer than they read a file, so make lint has them look at all that changed at once: 6 s
# instead of 42 for all. A file that is asked for alone is looked at by its own rule.
own_form = $(if $(filter lint-files,$(goals)),,$(call well_formed,$<))
$(BUILD)/lint/format.ok: $(lint_sources) $(headers) .clang-format
	@mkdir -p $(@D)
	$(call say,lint,format)
	$(quiet)status=0; \
	$(call well_formed,$(or $(if $(filter .clang-format,$?),,$?),$(lint_sources) $(headers))) \
	[ $$status -eq 0 ] && touch $@

# clang's analyzer follows paths, which takes 4 of 5 seconds of all that is checked. The tests are run on
# theirs with every sanitizer instead.
is_run_sanitized = $(filter tests/unit/% tests/http/% tests/support/% tests/torture/%,$<)
tidy = clang-tidy --quiet $(if $(is_run_sanitized),--checks='-clang-analyzer-*') $<
# gcc has nothing to say of an object that was compiled with -Werror and the Makefile's own flags.
is_strict = $(if $(other_flags),false,[ -e $(1).strict ] && ! [ $(1) -nt $(1).strict ])

# $(call check_source,what gcc checks it by)
define check_source
	@mkdir -p $(@D)
	$(call say,lint,$<)
	$(quiet)status=0; \
	$(own_form) \
	$1 || status=1; \
	$(tidy) -- $(lint_flags) >$@.out 2>&1 || { cat $@.out; status=1; }; \
	cppcheck --quiet --language=c --std=c11 --enable=warning,performance,portability \
	    --inline-suppr --error-exitcode=1 $(includes) $< || status=1; \
	rm -f $@.out; [ $$status -eq 0 ] && touch $@
endef
lint_inputs := .clang-tidy .clang-format Makefile scripts/lint.mk
$(BUILD)/lint/%.c.ok: %.c $(BUILD)/obj/%.o $(lint_inputs)
	$(call check_source,{ $(call is_strict,$(BUILD)/obj/$*.o); } || gcc $(lint_flags) -O2 -c -o $(@:.ok=.o) $<)
# Most tests are never compiled but with sanitizers: what needs no optimizer is found by reading them.
$(BUILD)/lint/tests/unit/%.c.ok: tests/unit/%.c $(lint_inputs)
	$(call check_source,$(read_source))
$(BUILD)/lint/tests/http/%.c.ok: tests/http/%.c $(lint_inputs)
	$(call check_source,$(read_source))
read_source = gcc $(lint_flags) -MMD -MP -MT $@ -MF $(@:.ok=.d) -fsyntax-only $<

# The few files in C++; their heads say why they are.
$(BUILD)/lint/%.cc.ok: %.cc $(BUILD)/obj/%.o $(lint_inputs)
	@mkdir -p $(@D)
	$(call say,lint,$<)
	$(quiet)status=0; \
	$(own_form) \
	{ $(call is_strict,$(BUILD)/obj/$*.o); } || g++ $(lint_cxx_flags) -O2 -c -o $(@:.ok=.o) $< || status=1; \
	clang++ $(lint_cxx_flags) -fsyntax-only $< || status=1; \
	$(tidy) -- $(lint_cxx_flags) >$@.out 2>&1 || { cat $@.out; status=1; }; \
	rm -f $@.out; [ $$status -eq 0 ] && touch $@

# A header compiles by itself; clang-tidy sees it through the sources.
$(BUILD)/lint/%.h.ok: %.h .clang-format Makefile scripts/lint.mk
	@mkdir -p $(@D)
	$(call say,lint,$<)
	$(quiet)status=0; \
	$(own_form) \
	echo 'extern int lint;' | gcc $(lint_flags) -MMD -MP -MT $@ -MF $(@:.ok=.d) -fsyntax-only \
	    -include $< -x c - || status=1; \
	[ $$status -eq 0 ] && touch $@

# Which folder may include which.
lint-rooms:
	$(call say,lint,rooms)
	$(quiet)$(PYTHON) scripts/check-rooms.py

lint-scripts: $(if $(scripts),$(BUILD)/lint/scripts.ok)
$(BUILD)/lint/scripts.ok: $(scripts)
	@mkdir -p $(@D)
	$(call say,lint,'$^')
	$(quiet)shellcheck -x $^ && touch $@

-include $(patsubst %,$(BUILD)/lint/%.d,$(headers)) $(patsubst %,$(BUILD)/lint/%.c.d,$(basename $(unit_sources) $(http_sources)))

fmt: ## reformat every C and C++ file
	$(if $(lint_sources)$(headers),clang-format -i $(lint_sources) $(headers))
