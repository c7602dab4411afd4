/* importers.h: the importers themselves; inner to trust/. */
#ifndef TW_TRUST_IMPORTERS_H
#define TW_TRUST_IMPORTERS_H

#include "trust/import.h"

extern const struct tw_importer tw_import_authroot;
extern const struct tw_importer tw_import_ccadb;
extern const struct tw_importer tw_import_certdata;
extern const struct tw_importer tw_import_chrome;
extern const struct tw_importer tw_import_dir;
extern const struct tw_importer tw_import_java_blocked;
extern const struct tw_importer tw_import_jks;
extern const struct tw_importer tw_import_observatory;
extern const struct tw_importer tw_import_pem;
extern const struct tw_importer tw_import_pkcs12;
extern const struct tw_importer tw_import_snapshot;

#endif
