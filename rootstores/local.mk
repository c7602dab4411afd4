# Snapshots of root stores, and the scripts that make them, installed as they lie here.
EXTRA_DIST += rootstores
install-data-local:
	cd '$(srcdir)/rootstores' && for d in . */; do \
	  $(MKDIR_P) '$(DESTDIR)$(pkgdatadir)/rootstores'/"$$d" || exit 1; done
	cd '$(srcdir)/rootstores' && for f in README SOURCES.csv pool.pem */*.csv; do \
	  $(INSTALL_DATA) "$$f" '$(DESTDIR)$(pkgdatadir)/rootstores'/"$$f" || exit 1; done
	cd '$(srcdir)/rootstores' && $(INSTALL_SCRIPT) rebuild update '$(DESTDIR)$(pkgdatadir)/rootstores'
uninstall-local:
	rm -rf '$(DESTDIR)$(pkgdatadir)/rootstores'
