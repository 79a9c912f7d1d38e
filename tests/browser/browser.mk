# The pages in a browser: tests, screenshots, the time to the first paint. A part of ../../Makefile.

# The sample, with READMEs of which one has everything and one means harm.
pages_index := $(BUILD)/browser/sample.cdx
$(pages_index): $(index_program) $(shell find -L data tests/browser/readmes -type f)
	@mkdir -p $(@D)
	$(call say,index)
	$(quiet)$(index_program) build data --readmes=tests/browser/readmes -o $@ --quiet

# Debian's packages belong to Debian's python3, which may not be the first in the path.
browser_python = $(or $(firstword $(foreach python,$(PYTHON) /usr/bin/python3,$(shell \
    $(python) -c 'import selenium' 2>/dev/null && echo $(python)))),$(PYTHON))

# axe-core by npm, where it is installed and the registry can be reached; its licence (MPL-2.0) does not touch what
# merely runs it in a test.
axe_version := 4.14.1
axe_sha512 := 1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5
axe_archive := $(BUILD)/axe/axe-core-$(axe_version).tgz
axe_script := $(BUILD)/axe/axe-$(axe_version).min.js

.PHONY: axe try-axe
axe: $(axe_script) ## axe-core, with whose rules pages-check looks at each page (by npm)

try-axe:
	+@$(MAKE) --no-print-directory axe || echo 'axe-core cannot be had here; its tests are skipped'

$(axe_script):
	@mkdir -p $(@D)
	@command -v npm >/dev/null || { echo 'axe: npm is not installed, which brings axe-core'; exit 1; }
	$(call say,npm)
	$(quiet)timeout 30 npm pack --silent --fetch-retries 0 --pack-destination $(@D) axe-core@$(axe_version) >/dev/null
	$(quiet)echo '$(axe_sha512)  $(axe_archive)' | sha512sum --check --quiet
	$(quiet)tar -xzOf $(axe_archive) package/axe.min.js >$@.part && mv $@.part $@

.PHONY: pages-check screenshots bench-paint
pages-check: $(server_program) $(pages_index) | $(filter try-axe,$(goals)) ## the pages in Chromium, in w3m and as text: what they do, their layout, rules and links (ONLY=NAME)
	@timeout -k 10 $(TEST_TIMEOUT) $(browser_python) -B tests/browser/check.py --programs '$(BUILD)' \
	    --index $(pages_index) --axe $(axe_script) $(if $(ONLY),--only '$(ONLY)')

# Of the sample, in which crates were downloaded on 90 days.
screenshots: $(server_program) $(or $(INDEX),$(pages_index)) ## home, results and a crate, light and dark, to $(BUILD)/screenshots (INDEX=another)
	@$(browser_python) -B tests/browser/screenshots.py --programs '$(BUILD)' --index $(or $(INDEX),$(pages_index)) \
	    --to $(BUILD)/screenshots

# Of a registry where there is one.
bench-paint: $(server_program) $(soak_index) ## milliseconds until a page is painted in Chromium, from an empty cache, median of 10
	@$(browser_python) -B tests/browser/paint.py --programs '$(BUILD)' --index $(soak_index)
