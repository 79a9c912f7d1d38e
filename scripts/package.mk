# Packages of Debian: `make deb`, of what `make dist` packs, so that what is not committed or is ignored cannot
# come along by chance. A part of ../Makefile.
#
#   scripts/debian/        becomes debian/ of the unpacked sources in $(BUILD)/deb; what goes into which package
#   scripts/install.mk     says what there is; `make install` does it

deb_folder := $(BUILD)/deb
deb_sources := $(deb_folder)/$(release)
deb_programs := dpkg-buildpackage dh lintian

# $(call need,PROGRAM...)
need = @missing=; for p in $(1); do command -v $$p >/dev/null || missing="$$missing $$p"; done; \
    [ -z "$$missing" ] || { echo "Not installed:$$missing. Run scripts/install-deps --deb" >&2; exit 1; }

.PHONY: deb
deb: dist ## packages of Debian, in $(BUILD)/deb
	$(call need,dpkg-buildpackage dh)
	@rm -rf $(deb_folder) && mkdir -p $(deb_folder)
	@cp $(BUILD)/$(release).tar.gz $(deb_folder)/cratedex_$(VERSION).orig.tar.gz
	@tar -xf $(BUILD)/$(release).tar.gz -C $(deb_folder)
	@cp -R $(deb_sources)/scripts/debian $(deb_sources)/debian
	@cd $(deb_sources) && sh debian/make-changelog $(VERSION) $(source_date) >debian/changelog
	@cd $(deb_sources) && env -u MAKEFLAGS -u MAKELEVEL dpkg-buildpackage --no-sign $(if $(V),,>../build.log 2>&1 || { tail -n 40 ../build.log; exit 1; })
	@ls $(deb_folder)/*.deb
