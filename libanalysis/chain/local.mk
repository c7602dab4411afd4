# sources of libanalysis/chain
