# Packages of Debian, and an image of a container: of what `make dist` packs, so that what is ignored cannot come
# along by chance. A part of ../Makefile.
#
#   scripts/debian/        becomes debian/ of the unpacked sources in $(BUILD)/deb: what goes into which package
#   scripts/install.mk     says what there is; `make install` does it
#   server/OPERATIONS.md   is what deb-check does with them, on a bare machine (scripts/debian/try)
#   scripts/container/     makes a root of the package, an image of that, and runs it

deb_folder := $(BUILD)/deb
deb_sources := $(deb_folder)/$(release)

# $(call need,PROGRAM...)
need = @missing=; for p in $(1); do command -v $$p >/dev/null || missing="$$missing $$p"; done; \
    [ -z "$$missing" ] || { echo "Not installed:$$missing. Run scripts/install-deps --deb" >&2; exit 1; }

.PHONY: deb deb-check
deb: dist ## packages of Debian, in $(BUILD)/deb
	$(call need,dpkg-buildpackage dh)
	@rm -rf $(deb_folder) && mkdir -p $(deb_folder)
	@cp $(BUILD)/$(release).tar.gz $(deb_folder)/cratedex_$(VERSION).orig.tar.gz
	@tar -xf $(BUILD)/$(release).tar.gz -C $(deb_folder)
	@cp -R $(deb_sources)/scripts/debian $(deb_sources)/debian
	@cd $(deb_sources) && sh debian/make-changelog $(VERSION) $(source_date) >debian/changelog
	@cd $(deb_sources) && env -u MAKEFLAGS -u MAKELEVEL dpkg-buildpackage --no-sign \
	    $(if $(V),,>../build.log 2>&1 || { tail -n 40 ../build.log; exit 1; })
	@ls $(deb_folder)/*.deb

# Built again elsewhere they have the same bytes; lintian has nothing to say; and on a bare machine an operator's
# day goes as server/OPERATIONS.md tells it. Root, some five minutes and half a gigabyte below $(BUILD).
deb_again := $(BUILD)/deb-again
deb-check: deb ## what the packages do: reproducible, clean, installed, used, upgraded and purged on a bare machine
	$(call need,lintian mmdebstrap unshare)
	+@$(MAKE) --no-print-directory deb BUILD=$(deb_again) >/dev/null
	@cd $(deb_folder) && for deb in *.deb; do cmp "$$deb" $(abspath $(deb_again))/deb/"$$deb"; done
	@echo 'reproducible: built twice, $(words debian dev dbgsym) packages with the same bytes'
	lintian --allow-root --tag-display-limit 0 -EvIL +pedantic --fail-on error,warning,info $(deb_folder)/*.changes
	@rm -rf $(deb_again)
	$(PYTHON) -B scripts/debian/try $(BUILD)/bare-machine.tar $(deb_folder)/cratedex_$(VERSION)-1_*.deb

# ---- An image of a container, of the package ----

# The first of these that is there makes it, and has it then.
engine = $(firstword $(foreach engine,podman buildah docker,$(if $(shell command -v $(engine)),$(engine))))
container_folder := $(BUILD)/container
container_root := $(container_folder)/root.tar

.PHONY: container container-check
container: deb ## an image of the server, by podman, buildah or docker: cratedex:VERSION
	$(call need,mmdebstrap)
	@mkdir -p $(container_folder)
	@SOURCE_DATE_EPOCH=$(source_date) sh scripts/container/make-root $(deb_folder)/cratedex_$(VERSION)-1_*.deb $(container_root) \
	    >$(container_folder)/root.log 2>&1 || { tail -n 20 $(container_folder)/root.log; exit 1; }
	@cp scripts/container/Containerfile $(container_folder)
	@echo "$(container_root): $$(stat -c %s $(container_root)) bytes, packed $$(gzip -c $(container_root) | wc -c)"
	$(if $(engine),$(engine) build $(if $(filter docker,$(engine)),,--isolation chroot --format docker --timestamp $(source_date)) \
	    --tag cratedex:$(VERSION) --tag cratedex $(container_folder), \
	    @echo 'There is no podman, buildah or docker here: copy that folder to where one is, and there: docker build --tag cratedex .')

container-check: container ## the image: started, asked, health checked and ended as its user, without an engine's daemon
	$(call need,buildah unshare setpriv jq)
	sh scripts/container/check $(container_folder) data
