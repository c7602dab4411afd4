/* Primes by their SHA-256, a line each instead of a kilobyte. The test
 * tests/crypto/dh_primes.py makes the digests anew from the formulas. */
#include "crypto/dh_primes.h"

#include <string.h>

static const struct {
	const char *name, *sha256;
} primes[] = {
	{ "oakley1", "b52ba6a3026520a6c49d37e4587601801bee500123b3259b6bf03e7cecc3e63d" },
	{ "oakley2", "3f35a3f5f6c4376a744acad409bb22f8d897f949d2311d885adaa890981b67a0" },
	{ "modp1536", "64fcc83ec403930bf18393dbc883ccaa1fbb08ac876f77f7aa99748ca945019b" },
	{ "modp2048", "d66436f79bbd6b2e38c0ffbd079be904d2641415e2e67140e09448be9a60890e" },
	{ "modp3072", "48cf8b092fbce4359d9871abf74f98e25b6163379eaa15cd9087e800c6d1c55c" },
	{ "modp4096", "4ee95187682bcb230ad26a95205f6920e84708f6251b3894329b09ec23919e33" },
	{ "modp6144", "d1bfe6d0925ce7e4da262b62861514a7755e35831e429f343e7b864848657efd" },
	{ "modp8192", "39ab4feab950a3128fb71accb9fc3965d857012e081998a85996e3ea8b3c3bcf" },
	{ "ffdhe2048", "9cd3b7f336872f46c09428d1bbc19877a4d440512cda8d1c1cf0cd6e33698966" },
	{ "ffdhe3072", "0eaf67db3a839156d5013494a5318a772b5697d270d721f37f092efc69ea5a17" },
	{ "ffdhe4096", "4648414224ac881b3d0dc59b466f96d06a558278776807797ecf1f66ff397b3e" },
	{ "ffdhe6144", "227ac9066b3ddd9e193670cda2388fa884f65ba0cf98b742d1fe77a6687c79c7" },
	{ "ffdhe8192", "770b14efaf6f049929c523113b3fa99a8d11dab1b18af3609590122075d19833" },
	{ "rfc5114-1024-160", "44c55cfee5c075927cf682da5b681bdecbd5c3eb0784c14f5dce7610f0ef133d" },
	{ "rfc5114-2048-224", "bfe545862ca102ad1eeddb5fbfa5bf855ac4995c56a8b408ce3fe099dce93a9d" },
	{ "rfc5114-2048-256", "0b7835722cb619827610c2549fdda5587421686c4409a13865e76225522ddcc9" },
};

const char *tw_dh_prime_name(const uint8_t sha256[TW_SHA256])
{
	uint8_t want[TW_SHA256];

	for (size_t i = 0; i < sizeof primes / sizeof *primes; i++)
		if (tw_unhex(tw_str(primes[i].sha256), want, sizeof want) && memcmp(want, sha256, sizeof want) == 0)
			return primes[i].name;
	return NULL;
}
