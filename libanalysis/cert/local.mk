# sources of libanalysis/cert
