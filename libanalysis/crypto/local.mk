# sources of libanalysis/crypto
