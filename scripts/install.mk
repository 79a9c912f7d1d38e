# What goes to other machines: `make install`, and the sources as one file. A part of ../Makefile.
#
# Beside the programs and the library there are manual pages and a sample configuration, made of the templates
# in install/ and of what the programs say in their --help, so that they need nothing that the build does not;
# completion for bash, which asks the programs itself; what pkg-config has to know; and what a service needs:
# units of systemd, its user and folders, the rotation of its logs. debian/ packs what this installs.

bindir ?= $(PREFIX)/bin
libdir ?= $(PREFIX)/lib
includedir ?= $(PREFIX)/include
datadir ?= $(PREFIX)/share
mandir ?= $(datadir)/man
docdir ?= $(datadir)/doc/cratedex
pkgconfigdir ?= $(libdir)/pkgconfig
completionsdir ?= $(datadir)/bash-completion/completions
# One configuration for a machine, wherever the programs lie; a prefix of one's own has its own.
sysconfdir ?= $(if $(filter /usr /usr/local,$(PREFIX)),/etc,$(PREFIX)/etc)
unitdir ?= $(PREFIX)/lib/systemd/system
sysusersdir ?= $(PREFIX)/lib/sysusers.d
tmpfilesdir ?= $(PREFIX)/lib/tmpfiles.d

# When the sources were last changed, in seconds since 1970: what is made says this, not when it was made.
in_git := $(wildcard .git)
source_date := $(or $(SOURCE_DATE_EPOCH),$(if $(in_git),$(shell git log -1 --format=%ct 2>/dev/null)),$(shell stat -c %Y Makefile))

# ---- What is made for it ----

script_pages := $(addprefix $(BUILD)/install/,cratedex-fetch-dump.1 cratedex-nightly.8)
made := $(addprefix $(BUILD)/install/,cratedex-index.1 cratedex-server.8 cratedex-server.conf cratedex.pc) \
    $(script_pages)

fill_template = awk -f scripts/install/help.awk -v folder='$(help_folder)' -v version='$(VERSION)' \
    -v date="$$(date -u -d @$(source_date) +%F)" -v sysconfdir='$(sysconfdir)' $<
$(filter-out %.pc,$(made)): help_folder = $(BUILD)
$(script_pages): help_folder = scripts
$(script_pages): scripts/fetch-dump scripts/nightly $(wildcard scripts/operate/*.sh)
$(filter-out %.pc,$(made)): $(BUILD)/install/%: scripts/install/%.in scripts/install/help.awk $(programs)
	@mkdir -p $(@D)
	$(call say,make)
	$(quiet)$(fill_template) >$@

# The library is static, so whoever links it needs the others as well, with --static and without. Some are not
# named as modules: with --static pkg-config would want libraries that Debian's packages of these do not bring.
flags_alone := libarchive libidn2
define pkg_config_file
prefix=$(PREFIX)
libdir=$(patsubst $(PREFIX)/%,$${prefix}/%,$(libdir))
includedir=$(patsubst $(PREFIX)/%,$${prefix}/%,$(includedir))

Name: cratedex
Description: Search index of a package registry
Version: $(VERSION)
Requires: $(filter-out $(flags_alone),$(index_modules))
Libs: -L$${libdir} -lcratedex $(strip $(shell $(PKG_CONFIG) --libs $(filter $(flags_alone),$(index_modules))) $(index_plain_libs)) -pthread
Cflags: -I$${includedir}
endef
# Every time, for PREFIX may have changed.
$(BUILD)/install/cratedex.pc: export content = $(pkg_config_file)
$(BUILD)/install/cratedex.pc: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' "$$content" >$@

# ---- A service of systemd ----

# What an operator's timer runs, under the names that it has in /usr/bin, and what these read. The version
# and the folders are put into them.
service_scripts := $(addprefix $(BUILD)/install/scripts/cratedex-,fetch-dump nightly)
sharedir = $(datadir)/cratedex/operate
read_scripts := $(patsubst scripts/operate/%,$(BUILD)/install/scripts/%,$(wildcard scripts/operate/*.sh))
fill_script = @mkdir -p $(@D) && sed -e 's|@version@|$(VERSION)|; s|/etc/cratedex|$(sysconfdir)/cratedex|g' -e \
    "s|\.\./share/cratedex/operate|$$(realpath -ms --relative-to='$(bindir)' '$(sharedir)')|" $< >$@
$(service_scripts): $(BUILD)/install/scripts/cratedex-%: scripts/% FORCE
	$(fill_script)
$(read_scripts): $(BUILD)/install/scripts/%: scripts/operate/% FORCE
	$(fill_script)

units := $(wildcard $(addprefix scripts/systemd/*.,service socket timer))
made_units := $(patsubst scripts/systemd/%,$(BUILD)/install/%,$(units))

# They are written for /usr and /etc. Every time, for PREFIX may have changed.
$(made_units): $(BUILD)/install/%: scripts/systemd/% FORCE
	@mkdir -p $(@D)
	@sed 's|/usr/bin/cratedex|$(bindir)/cratedex|g; s|/etc/cratedex|$(sysconfdir)/cratedex|g' $< >$@

# ---- Installing ----

public_headers := $(wildcard include/cratedex/*.h)

# MODE SOURCE TARGET of each, with a comma between; MODE `conf`: a configuration, which stays as it is where it is.
installed = \
    $(foreach program,$(programs),755,$(program),$(bindir)/$(notdir $(program))) \
    $(foreach script,$(service_scripts),755,$(script),$(bindir)/$(notdir $(script))) \
    $(foreach script,$(read_scripts),644,$(script),$(sharedir)/$(notdir $(script))) \
    $(foreach unit,$(made_units),644,$(unit),$(unitdir)/$(notdir $(unit))) \
    644,scripts/systemd/cratedex.sysusers,$(sysusersdir)/cratedex.conf \
    644,scripts/systemd/cratedex.tmpfiles,$(tmpfilesdir)/cratedex.conf \
    conf,$(BUILD)/install/cratedex-server.conf,$(sysconfdir)/cratedex/cratedex-server.conf \
    conf,scripts/install/nightly.conf,$(sysconfdir)/cratedex/nightly.conf \
    conf,scripts/systemd/cratedex.logrotate,$(sysconfdir)/logrotate.d/cratedex \
    644,$(index_library),$(libdir)/$(notdir $(index_library)) \
    $(foreach header,$(public_headers),644,$(header),$(includedir)/cratedex/$(notdir $(header))) \
    644,$(BUILD)/install/cratedex.pc,$(pkgconfigdir)/cratedex.pc \
    644,$(BUILD)/install/cratedex-index.1,$(mandir)/man1/cratedex-index.1 \
    644,$(BUILD)/install/cratedex-server.8,$(mandir)/man8/cratedex-server.8 \
    644,$(BUILD)/install/cratedex-fetch-dump.1,$(mandir)/man1/cratedex-fetch-dump.1 \
    644,$(BUILD)/install/cratedex-nightly.8,$(mandir)/man8/cratedex-nightly.8 \
    $(foreach page,README.md server/README.md server/OPERATIONS.md,644,$(page),$(docdir)/$(page)) \
    644,index/text/synonyms.txt,$(datadir)/cratedex/synonyms.txt \
    $(foreach program,$(notdir $(programs) $(service_scripts)),644,scripts/install/completion.bash,$(completionsdir)/$(program))
comma := ,
fields = $(subst $(comma), ,$(1))
targets = $(foreach file,$(installed),$(lastword $(call fields,$(file))))

define install_file
$(call say,install,$(word 3,$(1)))
$(quiet)$(if $(filter conf,$(firstword $(1))),test -e '$(DESTDIR)$(word 3,$(1))' || )install -D \
    -m $(patsubst conf,644,$(firstword $(1))) $(word 2,$(1)) '$(DESTDIR)$(word 3,$(1))'

endef

# A configuration that somebody changed is not ours to remove.
define uninstall_file
$(if $(filter conf,$(firstword $(1))),@! cmp -s $(word 2,$(1)) '$(DESTDIR)$(word 3,$(1))' || )rm -f '$(DESTDIR)$(word 3,$(1))'

endef

# Folders that are empty then go as well, up to DESTDIR or PREFIX; of a system's folders only our own.
ifneq ($(or $(DESTDIR),$(filter-out /usr /usr/local,$(PREFIX))),)
emptied_root := $(or $(DESTDIR),$(PREFIX))
emptied = $(patsubst $(if $(DESTDIR),,$(PREFIX))/%,%,$(sort $(dir $(targets))))
rmdir_parents := --parents
else
emptied_root := /
emptied = $(includedir)/cratedex $(sharedir) $(datadir)/cratedex $(docdir)/server $(docdir) $(sysconfdir)/cratedex
endif

.PHONY: install uninstall dist
install: all $(made) $(made_units) $(service_scripts) $(read_scripts) ## programs, library, headers, manual pages and more, to $(DESTDIR)$(PREFIX)
	$(foreach file,$(installed),$(call install_file,$(call fields,$(file))))

uninstall: ## remove what install brought
	$(foreach file,$(installed),$(call uninstall_file,$(call fields,$(file))))
	@cd '$(emptied_root)' 2>/dev/null || exit 0; \
	for folder in $(emptied); do \
	    rmdir $(rmdir_parents) --ignore-fail-on-non-empty "$$folder" 2>/dev/null || :; done

# ---- The sources as one file ----

# Of a repository what git knows or would add; of an unpacked archive all but what was built.
release := cratedex-$(VERSION)
dist_roots := $(wildcard server index include tests Makefile data README.md scripts LICENSE CHANGELOG.md .ci \
    .clang-format .clang-tidy .editorconfig .gitignore .commit)
list_files = $(if $(in_git),git ls-files --cached --others --exclude-standard,find $(dist_roots) -type f \
    ! -path '*/__pycache__/*' ! -name '*.swp' ! -name '*~')

# The same bytes from the same sources. Without git the commit is known from .commit alone.
dist: ## the sources: $(BUILD)/cratedex-VERSION.tar.gz, which builds without git
	@rm -rf $(BUILD)/dist && mkdir -p $(BUILD)/dist/$(release)
	@$(list_files) | while read -r file; do [ ! -e "$$file" ] || printf '%s\n' "$$file"; done | \
	    tar -cf - -T - | tar -xf - -C $(BUILD)/dist/$(release)
	@$(if $(commit),echo '$(commit)' >$(BUILD)/dist/$(release)/.commit)
	@tar -cf - -C $(BUILD)/dist --sort=name --format=gnu --mtime=@$(source_date) --owner=0 --group=0 --numeric-owner \
	    --mode=u=rwX,go=rX $(release) | gzip -9n >$(BUILD)/$(release).tar.gz
	@rm -rf $(BUILD)/dist
	@echo '$(BUILD)/$(release).tar.gz'
