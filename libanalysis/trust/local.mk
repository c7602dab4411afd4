# sources of libanalysis/trust
