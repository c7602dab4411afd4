# sources of libanalysis/dump
